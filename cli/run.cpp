// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <ctime>
#include <iostream>
#include <optional>

#include "cli/against.hpp"
#include "cli/artifacts.hpp"
#include "cli/claims.hpp"
#include "cli/counted.hpp"
#include "cli/counter_options.hpp"
#include "cli/defaults.hpp"
#include "cli/environment_watch.hpp"
#include "cli/measure.hpp"
#include "cli/same_answer.hpp"
#include "cli/table_options.hpp"
#include "cli/version.hpp"
#include "reports/history/store.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {
namespace {

struct Options {
  std::string suite, database, label, commit, format, resume, against, against_database, map_file;
  std::vector<std::string> schedules, workloads;
  CounterOptions counters;
  std::string device = "sim";
  std::uint32_t reps = 0;
  std::uint64_t seed = 1;
  double budget_s = 0;
  bool check = false;
};

/// The measured run that a prediction is held against; none where none was named.
std::optional<history::Run> measured_run(const Options& options) {
  if (options.against.empty()) return std::nullopt;
  const std::string& file = options.against_database.empty() ? options.database : options.against_database;
  const history::Store store(file, history::Mode::kReadOnly);
  return store.load(store.resolve(options.against));
}

suite::Suite choose_cases(const Options& options, const std::optional<history::Run>& measured) {
  if (measured && options.schedules.empty() && options.suite.empty()) return cases_of(*measured);
  if (options.schedules.empty()) {
    const suite::Suite found = suite::find_suite(options.suite.empty() ? "smoke" : options.suite);
    if (options.workloads.empty()) return found;
    throw Error(ErrorKind::kUsage, "--workload goes with --schedule: a suite names its own workloads");
  }
  if (!options.suite.empty()) throw Error(ErrorKind::kUsage, "expected --suite or --schedule, found both");
  suite::Suite cases;
  const auto workloads =
      options.workloads.empty() ? std::vector<std::string>{kDefaultWorkload} : options.workloads;
  for (const std::string& workload : workloads) {
    for (const std::string& schedule : options.schedules) cases.cases.push_back({schedule, workload});
  }
  return cases;
}

std::uint32_t choose_reps(const Options& options, const suite::Suite& suite, const device::Identity& device) {
  if (options.reps != 0) return options.reps;
  if (device.deterministic) return 1;
  return suite.reps != 0 ? suite.reps : kNoisyReps;
}

history::Run describe(const Options& options, const suite::Suite& suite, const device::Identity& device) {
  history::Run run;
  run.suite = suite.name;
  run.label = options.label;
  run.commit = options.commit;
  run.tool_version = kVersion;
  run.started_at_unix = std::time(nullptr);
  run.machine_class.device_kind = trace::name_of(device.kind);
  run.machine_class.device_name = device.kind == trace::DeviceKind::kCuda ? device.description : device.name;
  run.environment.instance = device.profile_hash;
  run.sitting =
      device.deterministic ? "deterministic" : fmt::format("{}/seed {}", run.started_at_unix, options.seed);
  return run;
}

/// The repetitions that an earlier, incomplete run of the same cells has.
void take_over(history::Store& store, const std::string& reference, history::Run& run) {
  store.keep_artifacts();  // those of the earlier run, which the new one names too
  const history::Run earlier = store.load(store.resolve(reference));
  for (const history::Cell& had : earlier.cells) {
    for (history::Cell& cell : run.cells) {
      if (cell.key != had.key) continue;
      if (cell.schedule_hash != had.schedule_hash) {
        throw Error(ErrorKind::kNotComparable,
                    fmt::format("--resume {}: schedule '{}' has changed since that run", reference,
                                had.key.schedule));
      }
      cell.reps = had.reps;
      cell.findings = had.findings;
      cell.artifacts = had.artifacts;
    }
  }
}

/// 4 where a finding says that something measured is not to be trusted.
int exit_code_of(const history::Run& run) {
  for (const history::Cell& cell : run.cells) {
    for (const history::FindingRow& finding : cell.findings) {
      if (finding.disqualifies) return 4;
    }
  }
  return 0;
}

std::string text(const history::Run& run, const std::optional<history::Run>& measured,
                 const std::string& format, const render::Style& style) {
  const bool json = format == "json";
  if (measured) return json ? against_json(run, *measured) : against_table(run, *measured, style);
  return json ? render::run_json(run) : render::run_table(run, style, table_options(run));
}

void run(const Options& options, Context& context) {
  const std::optional<history::Run> measured = measured_run(options);
  Measurement what;
  what.suite = choose_cases(options, measured);
  if (!options.map_file.empty() && what.suite.name != "seed") {
    throw Error(ErrorKind::kUsage, "--map-svg: the map is part of --suite seed");
  }
  if (options.check) {
    context.exit_code = check_answers(what.suite, options.device, options.format, context.style);
    return;
  }
  what.device = options.device;
  what.seed = options.seed;
  if (options.budget_s > 0) what.budget_s = options.budget_s;
  const device::Identity device = suite::identify(options.device);
  what.reps = choose_reps(options, what.suite, device);
  what.counters = options.counters.request();

  history::Store store(options.database, history::Mode::kReadWrite);
  history::Run result = describe(options, what.suite, device);
  result.cells = empty_cells(what, device);
  if (!options.resume.empty()) take_over(store, options.resume, result);
  Counted counted;
  {
    render::Progress progress(
        fmt::format("{} on {}", what.suite.name.empty() ? "run" : what.suite.name, device.name),
        what.suite.cases.size() * what.reps, context.stderr_terminal, std::cerr);
    const auto keep = [&](history::Cell& cell, const trace::Timeline& recording) {
      if (!cell.artifacts.empty()) return;
      cell.artifacts.push_back(keep_recording(store, recording));
      counted.add(cell, recording);
    };
    std::optional<EnvironmentWatch> watch;
    std::optional<Surroundings> around;
    if (device.kind == trace::DeviceKind::kCuda) {
      result.environment = watch.emplace(device.pci).environment();
      around.emplace(Surroundings{*watch, result.env_samples});
    }
    result.complete = measure(
        what, result.cells, keep, [&](const std::string& now) { progress.step(now); },
        around ? &*around : nullptr);
  }
  result.id = store.insert(result);
  std::string shown = text(result, measured, options.format, context.style);
  if (result.suite == "seed") {
    const std::string simulated = device.kind == trace::DeviceKind::kSim ? options.device : "sim";
    shown = add_claims(shown, options.format == "json", simulated, find_study(store), context.style,
                       options.map_file);
  }
  if (options.format != "json") shown += counted.tables(context.style);
  std::cout << shown;
  std::cerr << counted.missing();
  std::cerr << fmt::format("run {} in {}{}\n", result.id.substr(0, 12), options.database,
                           result.complete ? "" : "; the budget ended first: continue it with --resume");
  context.exit_code = exit_code_of(result);
}

}  // namespace

