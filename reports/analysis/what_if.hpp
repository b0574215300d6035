// SPDX-License-Identifier: Apache-2.0
//
// The changes that explain() predicts, and what they come to on one device.

#pragma once

#include "reports/analysis/analysis.hpp"
#include "reports/analysis/replay.hpp"

namespace offledger::analysis {

/// Replays take time and memory in proportion to records; larger recordings are not replayed.
inline constexpr std::size_t kMostReplayed = 100'000;

/// A device's window in replayed times.
struct ReplayedWall {
  Nanos wall{};
  std::optional<Nanos> step_median;  ///< of the warm steps
};
ReplayedWall wall_of(const Played& played, const Dependencies& dependencies, const DeviceWindow& device);

/// Fills what_if of `reports`, one a device, of `devices`, which are in the same order.
void predict(const Dependencies& dependencies, std::span<const BlameInput> devices,
             std::span<DeviceReport> reports);

}  // namespace offledger::analysis
