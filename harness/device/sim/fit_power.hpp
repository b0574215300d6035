// SPDX-License-Identifier: Apache-2.0
//
// Finds the constants of a power limit (power.hpp) from how long units took while a rested device came under
// load: of all windows and thresholds on a grid, the pair whose own replay of those runs is least off.

#pragma once

#include <optional>
#include <vector>

#include "harness/device/sim/power.hpp"

namespace offledger::sim {

/// One unit as it ran.
struct TimedUnit {
  std::size_t group = 0;
  Nanos begin{};  ///< from the start of the run
  Nanos took{};
};

/// Units, and runs of them that each began on a rested device.
struct Load {
  std::vector<MeasuredUnit> units;  ///< a group each
  std::vector<std::vector<TimedUnit>> runs;
};

/// nullopt where there is no run of a unit that has a slowdown. Cost: 3,000 replays of the runs. Threads:
/// pure.
std::optional<PowerLimit> fit_power(const std::vector<Load>& loads);

}  // namespace offledger::sim
