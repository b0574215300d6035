// SPDX-License-Identifier: Apache-2.0
//
// What a power limit does to kernels: a GPU that has idled runs them at its full clock, one that has been
// busy for a while at the clock its power limit allows. Rule R20 of docs/simulated-device.md:
//
//     u(t)   share of the time before t in which kernels ran, an exponential mean with time constant `window`
//     ramp   ((u - from) / (1 - from))^2 above u = from, 0 below: the last part of the load costs most
//     kernel = its time on a rested device + ramp(u at its beginning) x what it takes longer on a busy one
//
// Integers throughout: u is a fraction of 2^32.

#pragma once

#include <cstdint>
#include <optional>

#include "harness/device/sim/profile.hpp"

namespace offledger::sim {

/// Invariant: the kernels were given in the order in which they ran, none beginning before the last one's
/// end. Cost: constant, nothing where the profile has no limit.
class Power {
 public:
  static constexpr std::uint64_t kOne = std::uint64_t{1} << 32;

  explicit Power(const std::optional<PowerLimit>& limit);

  /// How long a kernel runs that begins now: `rested`, and up to `slowdown` more. A profile without a limit:
  /// `rested`.
  Nanos run(Nanos begin, Nanos rested, Nanos slowdown);

  /// u as of the last kernel's end.
  [[nodiscard]] std::uint64_t busy_share() const noexcept { return share_; }

 private:
  /// share_ after `time` of nothing but idling, or of nothing but kernels.
  void mix(Nanos time, bool busy) noexcept;
  [[nodiscard]] Nanos ramp(Nanos slowdown) const noexcept;

  Nanos window_{};
  std::uint64_t from_ = kOne;
  std::uint64_t share_ = 0;
  Nanos end_{};  ///< of the last kernel
};

}  // namespace offledger::sim
