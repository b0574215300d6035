// SPDX-License-Identifier: Apache-2.0
//
// The shift between two samples (Hodges & Lehmann 1963) and its exact interval (Moses; Lehmann 1975,
// section 2.6).
//
// With D the sorted differences cand - base of all n * m pairs, the estimate is their median. For k the
// largest number with P(U <= k - 1) <= alpha under the null of the rank-sum test, the interval [D_(k), D_(nm
// + 1 - k)] covers the shift with probability at least 1 - 2 alpha. Its lower end is above d exactly where
// the one-sided rank-sum test of "shift > d" rejects at alpha (no ties), so a FAIL at 5 % and the 90 %
// interval cannot contradict one another.

#pragma once

#include <optional>
#include <span>

#include "ci/gate/rank_sum.hpp"

namespace offledger::gate {

struct Shift {
  double estimate = 0;
  std::optional<double> low, high;  ///< absent where too few values allow no interval at this level
};

/// Both sides not empty. Cost: O(nm log nm).
Shift estimate_shift(std::span<const double> base, std::span<const double> cand, MannWhitney& tables,
                     double alpha = 0.05);
/// The estimate alone, in O(nm).
double hodges_lehmann(std::span<const double> base, std::span<const double> cand);

}  // namespace offledger::gate
