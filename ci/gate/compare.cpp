// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "ci/gate/comparable.hpp"
#include "ci/gate/comparison.hpp"

namespace offledger::gate {
namespace {

using history::Run;
using history::Verdict;

bool listed(const Config& config, std::string_view what) {
  return std::find(config.fail_on.begin(), config.fail_on.end(), what) != config.fail_on.end();
}

Verdict without_cells(const char* verdict, std::string reason) {
  Verdict result;
  result.verdict = verdict;
  result.reason = std::move(reason);
  return result;
}

bool is_open(const history::VerdictCell& row) {
  return row.gates && row.state == "inconclusive";
}

/// Of the comparisons, those that the first look left open: fewer tests, so each may have a larger p.
void keep_open(std::vector<Comparison>& comparisons, const Verdict& first) {
  std::set<std::string> open;
  for (const auto& row : first.cells) {
    if (is_open(row)) open.insert(name_of(row) + '\n' + row.metric);
  }
  std::erase_if(comparisons,
                [&](const auto& one) { return !open.contains(name_of(one.row) + '\n' + one.row.metric); });
}

/// `first`: the look before, of which only what is open is judged; null where there is none.
Verdict judge_runs(const Run& base, const Run& candidate, const Config& config, const Verdict* first) {
  if (auto why = why_not_comparable(base, candidate, config); !why.empty()) {
    return without_cells("not_comparable", std::move(why));
  }
  if (auto why = why_no_data(base, candidate); !why.empty()) {
    return without_cells(listed(config, "no_data") ? "fail" : "no_data", std::move(why));
  }
  const auto cells = pair_cells(base, candidate);
  auto comparisons = lay_out(cells, config);
  if (first != nullptr) keep_open(comparisons, *first);
  judge(comparisons, cells, config, q_of_a_look(config));
  excuse(comparisons, config, config.now_unix.value_or(candidate.started_at_unix));
  Verdict verdict = conclude(comparisons, config);
  if (config.across_sittings && base.sitting != candidate.sitting) {
    verdict.reason +=
        "; measured in different sittings, so the machine's drift between them counts as difference";
  }
  return verdict;
}

}  // namespace

Verdict compare(const Run& base, const Run& candidate, const Config& config) {
  Verdict verdict = judge_runs(base, candidate, config, nullptr);
  verdict.base_run = base.id;
  verdict.cand_run = candidate.id;
  verdict.base_commit = base.commit;
  verdict.cand_commit = candidate.commit;
  return verdict;
}

std::vector<Selector> open_cells(const Verdict& first) {
  std::vector<Selector> cells;
  for (const auto& row : first.cells) {
    const Selector cell{row.schedule, row.workload, ""};
    // What could not be measured has no delta: more of it would say no more.
    if (is_open(row) && row.delta && std::find(cells.begin(), cells.end(), cell) == cells.end()) cells.push_back(cell);
  }
  return cells;
}

Verdict top_up(const Verdict& first, const Run& base, const Run& candidate, const Config& config) {
  const Verdict second = judge_runs(base, candidate, config, &first);
  if (second.verdict == "not_comparable" || second.cells.empty()) return second;
  Verdict merged = first;
  std::vector<Comparison> rows;
  std::map<std::string, std::size_t> cells;
  for (auto& row : merged.cells) {
    const auto fresh = std::find_if(second.cells.begin(), second.cells.end(), [&](const auto& other) {
      return other.schedule == row.schedule && other.workload == row.workload && other.metric == row.metric;
    });
    if (is_open(row) && fresh != second.cells.end()) {
      row = *fresh;
      row.reason += " (second look)";
    }
    Comparison comparison;
    comparison.row = row;
    comparison.cell = cells.emplace(name_of(row), cells.size()).first->second;
    comparison.no_data = row.state == "inconclusive" && !row.delta;
    if (const auto rule = rule_of(row.metric, config)) comparison.rule = *rule;
    comparison.loss = std::abs(row.delta.value_or(0));
    comparison.margin = row.margin.value_or(0);
    rows.push_back(std::move(comparison));
  }
  Verdict concluded = conclude(rows, config);
  concluded.base_run = first.base_run;
  concluded.cand_run = first.cand_run;
  concluded.base_commit = first.base_commit;
  concluded.cand_commit = first.cand_commit;
  concluded.base_why = first.base_why;
  return concluded;
}

}  // namespace offledger::gate
