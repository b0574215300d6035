// SPDX-License-Identifier: Apache-2.0
//
// What is compared: the repetitions of each metric of each cell, base and candidate side by side, whether
// they come from two runs of the history or from anyone's CSV file.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "reports/history/records.hpp"

namespace offledger::gate {

struct Sides {
  std::vector<double> base, cand;  ///< in the order in which they were taken
};

struct CellSamples {
  std::string schedule, workload;
  std::string name;            ///< of a CSV cell, instead of schedule and workload
  bool deterministic = false;  ///< one value a side says it all
  bool vanished = false;       ///< the candidate has no such cell
  bool added = false;          ///< the baseline has no such cell
  std::string disqualified;    ///< why nothing may be concluded from it; empty: it may
  std::map<std::string, Sides, std::less<>> metrics;
  std::map<std::string, double> base_causes, cand_causes;  ///< mean ns over the repetitions
};

/// "history1 on seed-70b", or the CSV cell's name.
std::string name_of(const CellSamples& cell);
std::string name_of(const history::VerdictCell& row);

/// Pairs the cells of two comparable runs, in the baseline's order, then those that the candidate added.
/// Repetitions that failed (exit code) are left out and disqualify their cell.
std::vector<CellSamples> pair_cells(const history::Run& base, const history::Run& candidate);

}  // namespace offledger::gate
