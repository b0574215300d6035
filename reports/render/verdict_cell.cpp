// SPDX-License-Identifier: Apache-2.0
#include "reports/render/verdict_cell.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "reports/render/cells.hpp"
#include "reports/render/number.hpp"
#include "reports/render/run_view.hpp"
#include "reports/render/table.hpp"
#include "reports/render/verdict.hpp"
#include "reports/render/verdict_environment.hpp"
#include "reports/render/verdict_words.hpp"

namespace offledger::render {
namespace {

using history::VerdictCell;

/// Figures of a repetition that tell whether it was like the others.
constexpr std::string_view kOfARep[] = {"wall_ns", "overlap_of_possible", "gpu_idle_ns", "cpu_blocked_ns"};
constexpr std::size_t kMostReps = 40;

bool is_exact(const VerdictCell& row) {
  const metrics::Metric* metric = metrics::find(row.metric);
  return metric != nullptr && metric->klass == metrics::Class::kExact;
}

std::string state_text(const VerdictCell& row) {
  if (row.gates) return row.state;
  return row.state == "pass" ? std::string() : fmt::format("{}, for information", row.state);
}

std::string rows_text(const std::vector<VerdictCell>& rows, const Style& style) {
  const bool tested = std::ranges::any_of(rows, [](const VerdictCell& row) { return row.p.has_value(); });
  std::vector<Table::Column> columns{{"", Align::kLeft}, {"base"}, {"new"}, {"change"}};
  if (tested) columns.push_back({"90 % interval"});
  columns.push_back({"margin"});
  if (tested) columns.insert(columns.end(), {{"p adj"}, {"n"}});
  columns.push_back({"", Align::kLeft});
  Table table(columns);
  std::vector<std::string> same;
  for (const VerdictCell& row : rows) {
    if (is_exact(row) && row.state == "pass") {
      same.push_back(metric_title(row));
      continue;
    }
    std::vector<Table::Cell> cells{metric_title(row), base_text(row), cand_text(row), delta_text(row)};
    if (tested) cells.emplace_back(interval_text(row));
    cells.emplace_back(margin_text(row));
    if (tested) cells.insert(cells.end(), {p_text(row.p_adjusted ? row.p_adjusted : row.p), n_text(row)});
    cells.emplace_back(state_text(row));
    table.row(std::move(cells));
  }
  std::string out = table.size() > 0 ? table.text(style) : std::string();
  if (!same.empty())
    out +=
        wrap(fmt::format("The same on both sides: {}.", fmt::join(same, ", ")), style.width, 2).append("\n");
  return out;
}

std::string growth_text(const CellAgainst& against) {
  const Growth growth = grown_most(against.base.cells.front(), against.candidate.cells.front());
  const auto text = [](double ns) { return time(nanos(std::llround(std::clamp(ns, -9e18, 9e18)))); };
  std::string out =
      growth.cause.empty()
          ? std::string("No cause of idle time grew.")
          : fmt::format("What grew: {}, by {} a step ({} -> {}).", printable(growth.cause),
                        text(growth.after - growth.before), text(growth.before), text(growth.after));
  if (!against.both_recorded) return out;
  if (!against.appeared.empty())
    out += fmt::format(" Diagnosed here and not in the base: {}.", fmt::join(against.appeared, ", "));
  if (!against.vanished.empty())
    out += fmt::format(" In the base and not here: {}.", fmt::join(against.vanished, ", "));
  return out;
}

struct Taken {
  const char* side;
  const history::Rep* rep;
};

std::string reps_text(const CellAgainst& against, const Style& style) {
  std::vector<Taken> taken;
  for (const history::Rep& rep : against.base.cells.front().reps) taken.push_back({"base", &rep});
  for (const history::Rep& rep : against.candidate.cells.front().reps) taken.push_back({"new", &rep});
  const bool one_sitting = against.base.sitting == against.candidate.sitting;
  if (one_sitting) std::ranges::stable_sort(taken, {}, [](const Taken& one) { return one.rep->order; });
  std::vector<Table::Column> columns{{"repetition"}, {"block"}, {"side", Align::kLeft}};
  for (const std::string_view name : kOfARep) columns.push_back({std::string(metrics::find(name)->title)});
  columns.push_back({"", Align::kLeft});
  Table table(columns);
  for (const Taken& one : taken) {
    if (table.size() == kMostReps) break;
    std::vector<Table::Cell> cells{std::to_string(one.rep->order), std::to_string(one.rep->block), one.side};
    for (const std::string_view name : kOfARep) {
      const auto value = one.rep->values.find(std::string(name));
      cells.emplace_back(
          value == one.rep->values.end() ? kAbsent : metrics::format(*metrics::find(name), value->second));
    }
    cells.emplace_back(one.rep->exit_code == 0 ? "" : fmt::format("exit code {}", one.rep->exit_code));
    table.row(std::move(cells));
  }
  std::string out = table.text(style);
  if (taken.size() > kMostReps) {
    out += fmt::format("{} more repetitions: --format json has all.\n", taken.size() - kMostReps);
  }
  return out;
}

}  // namespace

Growth grown_most(const history::Cell& base, const history::Cell& candidate) {
  Growth most;
  for (const history::Rep& rep : candidate.reps) {
    for (const auto& [cause, ns] : rep.causes_ns) {
      const double before = median_cause(base, cause).value_or(0);
      const double after = median_cause(candidate, cause).value_or(0);
      if (after - before > most.after - most.before) most = {cause, before, after};
    }
  }
  return most;
}

std::string against_text(const CellAgainst& against, const Style& style) {
  const history::Verdict& verdict = against.verdict;
  const std::size_t worse = static_cast<std::size_t>(std::ranges::count_if(verdict.cells, is_failure));
  const std::string outcome = verdict.cells.empty() ? fmt::format("{}: {}", verdict.verdict, verdict.reason)
                              : worse == 0          ? std::string("nothing worse")
                                                    : fmt::format("{} worse", worse);
  const std::string title =
      printable(fmt::format("Against {} ({}): {}.", sides_text(verdict), against.why, outcome));
  const history::Cell& base = against.base.cells.front();
  const history::Cell& candidate = against.candidate.cells.front();
  std::string out = fmt::format("\n{}\n{}\n{}\n{}\n{}", wrap(title, style.width, 2),
                                rows_text(verdict.cells, style), wrap(growth_text(against), style.width, 2),
                                moved_text(base, candidate, style), reps_text(against, style));
  const std::string surroundings = environment_text(against.base, against.candidate, style);
  return surroundings.empty() ? out : out.append("\n").append(surroundings);
}

}  // namespace offledger::render
