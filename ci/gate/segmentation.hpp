// SPDX-License-Identifier: Apache-2.0
//
// All the splits of a series: binary segmentation (Vostrikova 1981) with the scan test at every step, then
// merging.
//
// A part that has a significant split is cut there and both sides are searched again. Afterwards each split
// is moved to the best place between its neighbours and must hold there alone, by the same test; of those
// that do not, the one with the largest p goes first, until all hold. The series is searched in a canonical
// form, the lexicographically smallest of the ranks, their reversal and their negations, so that reversing
// time or sign cannot change the answer.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ci/gate/changes.hpp"

namespace offledger::gate {

struct Boundary {
  std::size_t at = 0;  ///< first point of the new level
  std::size_t range_first = 0, range_last = 0;
  double p = 1;
};

/// Ascending. `values` are finite.
std::vector<Boundary> segment(std::span<const double> values, std::uint64_t seed,
                              const DetectorOptions& options);

}  // namespace offledger::gate
