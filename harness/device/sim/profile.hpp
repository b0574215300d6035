// SPDX-License-Identifier: Apache-2.0
//
// A simulated device's constants: data, one JSON file a profile (harness/device/sim/profiles, JSON Schema beside
// them), measured by `offledger calibrate` on the real thing. docs/simulated-device.md says what each one means.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/workload.hpp"
#include "schedules/base/embedded.hpp"
#include "schedules/base/units.hpp"

namespace offledger::sim {

/// Bandwidth of one copy of `bytes` alone on the link; between points linear in log2(bytes), flat beyond the ends.
struct BandwidthPoint {
  std::uint64_t bytes = 0;
  std::uint64_t bytes_per_s = 0;
};

struct Noise {
  std::uint64_t seed = 0;
  std::uint32_t permille = 0;  ///< each duration is scaled by 1 +- up to this many thousandths
};

struct Profile {
  std::string name;         ///< "h200"
  std::string description;  ///< "NVIDIA H200, PCIe 5 x16"
  std::string source;       ///< what it was measured with, and when
  bool calibrated = false;  ///< false: a finding `sim_profile_uncalibrated` goes with every run
  std::vector<BandwidthPoint> h2d_pinned, h2d_pageable, d2h_pinned;
  std::uint64_t both_directions_bytes_per_s = 0;
  Nanos launch{}, event_record{}, stream_wait{}, copy_enqueue{}, sync_call{}, launch_latency{}, copy_latency{};
  Nanos alloc{}, free{};
  std::uint64_t pin_bytes_per_s = 0;
  std::uint32_t launch_queue = 1024;  ///< launches a stream takes before the host blocks
  std::uint64_t device_memory_bytes = 0;
  std::map<std::string, std::vector<model::UnitCost>> compute;  ///< measured unit costs by workload name
  std::string hash;  ///< content hash of the file
};

Profile parse_profile(std::string_view text, const std::string& file);
std::span<const EmbeddedFile> profile_files();
/// By name ("h200") or path.
Profile find_profile(const std::string& name_or_path);

}  // namespace offledger::sim
