// SPDX-License-Identifier: Apache-2.0
//
// A slope looks like a staircase to a detector of steps. Over a run of neighbouring splits that all go the
// same way, the points are fitted by k + 1 levels and by one line; by the Bayesian information criterion
// (Schwarz 1978)
//
//     n ln(RSS) + parameters ln n         2 k + 1 for k steps, 2 for a line
//
// the smaller one explains them. Residuals count up to three robust spreads, so that outliers decide nothing.
// A line makes the whole run one `drift`.

#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "ci/gate/segmentation.hpp"

namespace offledger::gate {

/// boundaries[first, last) stand for one slope over the points [begin, end).
struct Drift {
  std::size_t first = 0, last = 0;
  std::size_t begin = 0, end = 0;
};

/// In order, not overlapping.
std::vector<Drift> find_drifts(std::span<const double> values, std::span<const Boundary> boundaries);

}  // namespace offledger::gate
