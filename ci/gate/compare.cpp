// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <set>

#include "ci/gate/comparable.hpp"
#include "ci/gate/comparison.hpp"

namespace offledger::gate {
namespace {

using history::Run;
using history::Verdict;

Verdict without_cells(const char* verdict, std::string reason) {
  Verdict result;
  result.verdict = verdict;
  result.reason = std::move(reason);
  return result;
}

bool is_open(const history::VerdictCell& row) {
  return row.gates && row.state == "inconclusive";
}

/// One comparison of a verdict.
std::string place_of(const history::VerdictCell& row) {
  return name_of(row) + '\n' + row.metric;
}

/// The first look's runs are those that the verdict is of.
void keep_names(Verdict& verdict, const Verdict& first) {
  verdict.base_run = first.base_run;
  verdict.cand_run = first.cand_run;
  verdict.base_commit = first.base_commit;
  verdict.cand_commit = first.cand_commit;
  verdict.base_why = first.base_why;
}

/// Of the comparisons, those that the first look left open: fewer tests, so each may have a larger p.
void keep_open(std::vector<Comparison>& comparisons, const Verdict& first) {
  std::set<std::string> open;
  for (const auto& row : first.cells) {
    if (is_open(row)) open.insert(place_of(row));
  }
  std::erase_if(comparisons, [&](const auto& one) { return !open.contains(place_of(one.row)); });
}

/// `first`: the look before, of which only what is open is judged; null where there is none.
Verdict judge_runs(const Run& base, const Run& candidate, const Config& config, const Verdict* first) {
  if (auto why = why_not_comparable(base, candidate, config); !why.empty()) {
    return without_cells("not_comparable", std::move(why));
  }
  if (auto why = why_no_data(base, candidate); !why.empty()) {
    return without_cells(config.fails_on("no_data") ? "fail" : "no_data", std::move(why));
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
  std::set<std::string> named;
  for (const auto& row : first.cells) {
    // What could not be measured has no delta: more of it would say no more.
    if (is_open(row) && row.delta && named.insert(name_of(row)).second)
      cells.push_back({row.schedule, row.workload, ""});
  }
  return cells;
}

Verdict top_up(const Verdict& first, const Run& base, const Run& candidate, const Config& config) {
  Verdict second = judge_runs(base, candidate, config, &first);
  if (second.cells.empty()) {
    // A loss that the first look found outweighs a second look that measured nothing.
    if (first.verdict == "fail" && second.verdict != "not_comparable") return first;
    keep_names(second, first);
    return second;
  }
  std::map<std::string, const history::VerdictCell*> fresh;
  for (const auto& row : second.cells) fresh.emplace(place_of(row), &row);
  std::vector<Comparison> rows;
  std::map<std::string, std::size_t> cells;
  for (const auto& row : first.cells) {
    Comparison comparison;
    comparison.row = row;
    if (const auto at = fresh.find(place_of(row)); is_open(row) && at != fresh.end()) {
      comparison.row = *at->second;
      comparison.row.reason += " (second look)";
    }
    const auto& judged = comparison.row;
    comparison.cell = cells.emplace(name_of(judged), cells.size()).first->second;
    comparison.no_data = judged.state == "inconclusive" && !judged.delta;
    if (const auto rule = rule_of(judged.metric, config)) comparison.rule = *rule;
    comparison.loss = std::abs(judged.delta.value_or(0));
    comparison.margin = judged.margin.value_or(0);
    rows.push_back(std::move(comparison));
  }
  Verdict concluded = conclude(rows, config);
  keep_names(concluded, first);
  return concluded;
}

}  // namespace offledger::gate
