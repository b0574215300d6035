// SPDX-License-Identifier: Apache-2.0

#include "harness/device/sim/fit_power.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace offledger::sim {
namespace {

constexpr std::uint32_t kThresholdStep = 20;  ///< permille
constexpr double kWindowStep = 1.1;           ///< windows from 5 ms to 1 s
constexpr double kFirstWindow = 5e6, kLastWindow = 1e9;

/// The sum of relative errors of a limit's replay of one run: not of squares, as a GPU stumbles now and then.
double error_of(const PowerLimit& limit, const std::vector<TimedUnit>& run,
                const std::vector<MeasuredUnit>& units) {
  Power power(limit);
  Nanos clock{};
  double sum = 0.0;
  for (const TimedUnit& unit : run) {
    const MeasuredUnit& cost = units[unit.group];
    const auto kernels = static_cast<std::int64_t>(std::max(1U, cost.kernels));
    const Nanos begin = clock = std::max(clock, unit.begin);
    for (std::int64_t kernel = 0; kernel < kernels; ++kernel) {  // the ramp moves from kernel to kernel
      clock += power.run(clock, cost.compute / kernels, cost.slowdown / kernels);
    }
    const Nanos took = clock - begin;
    if (unit.took <= Nanos::zero()) continue;  // a clock that did not move
    const double off =
        static_cast<double>((took - unit.took).count()) / static_cast<double>(unit.took.count());
    sum += std::abs(off);
  }
  return sum;
}

}  // namespace

std::optional<PowerLimit> fit_power(const std::vector<Load>& loads) {
  const bool slows = std::any_of(loads.begin(), loads.end(), [](const Load& load) {
    return !load.runs.empty() &&
           std::any_of(load.units.begin(), load.units.end(),
                       [](const MeasuredUnit& unit) { return unit.slowdown > Nanos::zero(); });
  });
  if (!slows) return std::nullopt;
  PowerLimit best;
  double least = std::numeric_limits<double>::infinity();
  for (double window = kFirstWindow; window <= kLastWindow; window *= kWindowStep) {
    for (std::uint32_t from = 0; from < 1000; from += kThresholdStep) {
      const PowerLimit limit{nanos(std::llround(window)), from};
      double error = 0.0;
      for (const Load& load : loads) {
        for (const std::vector<TimedUnit>& run : load.runs) error += error_of(limit, run, load.units);
      }
      if (error >= least) continue;
      least = error;
      best = limit;
    }
  }
  return best;
}

}  // namespace offledger::sim
