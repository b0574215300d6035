// SPDX-License-Identifier: Apache-2.0
#include "ci/gate/gate.hpp"

#include <algorithm>
#include <ctime>
#include <iostream>
#include <set>

#include "cli/command.hpp"
#include "cli/version.hpp"
#include "reports/history/store.hpp"
#include "schedules/base/error.hpp"
#include "schedules/base/json.hpp"

namespace offledger::cli {
namespace {

struct Options {
  std::string database, base, candidate = "latest", format, config_file;
  std::vector<std::string> fail_on;
  bool dump_config = false, record_first = false, across_sittings = false;
};

gate::Config load_config(const Options& options) {
  gate::Config config;
  if (!options.config_file.empty()) {
    config = gate::parse_config(json::read_file(options.config_file), options.config_file);
  }
  if (!options.fail_on.empty()) config.fail_on = options.fail_on;
  config.across_sittings = config.across_sittings || options.across_sittings;
  return config;
}

/// A suite's baseline carries the suite's name; runs of no suite share one.
std::string baseline_name(const history::Run& run) { return run.suite.empty() ? "default" : run.suite; }

history::Verdict record_baseline(history::Store& store, const history::Run& run) {
  store.set_baseline({baseline_name(run), run.id, "first run", std::time(nullptr)});
  history::Verdict verdict;
  verdict.verdict = "pass";
  verdict.reason = "no baseline yet: this run is recorded as baseline '" + baseline_name(run) + "'";
  verdict.base_run = verdict.cand_run = run.id;
  verdict.base_commit = verdict.cand_commit = run.commit;
  verdict.baseline_recorded = true;
  return verdict;
}

struct Judged {
  history::Verdict verdict;
  history::Run base, candidate;
};

Judged judge(const Options& options, const gate::Config& config) {
  history::Store store(options.database, history::Mode::kReadWrite);
  history::Run candidate = store.load(store.resolve(options.candidate));
  std::string base_ref = options.base, why = "asked for";
  if (base_ref.empty()) {
    const auto baseline = store.baseline(baseline_name(candidate));
    if (!baseline && options.record_first) return {record_baseline(store, candidate), candidate, candidate};
    if (!baseline) {
      throw Error(ErrorKind::kNotMeasured,
                  "no baseline '" + baseline_name(candidate) + "' to compare with; accept one with `offledger history "
                  "baseline accept RUN --reason TEXT`, name a run with --base, or let --record-first make this run it");
    }
    base_ref = baseline->run;
    why = "baseline '" + baseline->name + "' (" + baseline->reason + ")";
  }
  history::Run base = store.load(store.resolve(base_ref));
  history::Verdict verdict = gate::compare(base, candidate, config);
  verdict.base_why = why;
  store.insert(verdict);
  return {std::move(verdict), std::move(base), std::move(candidate)};
}

const history::Cell* find_cell(const history::Run& run, const history::VerdictCell& cell) {
  const auto found = std::ranges::find_if(run.cells, [&](const history::Cell& candidate) {
    return candidate.key.schedule == cell.schedule && candidate.key.workload == cell.workload;
  });
  return found == run.cells.end() ? nullptr : &*found;
}

/// How the ledger moved in each cell that failed, once a cell.
std::string ledger_moves(const Judged& judged, const render::Style& style) {
  std::string out;
  std::set<std::pair<std::string, std::string>> shown;
  for (const history::VerdictCell& cell : judged.verdict.cells) {
    if (cell.state != "fail" || !shown.emplace(cell.schedule, cell.workload).second) continue;
    const history::Cell* base = find_cell(judged.base, cell);
    const history::Cell* candidate = find_cell(judged.candidate, cell);
    if (base == nullptr || candidate == nullptr) continue;
    out += "\nHow the ledger moved in " + cell.schedule + " / " + cell.workload + ", a step:\n" +
           render::moved_text(*base, *candidate, style);
  }
  return out;
}

/// The verdict for a person, with the ledger's moves before its last, machine-readable line.
std::string text(const Judged& judged, const render::Style& style) {
  const std::string verdict = render::verdict_text(judged.verdict, style);
  const std::size_t last_line = verdict.rfind('\n', verdict.size() - 2) + 1;
  return verdict.substr(0, last_line) + ledger_moves(judged, style) + verdict.substr(last_line);
}

std::string render_as(const std::string& format, const Judged& judged, const render::Style& style) {
  const history::Verdict& verdict = judged.verdict;
  if (format == "json") return render::verdict_json(verdict);
  if (format == "md") return render::verdict_markdown(verdict);
  if (format == "junit") return render::verdict_junit(verdict);
  if (format == "sarif") return render::verdict_sarif(verdict, std::string(kVersion));
  if (format == "github") return render::verdict_annotations(verdict);
  return text(judged, style);
}

}  // namespace

void add_gate(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("gate", "compares a run with its baseline; exit 1 where overlap fell");
  const auto options = std::make_shared<Options>();
  options->database = history::default_path();
  command->add_option("--db", options->database, "history database");
  command->add_option("--base", options->base, "a run, label, commit or baseline; default: the baseline of the run's suite");
  command->add_option("--cand", options->candidate, "the run to judge")->capture_default_str();
  command->add_option("--config", options->config_file, "gate configuration file");
  command->add_option("--fail-on", options->fail_on, "also fail on: inconclusive, missing")->delimiter(',')
      ->check(CLI::IsMember({"regression", "inconclusive", "missing"}));
  command->add_flag("--record-first", options->record_first, "where there is no baseline, make this run it and pass");
  command->add_flag("--across-sittings", options->across_sittings, "compare runs of different sittings on real devices");
  command->add_flag("--dump-config", options->dump_config, "print the configuration in force and stop");
  add_format(*command, options->format, {"text", "json", "md", "junit", "sarif", "github"});
  command->callback([options, &context] {
    const gate::Config config = load_config(*options);
    if (options->dump_config) {
      std::cout << gate::dump_config(config);
      return;
    }
    const Judged judged = judge(*options, config);
    std::cout << render_as(options->format, judged, context.style);
    context.exit_code = judged.verdict.exit_code();
  });
}

}  // namespace offledger::cli
