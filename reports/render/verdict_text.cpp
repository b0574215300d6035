// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "reports/render/cells.hpp"
#include "reports/render/json_text.hpp"
#include "reports/render/table.hpp"
#include "reports/render/verdict.hpp"
#include "reports/render/verdict_words.hpp"

namespace offledger::render {
namespace {

using history::VerdictCell;

Ink ink_of(const std::string& verdict) {
  if (verdict == "pass" || verdict == "improved") return Ink::kGood;
  return verdict == "fail" || verdict == "missing" ? Ink::kBad : Ink::kDoubt;
}

struct Columns {
  bool statistics = false;  ///< a deterministic run has none
  bool state = false;       ///< where the section's title does not tell it
};

/// A heading a cell, a row a metric. A narrow terminal goes without p and n: the interval says as much.
Table table_of(const std::vector<const VerdictCell*>& cells, Columns show, const Style& style) {
  constexpr std::size_t kWide = 100;
  const bool test = show.statistics && style.width >= kWide;
  std::vector<Table::Column> columns{{"", Align::kLeft}, {"base"}, {"new"}, {"change"}};
  if (show.statistics) columns.push_back({"90 % interval"});
  columns.push_back({"margin"});
  if (test) columns.insert(columns.end(), {{"p adj"}, {"n"}});
  if (show.state) columns.push_back({"", Align::kLeft});
  Table table(columns);
  std::string heading;
  for (const VerdictCell* cell : cells) {
    if (cell_name(*cell) != heading) table.heading(heading = cell_name(*cell));
    std::vector<Table::Cell> row{metric_title(*cell), base_text(*cell), cand_text(*cell), delta_text(*cell)};
    if (show.statistics) row.emplace_back(interval_text(*cell));
    row.emplace_back(margin_text(*cell));
    if (test) {
      row.emplace_back(p_text(cell->p_adjusted ? cell->p_adjusted : cell->p));
      row.emplace_back(n_text(*cell));
    }
    if (show.state) row.emplace_back(cell->state, ink_of(cell->state));
    table.row(std::move(row));
  }
  return table;
}

std::string section(std::string_view title, const history::Verdict& verdict, const Style& style, bool states,
                    auto&& belongs) {
  std::vector<const VerdictCell*> cells;
  for (const VerdictCell& cell : verdict.cells) {
    if (belongs(cell)) cells.push_back(&cell);
  }
  if (cells.empty()) return {};
  std::stable_sort(cells.begin(), cells.end(),
                   [](const VerdictCell* a, const VerdictCell* b) { return cell_name(*a) < cell_name(*b); });
  const bool statistics =
      std::any_of(cells.begin(), cells.end(), [](const VerdictCell* c) { return c->ci_low || c->p; });
  std::string out = fmt::format("\n{}\n{}", paint(title, Ink::kStrong, style),
                                table_of(cells, {statistics, states}, style).text(style));
  for (const VerdictCell* cell : cells) {
    if (cell->reason.empty()) continue;
    out += wrap(fmt::format("  {}, {}: {}", printable(cell_name(*cell)), metric_title(*cell),
                            printable(cell->reason)),
                style.width, 4) +
           "\n";
  }
  return out;
}

}  // namespace

std::string verdict_text(const history::Verdict& verdict, const Style& style) {
  std::string out =
      paint(wrap(printable(headline(verdict)), style.width, 2), ink_of(verdict.verdict), style) + "\n";
  const std::string sides = printable(sides_text(verdict));
  if (!sides.empty()) out += wrap(sides, style.width, 2) + "\n";
  out += section("Worse", verdict, style, false, is_failure);
  out += section("Inconclusive or waived", verdict, style, true, [](const VerdictCell& c) {
    return c.gates && (c.state == "inconclusive" || c.state == "waived");
  });
  out += section("Improved", verdict, style, false,
                 [](const VerdictCell& c) { return c.gates && c.state == "improved"; });
  out += section("For information: these never fail on their own", verdict, style, true,
                 [](const VerdictCell& c) { return !c.gates && c.state != "pass"; });
  const Tally t = tally(verdict);
  if (t.gating > 0) out += fmt::format("\n{} gate cells: {}.\n", t.gating, tally_text(t));
  Json line;
  line["verdict"] = verdict.verdict;
  line["exit"] = verdict.exit_code();
  return out + "offledger-verdict: " + to_line(line) + "\n";
}

}  // namespace offledger::render
