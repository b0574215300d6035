// SPDX-License-Identifier: Apache-2.0
#include "ci/gate/samples.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace offledger::gate {
namespace {

using history::Cell;
using history::Run;

using Index = std::map<history::CellKey, const Cell*>;

Index index_of(const Run& run) {
  Index index;
  for (const auto& cell : run.cells) index.emplace(cell.key, &cell);
  return index;
}

/// Repetitions in the order in which the sitting took them.
std::vector<const history::Rep*> in_order(const Cell& cell) {
  std::vector<const history::Rep*> reps;
  for (const auto& rep : cell.reps) {
    if (rep.exit_code == 0) reps.push_back(&rep);
  }
  std::stable_sort(reps.begin(), reps.end(), [](auto* a, auto* b) { return a->order < b->order; });
  return reps;
}

void collect(const Cell& cell, std::vector<double> Sides::*side, CellSamples& into) {
  for (const auto* rep : in_order(cell)) {
    for (const auto& [metric, value] : rep->values) {
      if (value && std::isfinite(*value)) (into.metrics[metric].*side).push_back(*value);
    }
  }
}

std::map<std::string, double> mean_causes(const Cell& cell) {
  std::map<std::string, double> sum;
  const auto reps = in_order(cell);
  for (const auto* rep : reps) {
    for (const auto& [cause, ns] : rep->causes_ns) sum[cause] += ns / static_cast<double>(reps.size());
  }
  return sum;
}

std::string why_disqualified(const Cell& cell, const char* side) {
  for (const auto& finding : cell.findings) {
    if (finding.disqualifies) return fmt::format("{}: {} ({})", side, finding.id, finding.detail);
  }
  for (const auto& rep : cell.reps) {
    if (rep.exit_code != 0) {
      return fmt::format("{}: repetition {} failed with exit code {}", side, rep.number, rep.exit_code);
    }
  }
  if (cell.reps.empty()) return fmt::format("{}: it has no repetitions", side);
  return "";
}

CellSamples pair(const Cell& base, const Cell& cand) {
  CellSamples cell;
  cell.schedule = base.key.schedule;
  cell.workload = base.key.workload;
  cell.deterministic = base.deterministic && cand.deterministic;
  cell.disqualified = why_disqualified(base, "baseline");
  if (cell.disqualified.empty()) cell.disqualified = why_disqualified(cand, "candidate");
  collect(base, &Sides::base, cell);
  collect(cand, &Sides::cand, cell);
  cell.base_causes = mean_causes(base);
  cell.cand_causes = mean_causes(cand);
  return cell;
}

std::string name_of(const std::string& cell, const std::string& schedule, const std::string& workload) {
  return cell.empty() ? fmt::format("{} on {}", schedule, workload) : cell;
}

}  // namespace

std::string name_of(const CellSamples& cell) {
  return name_of(cell.name, cell.schedule, cell.workload);
}
std::string name_of(const history::VerdictCell& row) {
  return name_of(row.cell, row.schedule, row.workload);
}

std::vector<CellSamples> pair_cells(const Run& base, const Run& candidate) {
  const Index in_base = index_of(base);
  const Index in_candidate = index_of(candidate);
  std::vector<CellSamples> cells;
  for (const auto& cell : base.cells) {
    if (const auto at = in_candidate.find(cell.key); at != in_candidate.end()) {
      cells.push_back(pair(cell, *at->second));
    } else {
      auto& gone = cells.emplace_back();
      gone.schedule = cell.key.schedule;
      gone.workload = cell.key.workload;
      gone.vanished = true;
    }
  }
  for (const auto& cell : candidate.cells) {
    if (in_base.contains(cell.key)) continue;
    auto& fresh = cells.emplace_back();
    fresh.schedule = cell.key.schedule;
    fresh.workload = cell.key.workload;
    fresh.added = true;
    fresh.disqualified = why_disqualified(cell, "candidate");
  }
  return cells;
}

}  // namespace offledger::gate
