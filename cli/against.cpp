// SPDX-License-Identifier: Apache-2.0
#include "cli/against.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>

#include "reports/render/number.hpp"
#include "reports/render/run_view.hpp"
#include "reports/render/table.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Figure {
  const char* metric;
  const char* title;
  bool time;  ///< its difference is a share of the measured wall; otherwise plain
};
constexpr Figure kFigures[] = {{"wall_ns", "wall", true},
                               {"overlap", "overlap", false},
                               {"gpu_idle_ns", "GPU idle", true},
                               {"cpu_blocked_ns", "blocked", true}};

struct Pair {
  std::optional<double> predicted, measured, difference;
};

struct Row {
  history::CellKey key;
  bool schedule_changed = false;  ///< its file, since it was measured
  std::vector<Pair> pairs;        ///< one a figure
};

Pair pair_of(const Figure& figure, const history::Cell& predicted, const history::Cell& measured) {
  Pair pair{render::median_of(predicted, figure.metric), render::median_of(measured, figure.metric), {}};
  const auto wall = render::median_of(measured, "wall_ns");
  if (!pair.predicted || !pair.measured) return pair;
  if (!figure.time) {
    pair.difference = *pair.predicted - *pair.measured;
  } else if (wall && *wall > 0) {
    pair.difference = (*pair.predicted - *pair.measured) / *wall;
  }
  return pair;
}

std::vector<Row> compare(const history::Run& predicted, const history::Run& measured) {
  std::vector<Row> rows;
  for (const history::Cell& seen : measured.cells) {
    const auto found = std::ranges::find_if(predicted.cells, [&](const history::Cell& cell) {
      return cell.key.schedule == seen.key.schedule && cell.key.workload == seen.key.workload;
    });
    if (found == predicted.cells.end()) continue;
    Row& row = rows.emplace_back();
    row.key = seen.key;
    row.schedule_changed = found->schedule_hash != seen.schedule_hash;
    for (const Figure& figure : kFigures) row.pairs.push_back(pair_of(figure, *found, seen));
  }
  if (!rows.empty()) return rows;
  throw Error(ErrorKind::kNotComparable, fmt::format("--against {}: that run has none of the cells run here",
                                                     measured.id.substr(0, 12)));
}

std::string value_text(const Figure& figure, std::optional<double> value) {
  if (!value) return render::kAbsent;
  return figure.time ? render::time(Nanos(std::llround(*value))) : render::percent(*value);
}

std::string difference_text(const Figure& figure, std::optional<double> difference) {
  if (!difference) return render::kAbsent;
  return fmt::format("{:+.2f} {}", *difference * 100, figure.time ? "%" : "points");
}

/// The rows' figures from `first` on, `count` of them: all four side by side are wider than a terminal.
std::string table_of(const std::vector<Row>& rows, std::size_t first, std::size_t count,
                     const render::Style& style) {
  std::vector<render::Table::Column> columns{{"schedule", render::Align::kLeft}};
  for (const Figure& figure : std::span(kFigures).subspan(first, count)) {
    columns.push_back({figure.title, render::Align::kRight});
    columns.push_back({"measured", render::Align::kRight});
    columns.push_back({"off by", render::Align::kRight});
  }
  render::Table table(std::move(columns));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i == 0 || rows[i].key.workload != rows[i - 1].key.workload) table.heading(rows[i].key.workload);
    std::vector<render::Table::Cell> cells{rows[i].key.schedule};
    for (std::size_t f = first; f < first + count; ++f) {
      cells.emplace_back(value_text(kFigures[f], rows[i].pairs[f].predicted));
      cells.emplace_back(value_text(kFigures[f], rows[i].pairs[f].measured));
      cells.emplace_back(difference_text(kFigures[f], rows[i].pairs[f].difference));
    }
    table.row(std::move(cells));
  }
  return table.text(style);
}

/// A time that is a whole number of ns as an integer.
Json number(std::optional<double> value) {
  if (!value || !std::isfinite(*value)) return nullptr;
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (std::abs(*value) > 1 && std::abs(*value) < kExact && std::trunc(*value) == *value) {
    return static_cast<std::int64_t>(*value);
  }
  return *value;
}

}  // namespace

suite::Suite cases_of(const history::Run& run) {
  suite::Suite suite;
  suite.name = run.suite;
  for (const history::Cell& cell : run.cells) suite.cases.push_back({cell.key.schedule, cell.key.workload});
  return suite;
}

std::string against_table(const history::Run& predicted, const history::Run& measured,
                          const render::Style& style) {
  std::string text = fmt::format("{} against {} (run {})\n", predicted.machine_class.device_name,
                                 measured.machine_class.device_name, measured.id.substr(0, 12));
  const std::vector<Row> rows = compare(predicted, measured);
  text.append(table_of(rows, 0, 2, style)).append("\n").append(table_of(rows, 2, 2, style));
  std::set<std::string> changed;
  for (const Row& row : rows) {
    if (row.schedule_changed) changed.insert(row.key.schedule);
  }
  if (changed.empty()) return text;
  return text.append(fmt::format(
      "\nThese schedules' files have changed since that run; predicted is what they are now: {}\n",
      fmt::join(changed, ", ")));
}

std::string against_json(const history::Run& predicted, const history::Run& measured) {
  Json cells = Json::array();
  for (const Row& row : compare(predicted, measured)) {
    Json cell{{"schedule", row.key.schedule},
              {"workload", row.key.workload},
              {"schedule_changed", row.schedule_changed}};
    for (std::size_t f = 0; f < std::size(kFigures); ++f) {
      const Pair& pair = row.pairs[f];
      cell[kFigures[f].metric] = {{"predicted", number(pair.predicted)},
                                  {"measured", number(pair.measured)},
                                  {"difference", number(pair.difference)}};
    }
    cells.push_back(std::move(cell));
  }
  return Json{{"schema", "offledger.against/1"},
              {"predicted_by", predicted.machine_class.device_name},
              {"measured_on", measured.machine_class.device_name},
              {"run", measured.id},
              {"cells", cells}}
             .dump(2, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

}  // namespace offledger::cli
