// SPDX-License-Identifier: Apache-2.0
//
// When the machine's state makes a figure doubtful. Every threshold stands here.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "collectors/host/environment.hpp"

namespace offledger::host {

namespace thresholds {

/// Clock reasons that disqualify: something is too hot or the board protects itself. A software power cap
/// under dense matrix work is how the GPU is meant to run: a note.
inline constexpr std::uint64_t kDisqualifyingClockReasons =
    nvml::kHardwareSlowdown | nvml::kSoftwareThermal | nvml::kHardwareThermal | nvml::kHardwarePowerBrake;
inline constexpr std::uint64_t kNotedClockReasons = nvml::kSoftwarePowerCap | nvml::kApplicationClocks;

/// PCIe replays during a repetition, above which the link is taken to be bad: a healthy link has none.
inline constexpr std::uint32_t kReplays = 16;

/// Memory of other processes on the GPU below which they are taken to be idle contexts, which hold some 500
/// MB.
inline constexpr std::uint64_t kIdleProcessBytes = std::uint64_t{1} << 30;

}  // namespace thresholds

/// A doubt about a measurement: ids as in docs/findings.md.
struct EnvironmentFinding {
  std::string id, detail;
  bool disqualifies = false;
  bool operator==(const EnvironmentFinding&) const = default;
};

/// What the samples of one repetition give rise to: before, during and after it, in that order; at least one.
/// Each id once, with its worst evidence. `own` are the pids that belong to the measurement.
///   throttled, power_capped  any sample's clock reasons
///   link_degraded        no sample saw the full generation and width (an idle GPU lowers its generation: the
///   best
///                        sample counts), or replays went up
///   other_process_on_gpu any sample shows one
///   remote_numa          pinned memory, or every CPU of the process, on another node than the GPU
std::vector<EnvironmentFinding> findings(const std::vector<Environment>& samples,
                                         const std::vector<std::uint32_t>& own);

}  // namespace offledger::host
