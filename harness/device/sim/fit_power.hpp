// SPDX-License-Identifier: Apache-2.0
//
// Finds the constants of a power limit (power.hpp) from how long units took while a rested device came under load: of
// all windows and thresholds on a grid, the pair whose own replay of those runs is least off.

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

/// Each run began on a rested device. nullopt where there is no run, or no group of `units` has a slowdown.
/// Cost: 3,000 replays of the runs. Threads: pure.
std::optional<PowerLimit> fit_power(const std::vector<std::vector<TimedUnit>>& runs,
                                    const std::vector<MeasuredUnit>& units);

}  // namespace offledger::sim
