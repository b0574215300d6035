// SPDX-License-Identifier: Apache-2.0
//
// Points that left their level. A level's spread is 1.4826 times the median distance from its median (the
// standard deviation, for normal values; Hampel 1974), taken over the whole series' segments; a point further
// than kFar spreads from its segment's median stands out. One that does alone is an outlier. The points at
// the series' end, where they are two or more and all on one side, are a suspected change: too few to reach
// the detector's p, enough to look at.

#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace offledger::gate {

inline constexpr double kFar = 6;

struct StandingOut {
  std::vector<std::size_t> outliers;  ///< ascending
  std::size_t suspected =
      0;             ///< first point of the suspected new level; the series' size where there is none
  double level = 0;  ///< of the segment that the suspected points left
};

/// `begins`: first point of each segment, the first 0. Segments of fewer than 5 points have no outliers.
StandingOut standing_out(std::span<const double> values, std::span<const std::size_t> begins);

}  // namespace offledger::gate
