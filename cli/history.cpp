// SPDX-License-Identifier: Apache-2.0
#include <ctime>
#include <iostream>

#include "cli/command.hpp"
#include "cli/table_options.hpp"
#include "reports/history/store.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {
namespace {

struct Options {
  std::string database, format, run, name, reason;
  std::size_t limit = 20;
};

void list(const Options& options, Context& context) {
  const history::Store store(options.database, history::Mode::kReadOnly);
  const auto runs = store.list(options.limit);
  std::cout << (options.format == "json" ? render::runs_json(runs) : render::runs_text(runs, context.style));
}

void show(const Options& options, Context& context) {
  const history::Store store(options.database, history::Mode::kReadOnly);
  const history::Run run = store.load(store.resolve(options.run));
  std::cout << (options.format == "json" ? render::run_json(run, {.identity = true}) : render::run_text(run, context.style, table_options(run)));
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

}  // namespace

void add_history(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("history", "what was measured: runs, their figures, baselines");
  command->require_subcommand(1);
  const auto options = std::make_shared<Options>();
  options->database = history::default_path();
  const auto with_database = [&](CLI::App* sub) { sub->add_option("--db", options->database, "history database"); };

  auto* list_runs = command->add_subcommand("list", "runs, newest first");
  with_database(list_runs);
  list_runs->add_option("--limit", options->limit, "how many")->capture_default_str();
  add_format(*list_runs, options->format, {"text", "json"});
  list_runs->callback([options, &context] { list(*options, context); });

  auto* show_run = command->add_subcommand("show", "one run's figures");
  with_database(show_run);
  show_run->add_option("RUN", options->run, "id, unique prefix, `latest`, label, commit or baseline")->required();
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
}

}  // namespace offledger::cli
