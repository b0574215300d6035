// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <ctime>
#include <iostream>

#include "cli/command.hpp"
#include "cli/history.hpp"
#include "cli/table_options.hpp"
#include "reports/history/store.hpp"
#include "schedules/base/calendar.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {
namespace {

struct Options {
  std::string database, format, run, name, reason, since;
  std::size_t limit = 20, newest = 0;
  bool dry_run = false;
};

void list(const Options& options, Context& context) {
  const history::Store store(options.database, history::Mode::kReadOnly);
  const auto runs = store.list(options.limit);
  if (options.format == "json") {
    std::cout << render::runs_json(runs);
    return;
  }
  std::cout << render::runs_text(runs, context.style);
  if (const std::size_t waivers = store.waivers().size(); waivers > 0) {
    std::cout << fmt::format("{} waiver{}: `offledger history waiver list`\n", waivers,
                             waivers == 1 ? "" : "s");
  }
}

void show(const Options& options, Context& context) {
  const history::Store store(options.database, history::Mode::kReadOnly);
  const history::Run run = store.load(store.resolve(options.run));
  if (options.format == "json") {
    std::cout << render::run_json(run, {.identity = true});
    return;
  }
  std::cout << render::run_text(run, context.style, table_options(run));
  const auto waivers = waivers_of(run, store.waivers());
  if (!waivers.empty())
    std::cout << "\nwaived:\n" << render::waivers_text(waivers, std::time(nullptr), context.style);
}

void accept_baseline(const Options& options) {
  history::Store store(options.database, history::Mode::kReadWrite);
  const history::Run run = store.load(store.resolve(options.run));
  const std::string name = !options.name.empty() ? options.name : run.suite.empty() ? "default" : run.suite;
  store.set_baseline({name, run.id, options.reason, std::time(nullptr)});
  std::cout << "baseline '" << name << "' is now run " << run.id.substr(0, 12) << '\n';
}

void list_baselines(const Options& options, Context& context) {
  const history::Store store(options.database, history::Mode::kReadOnly);
  const auto baselines = store.baselines();
  std::cout << (options.format == "json" ? render::baselines_json(baselines)
                                         : render::baselines_text(baselines, context.style));
}

void prune(const Options& options) {
  if (options.newest == 0 && options.since.empty()) {
    throw Error(ErrorKind::kUsage, "expected what to keep: --keep N runs, those --since YYYY-MM-DD, or both");
  }
  history::Retention retention{
      .newest = options.newest, .since_unix = std::nullopt, .dry_run = options.dry_run};
  if (!options.since.empty()) {
    const auto days = days_of(options.since);
    if (!days)
      throw Error(ErrorKind::kUsage,
                  fmt::format("--since: expected a day as YYYY-MM-DD, found '{}'", options.since));
    retention.since_unix = *days * 86'400;
  }
  (void)history::Store(options.database, history::Mode::kReadOnly);  // prune an existing file, make none
  const history::PruneReport report =
      history::Store(options.database, history::Mode::kReadWrite).prune(retention);
  std::cout << fmt::format("{}removed {} runs and {} artifacts, kept {} runs\n",
                           options.dry_run ? "would have " : "", report.runs_removed,
                           report.artifacts_removed, report.runs_kept);
  if (report.artifacts_in_use) {
    std::cerr << "another process writes to this history: its artifacts stay until the next prune\n";
  }
}

}  // namespace

void add_history(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("history", "what was measured: runs, their figures, baselines");
  command->require_subcommand(1);
  const auto options = std::make_shared<Options>();
  options->database = history::default_path();
  const auto with_database = [&](CLI::App* sub) {
    sub->add_option("--db", options->database, "history database");
  };

  auto* list_runs = command->add_subcommand("list", "runs, newest first");
  with_database(list_runs);
  list_runs->add_option("--limit", options->limit, "how many")->capture_default_str();
  add_format(*list_runs, options->format, {"text", "json"});
  list_runs->callback([options, &context] { list(*options, context); });

  auto* show_run = command->add_subcommand("show", "one run's figures");
  with_database(show_run);
  show_run->add_option("RUN", options->run, "id, unique prefix, `latest`, label, commit or baseline")
      ->required();
  add_format(*show_run, options->format, {"text", "json"});
  show_run->callback([options, &context] { show(*options, context); });

  auto* baseline = command->add_subcommand("baseline", "what runs are compared with");
  baseline->require_subcommand(1);
  auto* accept = baseline->add_subcommand("accept", "makes a run the baseline of its suite");
  with_database(accept);
  accept->add_option("RUN", options->run, "the run")->required();
  accept->add_option("--reason", options->reason, "why the baseline moves")->required();
  accept->add_option("--name", options->name, "baseline's name; default: the run's suite");
  accept->callback([options] { accept_baseline(*options); });
  auto* list_them = baseline->add_subcommand("list", "every baseline");
  with_database(list_them);
  add_format(*list_them, options->format, {"text", "json"});
  list_them->callback([options, &context] { list_baselines(*options, context); });

  auto* prune_runs =
      command->add_subcommand("prune", "removes old runs; every run that was ever a baseline stays");
  with_database(prune_runs);
  prune_runs->add_option("--keep", options->newest, "keep the newest N runs")->check(CLI::PositiveNumber);
  prune_runs->add_option("--since", options->since, "keep runs from that day on (YYYY-MM-DD, UTC)");
  prune_runs->add_flag("--dry-run", options->dry_run, "say what would be removed");
  prune_runs->callback([options] { prune(*options); });

  add_history_exchange(*command);
  add_history_waivers(*command, context);
}

}  // namespace offledger::cli
