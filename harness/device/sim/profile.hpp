// SPDX-License-Identifier: Apache-2.0
//
// A simulated device's constants: data, one JSON file a profile (harness/device/sim/profiles, JSON Schema
// beside them), measured by `offledger calibrate` on the real thing. docs/simulated-device.md says what each
// one means.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/device/sim/bandwidth.hpp"
#include "harness/model/workload.hpp"
#include "schedules/base/embedded.hpp"
#include "schedules/base/units.hpp"

namespace offledger::sim {

struct Noise {
  std::uint64_t seed = 0;
  std::uint32_t permille = 0;  ///< each duration is scaled by 1 +- up to this many thousandths; below 1000
};

/// What one unit of a group costs, measured.
struct MeasuredUnit {
  Nanos compute{};  ///< on a device that has rested
  std::uint32_t kernels = 1;
  Nanos slowdown{};  ///< what it takes longer on one that has been busy for a while
  bool operator==(const MeasuredUnit&) const = default;
};

/// When kernels slow down (power.hpp).
struct PowerLimit {
  Nanos window{};  ///< time constant of the mean busy share; above 0
  std::uint32_t from_busy_permille =
      0;  ///< the share up to which kernels run as on a rested device; below 1000
  bool operator==(const PowerLimit&) const = default;
};

struct Profile {
  std::string name;         ///< "h200"
  std::string description;  ///< "NVIDIA H200, PCIe 5 x16"
  std::string source;       ///< what it was measured with, and when
  bool calibrated = false;  ///< false: a finding `sim_profile_uncalibrated` goes with every run
  std::vector<BandwidthPoint> h2d_pinned, h2d_pageable, d2h_pinned;
  std::uint64_t both_directions_bytes_per_s = 0;
  Nanos launch{}, event_record{}, stream_wait{}, copy_enqueue{}, sync_call{}, launch_latency{},
      copy_latency{};
  Nanos alloc{}, free{};
  std::uint64_t pin_bytes_per_s = 0;
  std::uint32_t launch_queue = 1024;  ///< launches a stream takes before the host blocks
  std::uint64_t device_memory_bytes = 0;
  std::optional<PowerLimit> power;
  std::map<std::string, std::vector<MeasuredUnit>> compute;  ///< by workload name, one a group
  std::string hash;                                          ///< content hash of the file
};

Profile parse_profile(std::string_view text, const std::string& file);

/// A profile file's text: parse_profile(to_json(p)) has p's constants.
std::string to_json(const Profile& profile);

std::span<const EmbeddedFile> profile_files();
/// By name ("h200") or path. A file that bears a shipped profile's name and differs from it is NAME@HASH:
/// tables and history tell the two apart.
Profile find_profile(const std::string& name_or_path);

}  // namespace offledger::sim
