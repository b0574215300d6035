// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <iostream>

#include "cli/history.hpp"
#include "reports/metrics/metrics.hpp"
#include "schedules/base/calendar.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {
namespace {

struct Options {
  std::string database, format, cell, metric, reason, owner, until;
};

/// Schedule and workload of a waiver; empty: any.
using Cells = std::pair<std::string, std::string>;

/// SCHEDULE/WORKLOAD, SCHEDULE, SCHEDULE/*, */WORKLOAD or *. Names may hold slashes, as those of benchmarks
/// do, so the cells that the history knows say where one ends. An imported benchmark's cell is its name.
Cells parse_cells(const std::string& text, const std::vector<history::CellKey>& known) {
  if (text == "*" || text == "*/*") return {};
  std::vector<std::string> names;
  for (const history::CellKey& cell : known) {
    const std::string name = fmt::format("{}/{}", cell.schedule, cell.workload);
    if (text == name) return {cell.schedule, cell.workload};
    names.push_back(name);
  }
  for (const history::CellKey& cell : known) {
    if (text == cell.schedule || text == cell.schedule + "/*") return {cell.schedule, ""};
    if (text == "*/" + cell.workload) return {"", cell.workload};
  }
  const std::vector<std::string_view> held(names.begin(), names.end());
  throw Error(
      ErrorKind::kUsage,
      fmt::format("CELL: expected SCHEDULE/WORKLOAD, SCHEDULE, */WORKLOAD or * of a cell that the history "
                  "holds, found '{}'{}",
                  text, held.empty() ? "; it holds none" : suggest(text, held)));
}

std::string parse_metric(const std::string& text, const history::Store& store) {
  if (text == "*") return "";
  if (metrics::find(text) != nullptr || store.holds_metric(text)) return text;
  std::vector<std::string_view> known;
  for (const metrics::Metric& metric : metrics::all()) known.push_back(metric.name);
  throw Error(ErrorKind::kUsage, fmt::format("METRIC: expected the name of a metric, or *, found '{}'{}",
                                             text, suggest(text, known)));
}

void check_until(const std::string& until) {
  const auto last = days_of(until);
  if (last && *last >= days_of_unix(std::time(nullptr))) return;
  throw Error(
      ErrorKind::kUsage,
      fmt::format("--until: expected the waiver's last day, YYYY-MM-DD, from today on, found '{}'", until));
}

void add(const Options& options) {
  check_until(options.until);
  (void)history::Store(options.database, history::Mode::kReadOnly);  // of an existing history; make none
  history::Store store(options.database, history::Mode::kReadWrite);
  const auto [schedule, workload] = parse_cells(options.cell, store.cells());
  store.set_waiver({schedule, workload, parse_metric(options.metric, store), options.reason, options.owner,
                    options.until});
  std::cout << fmt::format("{} of {} is waived until {}\n", options.metric, options.cell, options.until);
}

void remove(const Options& options) {
  (void)history::Store(options.database, history::Mode::kReadOnly);
  history::Store store(options.database, history::Mode::kReadWrite);
  const auto [schedule, workload] = parse_cells(options.cell, store.cells());
  if (!store.remove_waiver(schedule, workload, options.metric == "*" ? "" : options.metric)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("expected a waiver of {} of {}, found none; `offledger history waiver "
                            "list` shows those there are",
                            options.metric, options.cell));
  }
  std::cout << fmt::format("{} of {} is no longer waived\n", options.metric, options.cell);
}

void list(const Options& options, Context& context) {
  const auto waivers = history::Store(options.database, history::Mode::kReadOnly).waivers();
  const std::int64_t now = std::time(nullptr);
  std::cout << (options.format == "json" ? render::waivers_json(waivers, now)
                                         : render::waivers_text(waivers, now, context.style));
}

}  // namespace

std::vector<history::Waiver> waivers_of(const history::Run& run,
                                        const std::vector<history::Waiver>& waivers) {
  const auto matches = [](const std::string& pattern, const std::string& name) {
    return pattern.empty() || pattern == "*" || pattern == name;
  };
  std::vector<history::Waiver> found;
  for (const history::Waiver& waiver : waivers) {
    const bool any = std::ranges::any_of(run.cells, [&](const history::Cell& cell) {
      return matches(waiver.schedule, cell.key.schedule) && matches(waiver.workload, cell.key.workload);
    });
    if (any) found.push_back(waiver);
  }
  return found;
}

void add_history_waivers(CLI::App& history, Context& context) {
  auto* waiver = history.add_subcommand("waiver", "losses that somebody answers for until a day");
  waiver->require_subcommand(1);
  const auto options = std::make_shared<Options>();
  options->database = history::default_path();
  const auto sub = [&](const char* name, const char* what) {
    auto* command = waiver->add_subcommand(name, what);
    command->add_option("--db", options->database, "history database");
    return command;
  };
  const auto named = [&](CLI::App* command) {
    command->add_option("CELL", options->cell, "SCHEDULE/WORKLOAD; SCHEDULE, */WORKLOAD and * are several")
        ->required();
    command->add_option("METRIC", options->metric, "the metric, or * for any")->required();
  };

  auto* add_one =
      sub("add", "a loss of METRIC in CELL does not fail the gate until a day; it is still shown");
  named(add_one);
  add_one->add_option("--reason", options->reason, "why the loss is accepted")->required();
  add_one->add_option("--owner", options->owner, "who answers for it")->required();
  add_one->add_option("--until", options->until, "last day on which it holds (YYYY-MM-DD, UTC)")->required();
  add_one->callback([options] { add(*options); });

  auto* remove_one = sub("remove", "the loss fails the gate again");
  named(remove_one);
  remove_one->callback([options] { remove(*options); });

  auto* list_all = sub("list", "every waiver of this history; those of a configuration file stand there");
  add_format(*list_all, options->format, {"text", "json"});
  list_all->callback([options, &context] { list(*options, context); });
}

}  // namespace offledger::cli
