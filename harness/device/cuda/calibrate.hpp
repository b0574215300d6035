// SPDX-License-Identifier: Apache-2.0
//
// Measures this machine for the simulated device: every constant of a sim profile, and the units' kernel
// times for given workloads. What each constant means is docs/simulated-device.md; how each is measured
// stands with its function. About 10 s, and 3 s more a workload, on an H200.

#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "harness/device/sim/fit_power.hpp"
#include "harness/model/workload.hpp"

namespace offledger::cuda {

struct Calibration {
  sim::Profile profile;
  /// The share of a pageable copy's time that its call does not return: near 1 where such copies are
  /// synchronous.
  double pageable_blocked_share = 0.0;
};

struct LinkFigures {
  std::vector<sim::BandwidthPoint> h2d_pinned, d2h_pinned, h2d_pageable;
  std::uint64_t both_directions_bytes_per_s = 0;
  double pageable_blocked_share = 0.0;
};

struct HostFigures {
  Nanos launch{}, event_record{}, stream_wait{}, copy_enqueue{}, sync_call{}, alloc{}, free{};
  Nanos launch_latency{}, copy_latency{};
  std::uint64_t pin_bytes_per_s = 0;
  std::uint32_t launch_queue = 0;
};

/// Copies back to back on one stream, by device events: bytes over time, a size at a time; both directions by
/// one copy stream each; pageable copies by the host's clock. The device must be open (preflight.hpp).
[[nodiscard]] LinkFigures measure_link();

/// Calls in batches too small to fill a queue, by the host's clock; latencies from round trips; the queue's
/// depth by launching behind a kernel that spins until a launch blocks.
[[nodiscard]] HostFigures measure_host();

/// One layer's units in turn, as in a model, with copies running beside them; medians by device events, on a
/// device that idles more than half of the time and on one that has been busy for half a second. Kernels are
/// counted by capturing a unit in a CUDA graph. One a group of the workload's shape. Throws Error(kUsage) for
/// a workload without an architecture.
[[nodiscard]] std::vector<sim::MeasuredUnit> measure_units(const model::Workload& workload);

/// The same units while a rested device comes under load, full and less: for sim::fit_power.
[[nodiscard]] std::vector<std::vector<sim::TimedUnit>> measure_load(const model::Workload& workload);

/// All of it. `progress` hears what is being measured. Throws Error(kNotMeasured) where the device cannot be
/// used.
[[nodiscard]] Calibration calibrate(int ordinal, const std::string& name,
                                    const std::vector<model::Workload>& workloads,
                                    const std::function<void(std::string_view)>& progress = {});

}  // namespace offledger::cuda
