// SPDX-License-Identifier: Apache-2.0
//
// What a workload costs on a profile: the profile's constants with the workload's overrides applied, ready to
// be looked up op by op.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/device/sim/bandwidth.hpp"
#include "harness/device/sim/link.hpp"
#include "harness/device/sim/profile.hpp"
#include "harness/model/workload.hpp"
#include "schedules/plan/plan.hpp"

namespace offledger::sim {

class Costs {
 public:
  /// A time divided among a unit's kernels: `longer` of `each` + 1 ns, then the rest of `each`, so that they
  /// sum to it.
  struct Share {
    Nanos each{};
    std::uint32_t longer = 0;
    [[nodiscard]] Nanos of(std::uint32_t kernel) const noexcept {
      return kernel < longer ? each + nanos(1) : each;
    }
  };
  /// The kernels of a unit of one group.
  struct Unit {
    std::uint32_t kernels = 1;
    Share rested;    ///< on a rested device
    Share slowdown;  ///< what they take more on a busy one
  };

  Costs(const Profile& profile, const model::Workload& workload);

  [[nodiscard]] const Unit& unit(std::uint32_t group_row) const noexcept { return units_[group_row]; }
  /// The copy's bandwidth alone on the link.
  [[nodiscard]] std::uint64_t copy_ceiling(const plan::Copy& copy) const noexcept;
  /// The profile's power limit where a unit slows down under it.
  [[nodiscard]] const std::optional<PowerLimit>& power() const noexcept { return power_; }
  [[nodiscard]] Nanos pin(std::uint64_t bytes) const noexcept;
  [[nodiscard]] Link link() const;
  [[nodiscard]] std::uint64_t h2d_plateau() const noexcept { return h2d_.plateau(); }

 private:
  Bandwidth h2d_, d2h_, pageable_;
  std::uint64_t both_;
  std::uint64_t pin_bytes_per_s_;
  std::vector<Unit> units_;
  std::optional<PowerLimit> power_;
};

/// Throws Error(kNotMeasured) where the plan's slots and resident units do not fit the profile's device
/// memory.
void check_memory(const plan::Plan& plan, const Profile& profile);

}  // namespace offledger::sim
