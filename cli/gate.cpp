// SPDX-License-Identifier: Apache-2.0
#include "ci/gate/gate.hpp"

#include <algorithm>
#include <ctime>
#include <iostream>

#include "cli/command.hpp"
#include "cli/judged.hpp"
#include "cli/new_diagnoses.hpp"
#include "schedules/base/json.hpp"

namespace offledger::cli {
namespace {

struct Options {
  std::string database, base, base_why = "asked for", candidate = "latest", csv, config_file;
  std::vector<std::string> fail_on;
  VerdictOutput output;
  bool dump_config = false, record_first = false, across_sittings = false;
};

gate::Config load_config(const Options& options) {
  gate::Config config = load_gate_config(options.config_file);
  if (!options.fail_on.empty()) config.fail_on = options.fail_on;
  config.across_sittings = config.across_sittings || options.across_sittings;
  return config;
}

/// A suite's baseline carries the suite's name; runs of no suite share one.
std::string baseline_name(const history::Run& run) {
  return run.suite.empty() ? "default" : run.suite;
}

history::Verdict no_data(std::string reason, const history::Run& candidate, const gate::Config& config) {
  history::Verdict verdict;
  verdict.verdict = std::ranges::find(config.fail_on, "no_data") != config.fail_on.end() ? "fail" : "no_data";
  verdict.reason = std::move(reason);
  verdict.cand_run = candidate.id;
  verdict.cand_commit = candidate.commit;
  return verdict;
}

/// A run that was cut off or failed is no data against itself, and no baseline: every later run would be
/// compared with it.
history::Verdict record_baseline(history::Store& store, const history::Run& run, const gate::Config& config) {
  if (const auto itself = gate::compare(run, run, {}); itself.verdict == "no_data") {
    return no_data(
        "no baseline '" + baseline_name(run) + "' yet, and this run cannot become it: " + itself.reason, run,
        config);
  }
  store.set_baseline({baseline_name(run), run.id, "first run", std::time(nullptr)});
  history::Verdict verdict;
  verdict.verdict = "pass";
  verdict.reason = "no baseline yet: this run is recorded as baseline '" + baseline_name(run) + "'";
  verdict.base_run = verdict.cand_run = run.id;
  verdict.base_commit = verdict.cand_commit = run.commit;
  verdict.baseline_recorded = true;
  return verdict;
}

Judged judge_runs(const Options& options, gate::Config config, history::Store& store) {
  for (history::Waiver& waiver : store.waivers()) config.waivers.push_back(std::move(waiver));
  history::Run candidate = store.load(store.resolve(options.candidate));
  std::string base_ref = options.base, why = options.base_why;
  if (base_ref.empty()) {
    const auto baseline = store.baseline(baseline_name(candidate));
    if (!baseline && options.record_first)
      return {record_baseline(store, candidate, config), candidate, candidate};
    if (!baseline) {
      return {no_data("no baseline '" + baseline_name(candidate) +
                          "' to compare with; accept one with `offledger history baseline accept RUN "
                          "--reason TEXT`, name a "
                          "run with --base, or let --record-first make this run it",
                      candidate, config),
              {},
              candidate};
    }
    base_ref = baseline->run;
    why = "baseline '" + baseline->name + "' (" + baseline->reason + ")";
  }
  history::Run base = store.load(store.resolve(base_ref));
  history::Verdict verdict = gate::compare(base, candidate, config);
  verdict.base_why = why;
  name_new_diagnoses(store, verdict, base, candidate);
  store.insert(verdict);
  return {std::move(verdict), std::move(base), std::move(candidate)};
}

/// Samples bear no date: waivers are judged today.
Judged judge_samples(const Options& options, gate::Config config) {
  config.now_unix = std::time(nullptr);
  return {gate::compare_csv(json::read_file(options.csv), options.csv, config), {}, {}};
}

}  // namespace

void add_gate(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("gate", "compares a run with its baseline; exit 1 where overlap fell");
  const auto options = std::make_shared<Options>();
  options->database = history::default_path();
  auto* database = command->add_option("--db", options->database, "history database");
  auto* base = command->add_option(
      "--base", options->base, "a run, label, commit or baseline; default: the baseline of the run's suite");
  auto* why = command->add_option("--base-why", options->base_why, "why that one, for the report")
                  ->needs(base)
                  ->capture_default_str();
  auto* candidate =
      command->add_option("--cand", options->candidate, "the run to judge")->capture_default_str();
  auto* first = command->add_flag("--record-first", options->record_first,
                                  "where there is no baseline, make this run it and pass");
  auto* sittings = command->add_flag("--across-sittings", options->across_sittings,
                                     "compare runs of different sittings on real devices");
  auto* csv = command->add_option("--csv", options->csv,
                                  "judge a file's samples instead: cell,metric,side,rep,value");
  for (CLI::Option* of_runs : {database, base, why, candidate, first, sittings}) csv->excludes(of_runs);
  command->add_option("--config", options->config_file, "gate configuration file");
  command->add_option("--fail-on", options->fail_on, "also fail on: inconclusive, no_data")
      ->delimiter(',')
      ->check(CLI::IsMember({"regression", "missing", "inconclusive", "no_data"}));
  command->add_flag("--dump-config", options->dump_config, "print the configuration in force and stop");
  add_verdict_output(*command, options->output);
  command->callback([options, &context] {
    const gate::Config config = load_config(*options);
    if (options->dump_config) {
      std::cout << gate::dump_config(config);
      return;
    }
    check(options->output);
    if (!options->csv.empty()) {
      const Judged judged = judge_samples(*options, config);
      put_out(options->output, judged, nullptr, context);
      context.exit_code = judged.verdict.exit_code();
      return;
    }
    history::Store store(options->database, history::Mode::kReadWrite);
    const Judged judged = judge_runs(*options, config, store);
    put_out(options->output, judged, &store, context);
    context.exit_code = judged.verdict.exit_code();
  });
}

}  // namespace offledger::cli
