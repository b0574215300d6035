// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

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

Verdict judge_runs(const Run& base, const Run& candidate, const Config& config) {
  if (auto why = why_not_comparable(base, candidate, config); !why.empty()) {
    return without_cells("not_comparable", std::move(why));
  }
  if (auto why = why_no_data(base, candidate); !why.empty()) {
    return without_cells(listed(config, "no_data") ? "fail" : "no_data", std::move(why));
  }
  const auto cells = pair_cells(base, candidate);
  auto comparisons = lay_out(cells, config);
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
  Verdict verdict = judge_runs(base, candidate, config);
  verdict.base_run = base.id;
  verdict.cand_run = candidate.id;
  verdict.base_commit = base.commit;
  verdict.cand_commit = candidate.commit;
  return verdict;
}

Verdict top_up(const Verdict& first, const Run& base, const Run& candidate, const Config& config) {
  const Verdict second = compare(base, candidate, config);
  if (second.verdict == "not_comparable" || second.cells.empty()) return second;
  Verdict merged = first;
  std::vector<Comparison> rows;
  std::map<std::string, std::size_t> cells;
  for (auto& row : merged.cells) {
    const auto fresh = std::find_if(second.cells.begin(), second.cells.end(), [&](const auto& other) {
      return other.schedule == row.schedule && other.workload == row.workload && other.metric == row.metric;
    });
    if (row.gates && row.state == "inconclusive" && fresh != second.cells.end()) {
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
