// SPDX-License-Identifier: Apache-2.0
//
// Noise as measurements have it, for the programs that count false alarms and misses. Every kind has mean
// about 0 and standard deviation about 1, and comes as one sequence along a sitting or a series.

#pragma once

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "ci/gate/random.hpp"

namespace offledger::gate::bench {

enum class Noise {
  kNormal,
  kSkewed,          ///< log-normal body, 2 % of the points several standard deviations off
  kAutocorrelated,  ///< AR(1), phi = 0.5
  kTwoLevel,        ///< a level a block of four beside the point's own
};

inline const char* name_of(Noise noise) {
  constexpr const char* kNames[] = {"normal", "skewed_with_outliers", "autocorrelated", "two_level"};
  return kNames[static_cast<int>(noise)];
}

inline double normal(Random& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.unit()));
  return radius * std::cos(2 * std::numbers::pi * random.unit());
}

inline std::vector<double> sequence(Noise noise, std::size_t n, Random& random) {
  std::vector<double> values(n);
  double level = normal(random);
  for (std::size_t i = 0; i < n; ++i) {
    const double own = normal(random);
    switch (noise) {
      case Noise::kNormal: values[i] = own; break;
      case Noise::kSkewed:
        values[i] = (std::exp(0.5 * own) - std::exp(0.125)) / 0.604;
        if (random.below(50) == 0) values[i] += 4 + 4 * random.unit();
        break;
      case Noise::kAutocorrelated:
        level = 0.5 * level + std::sqrt(0.75) * own;
        values[i] = level;
        break;
      case Noise::kTwoLevel:
        if (i % 4 == 0) level = normal(random);
        values[i] = (level + own) / std::numbers::sqrt2;
        break;
    }
  }
  return values;
}

}  // namespace offledger::gate::bench