void add_run(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("run", "runs schedules on workloads, records, and keeps the figures in history");
  const auto options = std::make_shared<Options>();
  command->add_option("--suite", options->suite, "smoke (default), nightly, seed, engines, or a suite file");
  command->add_option("--schedule", options->schedules,
                      "a catalogue schedule or a schedule file; may be repeated");
  command->add_option("--workload", options->workloads, "a workload or a workload file; may be repeated")
      ->default_str(kDefaultWorkload);
  command->add_option("--device", options->device, "sim[:PROFILE] or cuda[:N]")->capture_default_str();
  command
      ->add_option("--reps", options->reps,
                   "repetitions a cell; default: 1 where the device is exact, else 10")
      ->check(CLI::Range(1, 1000));
  command->add_option("--seed", options->seed, "of the order of repetitions")->capture_default_str();
  options->database = history::default_path();
  command->add_option("--db", options->database, "history database");
  command->add_option("--label", options->label, "a name to find the run by");
  command->add_option("--commit", options->commit, "the commit that was measured");
  command->add_option("--budget-s", options->budget_s, "begin no repetition after this many seconds")
      ->check(CLI::PositiveNumber);
  command->add_option("--resume", options->resume,
                      "take over an earlier run's repetitions and add what it lacks");
  add_counters(*command, options->counters);
  auto* against =
      command->add_option("--against", options->against,
                          "print what is predicted here beside what this run measured, cell by cell; its "
                          "cells are run unless --suite or --schedule names others");
  command->add_option("--against-db", options->against_database, "where that run is, if not in --db")
      ->needs(against);
  command->add_option("--map-svg", options->map_file,
                      "seed suite: also write the map of who wins where as a picture");
  command
      ->add_flag("--check", options->check,
                 "cuda: only whether each schedule's answer is the model's, under delays")
      ->excludes(against);
  add_format(*command, options->format, {"text", "json"});
  command->callback([options, &context] { run(*options, context); });
}

}  // namespace offledger::cli
