// SPDX-License-Identifier: Apache-2.0
//
// Seeded noise on durations. The standard's distributions differ between libraries; this is a counter passed
// through a 64-bit mixing function (SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number
// generators", 2014), the same everywhere.

#pragma once

#include <cstdint>

#include "harness/device/sim/profile.hpp"

namespace offledger::sim {

class NoiseSource {
 public:
  explicit NoiseSource(const Noise& noise) : state_(noise.seed), permille_(noise.permille) {}

  /// Thousandths to scale the next duration by: uniform in [1000 - permille, 1000 + permille]; 1000 without
  /// noise.
  std::uint32_t next() noexcept {
    if (permille_ == 0) return 1000;
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
    mixed ^= mixed >> 31;
    return 1000 - permille_ + static_cast<std::uint32_t>(mixed % (2 * permille_ + 1));
  }

  /// The duration scaled, rounded down; any duration to 2^62 ns.
  Nanos scale(Nanos duration) noexcept {
    const std::int64_t factor = next();
    if (factor == 1000) return duration;
    return nanos(duration.count() / 1000 * factor + duration.count() % 1000 * factor / 1000);
  }

 private:
  std::uint64_t state_;
  std::uint32_t permille_;
};

}  // namespace offledger::sim
