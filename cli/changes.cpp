// SPDX-License-Identifier: Apache-2.0
#include "ci/gate/changes.hpp"

#include <fmt/format.h>

#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/command.hpp"
#include "cli/series_csv.hpp"
#include "reports/history/store.hpp"
#include "schedules/base/error.hpp"
#include "schedules/base/json.hpp"

namespace offledger::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string database, csv, format;
};

/// One change of one series, as both forms of input give it.
struct Row {
  gate::Change change;
  std::string label;        ///< the run, or the file's label of the point
  std::string environment;  ///< what differs across it
};
struct SeriesRows {
  std::string name;
  std::size_t points = 0;
  std::vector<Row> rows;
};
struct Found {
  std::vector<SeriesRows> series;
  std::vector<gate::MachineChange> machines;
};

Found of_file(const std::string& path) {
  const std::vector<LabelledSeries> series = parse_series(json::read_file(path), path);
  std::vector<gate::NamedSeries> named;
  for (const LabelledSeries& one : series) named.push_back({one.name, one.values});
  const auto changes = gate::detect_all(named, 0);
  Found found;
  for (std::size_t i = 0; i < series.size(); ++i) {
    SeriesRows rows{series[i].name, series[i].values.size(), {}};
    for (const gate::Change& change : changes[i]) {
      rows.rows.push_back({change, series[i].labels.empty() ? "" : series[i].labels[change.index], ""});
    }
    found.series.push_back(std::move(rows));
  }
  return found;
}

std::size_t place_of(const history::Series& series, const std::string& run, std::size_t otherwise) {
  for (std::size_t i = 0; i < series.points.size(); ++i) {
    if (series.points[i].run == run) return i;
  }
  return otherwise;
}

gate::ChangeKind kind_of(std::string_view name) {
  for (const auto kind :
       {gate::ChangeKind::kSuspected, gate::ChangeKind::kOutlier, gate::ChangeKind::kDrift}) {
    if (gate::to_string(kind) == name) return kind;
  }
  return gate::ChangeKind::kChange;
}

Row as_row(const history::Series& series, const history::Changepoint& at) {
  const std::size_t index = place_of(series, at.run, 0);
  const history::SeriesPoint& point = series.points[index];
  return {.change = {index, place_of(series, at.range_first, index), place_of(series, at.range_last, index),
                     at.shift, at.shift_low, at.shift_high, at.p, kind_of(at.kind)},
          .label = fmt::format("{}{}", at.run.substr(0, 12),
                               point.commit.empty() ? "" : " " + point.commit.substr(0, 12)),
          .environment = at.environment};
}

/// Detects, and remembers what is new.
Found of_history(const std::string& path) {
  const std::vector<history::Series> series = history::Store(path, history::Mode::kReadOnly).series();
  if (series.empty()) {
    throw Error(ErrorKind::kNotMeasured,
                fmt::format("{}: no complete run in it; measure some with `offledger run`", path));
  }
  const std::vector<history::Changepoint> changes = gate::detect_history(series, 0);
  if (!changes.empty()) history::Store(path, history::Mode::kReadWrite).insert(changes);
  Found found{.series = {}, .machines = gate::machine_changes(series, changes)};
  for (const history::Series& one : series) {
    SeriesRows rows{gate::name_of(one), one.points.size(), {}};
    for (const history::Changepoint& change : changes) {
      const bool its =
          change.cell == one.cell && change.metric == one.metric && change.machine_class == one.machine_class;
      if (its) rows.rows.push_back(as_row(one, change));
    }
    found.series.push_back(std::move(rows));
  }
  return found;
}

Json number(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

std::string json_text(const Found& found) {
  Json list = Json::array();
  for (const SeriesRows& series : found.series) {
    Json changes = Json::array();
    for (const Row& row : series.rows) {
      const gate::Change& change = row.change;
      changes.push_back({{"index", change.index},
                         {"range", {change.range_first, change.range_last}},
                         {"shift", change.shift},
                         {"shift_ci", {number(change.shift_low), number(change.shift_high)}},
                         {"p", change.p},
                         {"kind", gate::to_string(change.kind)},
                         {"at", row.label},
                         {"environment", row.environment}});
    }
    list.push_back({{"name", series.name}, {"points", series.points}, {"changes", std::move(changes)}});
  }
  Json machines = Json::array();
  for (const gate::MachineChange& one : found.machines) {
    machines.push_back({{"device", one.device},
                        {"run", one.run},
                        {"moved", one.moved},
                        {"series", one.series},
                        {"by_control", one.by_control},
                        {"environment", one.environment}});
  }
  const Json root = {{"schema", "offledger.changes/1"},
                     {"series", std::move(list)},
                     {"machine_changes", std::move(machines)}};
  return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string plain_text(const Found& found, const render::Style& style) {
  using render::Align;
  render::Table table({{"series", Align::kLeft},
                       {"kind", Align::kLeft},
                       {"from point"},
                       {"plausible"},
                       {"shift"},
                       {"p"},
                       {"at", Align::kLeft}});
  std::size_t changes = 0;
  for (const SeriesRows& series : found.series) {
    for (const Row& row : series.rows) {
      const gate::Change& change = row.change;
      changes += change.kind == gate::ChangeKind::kChange || change.kind == gate::ChangeKind::kDrift ? 1 : 0;
      table.row({series.name, std::string(gate::to_string(change.kind)), std::to_string(change.index),
                 fmt::format("{}..{}", change.range_first, change.range_last),
                 fmt::format("{:+.6g}", change.shift), fmt::format("{:.2g}", change.p),
                 row.environment.empty() ? row.label : row.label + ": " + row.environment});
    }
  }
  std::string out = changes == 0 ? fmt::format("No change in {} series\n", found.series.size())
                                 : fmt::format("{} change{} in {} series; points are counted from 0\n",
                                               changes, changes == 1 ? "" : "s", found.series.size());
  for (const gate::MachineChange& one : found.machines) {
    out += fmt::format("The machine {} changed from run {} on: {} of its {} series moved together{}\n",
                       one.device, one.run.substr(0, 12), one.moved, one.series,
                       one.environment.empty() ? "" : " (" + one.environment + ")");
  }
  return table.size() == 0 ? out : out + "\n" + table.text(style);
}

}  // namespace

void add_changes(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("changes", "the nightly detector: where a series of figures changed its level");
  const auto options = std::make_shared<Options>();
  options->database = history::default_path();
  auto* database = command->add_option("--db", options->database, "history database: every series of it");
  command->add_option("--csv", options->csv, "a file of series instead: time,value, or one column a series")
      ->excludes(database);
  add_format(*command, options->format, {"text", "json"});
  command->callback([options, &context] {
    const Found found = options->csv.empty() ? of_history(options->database) : of_file(options->csv);
    std::cout << (options->format == "json" ? json_text(found) : plain_text(found, context.style));
  });
}

}  // namespace offledger::cli
