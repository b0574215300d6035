// SPDX-License-Identifier: Apache-2.0
//
// Margins from A/A sittings, in which base and candidate are the same program.
//
// Under A/A every assignment of the repetitions to the two sides is as likely as the one taken. Each cell's
// pooled repetitions are relabelled kRelabellings times, and the |Hodges-Lehmann shift| of each relabelling
// is a difference that means nothing. A metric's margin is the 99 % quantile of them over all cells and
// sittings, or the floor a person set, whichever is larger. Cells without noise contribute nothing.

#pragma once

#include "ci/gate/comparison.hpp"

namespace offledger::gate {

inline constexpr int kRelabellings = 200;

/// |shift| of relabellings of one metric of one cell, as people read it (0.002 is 0.2 %).
std::vector<double> meaningless_shifts(const CellSamples& cell, std::string_view metric, const Rule& rule,
                                       std::uint64_t seed);

/// The smallest value that a share `q` of the values does not exceed. `values` must not be empty.
double quantile(std::vector<double> values, double q);

}  // namespace offledger::gate
