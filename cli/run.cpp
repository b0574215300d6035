// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <ctime>
#include <iostream>
#include <optional>

#include "cli/artifacts.hpp"
#include "cli/command.hpp"
#include "cli/measure.hpp"
#include "cli/version.hpp"
#include "reports/history/store.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {
namespace {

struct Options {
  std::string suite, device, database, label, commit, format;
  std::vector<std::string> schedules, workloads;
  std::uint32_t reps = 0;
};

constexpr const char* kDefaultWorkload = "llama70b-prefill-8k";
constexpr std::uint32_t kNoisyReps = 10;

suite::Suite choose_cases(const Options& options) {
  if (options.schedules.empty()) {
    const suite::Suite found = suite::find_suite(options.suite.empty() ? "smoke" : options.suite);
    if (options.workloads.empty()) return found;
    throw Error(ErrorKind::kUsage, "--workload goes with --schedule: a suite names its own workloads");
  }
  if (!options.suite.empty()) throw Error(ErrorKind::kUsage, "expected --suite or --schedule, found both");
  suite::Suite cases;
  const auto workloads = options.workloads.empty() ? std::vector<std::string>{kDefaultWorkload} : options.workloads;
  for (const std::string& workload : workloads) {
    for (const std::string& schedule : options.schedules) cases.cases.push_back({schedule, workload});
  }
  return cases;
}

history::Run describe(const Options& options, const suite::Suite& suite, const device::Identity& device) {
  history::Run run;
  run.suite = suite.name;
  run.label = options.label;
  run.commit = options.commit;
  run.tool_version = kVersion;
  run.started_at_unix = std::time(nullptr);
  run.machine_class.device_kind = trace::name_of(device.kind);
  run.machine_class.device_name = device.name;
  run.environment.instance = device.profile_hash;
  run.sitting = device.deterministic ? "deterministic" : fmt::format("{}-{}", run.started_at_unix, options.device);
  return run;
}

void run(const Options& options, Context& context) {
  const suite::Suite suite = choose_cases(options);
  const suite::DeviceMaker make_device = suite::find_device(options.device);
  const device::Identity device = make_device(0)->identity();
  const std::uint32_t reps = options.reps != 0 ? options.reps
                             : device.deterministic ? 1
                             : suite.reps != 0      ? suite.reps
                                                    : kNoisyReps;
  history::Store store(options.database, history::Mode::kReadWrite);
  history::Run result = describe(options, suite, device);
  {
    render::Progress progress(fmt::format("{} on {}", suite.name.empty() ? "run" : suite.name, device.name),
                              suite.cases.size(), context.stderr_terminal, std::cerr);
    for (const suite::Case& what : suite.cases) {
      progress.step(what.schedule + " / " + what.workload);
      Measured measured = measure(what, device.name, make_device, reps, static_cast<std::uint32_t>(result.cells.size()) * reps);
      measured.cell.artifacts.push_back(keep_recording(options.database, measured.recording));
      result.cells.push_back(std::move(measured.cell));
    }
  }
  result.id = store.insert(result);
  std::cout << (options.format == "json" ? render::run_json(result) : render::run_text(result, context.style));
  std::cerr << fmt::format("run {} in {}\n", result.id.substr(0, 12), options.database);
  for (const history::Cell& cell : result.cells) {
    for (const history::FindingRow& finding : cell.findings) {
      if (finding.disqualifies) context.exit_code = 4;
    }
  }
}

}  // namespace

void add_run(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("run", "runs schedules on workloads, records, and keeps the figures in history");
  const auto options = std::make_shared<Options>();
  command->add_option("--suite", options->suite, "smoke (default), nightly, seed, engines, or a suite file");
  command->add_option("--schedule", options->schedules, "a catalogue schedule or a schedule file; may be repeated");
  command->add_option("--workload", options->workloads, "a workload or a workload file; may be repeated")
      ->default_str(kDefaultWorkload);
  options->device = "sim";
  command->add_option("--device", options->device, "sim[:PROFILE] or cuda[:N]")->capture_default_str();
  command->add_option("--reps", options->reps, "repetitions a cell; default: 1 where the device is exact, else 10")
      ->check(CLI::Range(1, 1000));
  options->database = history::default_path();
  command->add_option("--db", options->database, "history database");
  command->add_option("--label", options->label, "a name to find the run by");
  command->add_option("--commit", options->commit, "the commit that was measured");
  add_format(*command, options->format, {"text", "json"});
  command->callback([options, &context] { run(*options, context); });
}

}  // namespace offledger::cli
