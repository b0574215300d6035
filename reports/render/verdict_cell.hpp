// SPDX-License-Identifier: Apache-2.0
//
// One cell beside what it is compared with: the figures and their test, the cause that grew, the repetitions
// in the order in which they were taken, and what surrounded them. The part of `explain` that speaks of two
// runs.

#pragma once

#include <string>
#include <vector>

#include "reports/history/records.hpp"
#include "reports/render/style.hpp"

namespace offledger::render {

struct CellAgainst {
  history::Run base,
      candidate;             ///< each with this cell alone; what they say of the machine is the whole run's
  std::string why;           ///< why this base: "baseline 'nightly' (first run)"
  history::Verdict verdict;  ///< with this cell's rows alone; none where the runs cannot be compared
  std::vector<std::string> appeared, vanished;  ///< diagnoses of the recordings, by id
  bool both_recorded = false;                   ///< otherwise nothing is known of diagnoses
};

/// The cause of idle time that grew most, by the median of the repetitions.
struct Growth {
  std::string cause;             ///< "transfer_wait/late_issue"; empty where none grew
  double before = 0, after = 0;  ///< ns
};
Growth grown_most(const history::Cell& base, const history::Cell& candidate);

/// Begins with an empty line. Requires one cell in each run.
std::string against_text(const CellAgainst& against, const Style& style);

}  // namespace offledger::render
