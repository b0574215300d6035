// SPDX-License-Identifier: Apache-2.0
#include "harness/device/cuda/calibrate.hpp"

#include <cuda_runtime.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "harness/device/cuda/preflight.hpp"
#include "harness/model/cuda/cuda_error.hpp"

namespace offledger::cuda {
namespace {

using Say = std::function<void(std::string_view)>;

std::string source_text(const DeviceFacts& facts) {
  int driver = 0, runtime = 0;
  OFFLEDGER_CUDA(cudaDriverGetVersion(&driver));
  OFFLEDGER_CUDA(cudaRuntimeGetVersion(&runtime));
  const auto version = [](int v) { return fmt::format("{}.{}", v / 1000, v % 1000 / 10); };
  return fmt::format(
      "offledger calibrate on {} (compute capability {}.{}), CUDA {}, driver for CUDA {}, {:%Y-%m-%d}",
      facts.name, facts.major, facts.minor, version(runtime), version(driver),
      fmt::gmtime(std::time(nullptr)));
}

/// Whether the units of one cost what those of the other do.
bool same_units(const model::Workload& one, const model::Workload& other) {
  return one.shape.groups == other.shape.groups && one.architecture == other.architecture &&
         one.tokens == other.tokens && one.batch == other.batch && one.context == other.context;
}

/// From the workload whose unit slows down most; without one the profile has no limit.
void fit_power(sim::Profile& profile, const std::vector<model::Workload>& workloads, const Say& say) {
  const model::Workload* slowest = nullptr;
  Nanos most{};
  for (const model::Workload& workload : workloads) {
    for (const sim::MeasuredUnit& unit : profile.compute.at(workload.name)) {
      if (unit.slowdown <= most) continue;
      most = unit.slowdown;
      slowest = &workload;
    }
  }
  if (slowest == nullptr) return;
  say("power, on " + slowest->name);
  profile.power = sim::fit_power(measure_load(*slowest), profile.compute.at(slowest->name));
}

}  // namespace

Calibration calibrate(int ordinal, const std::string& name, const std::vector<model::Workload>& workloads,
                      const Say& progress) {
  const Say say = [&](std::string_view text) {
    if (progress) progress(text);
  };
  const DeviceFacts facts = open_device(ordinal);
  Calibration result;
  sim::Profile& profile = result.profile;
  profile.name = name;
  profile.description = facts.name;
  profile.source = source_text(facts);
  profile.calibrated = true;
  profile.device_memory_bytes = available_memory().device_total;

  say("host costs and queue depth");
  const HostFigures host = measure_host();
  profile.launch = host.launch;
  profile.event_record = host.event_record;
  profile.stream_wait = host.stream_wait;
  profile.copy_enqueue = host.copy_enqueue;
  profile.sync_call = host.sync_call;
  profile.alloc = host.alloc;
  profile.free = host.free;
  profile.launch_latency = host.launch_latency;
  profile.copy_latency = host.copy_latency;
  profile.pin_bytes_per_s = host.pin_bytes_per_s;
  profile.launch_queue = host.launch_queue;

  say("the link, by size and direction");
  const LinkFigures link = measure_link();
  profile.h2d_pinned = link.h2d_pinned;
  profile.d2h_pinned = link.d2h_pinned;
  profile.h2d_pageable = link.h2d_pageable;
  profile.both_directions_bytes_per_s = link.both_directions_bytes_per_s;
  result.pageable_blocked_share = link.pageable_blocked_share;

  for (std::size_t i = 0; i < workloads.size(); ++i) {
    const model::Workload& workload = workloads[i];
    const auto end = workloads.begin() + static_cast<std::ptrdiff_t>(i);
    const auto same =
        std::find_if(workloads.begin(), end, [&](const auto& other) { return same_units(other, workload); });
    if (same == end) say("units of " + workload.name);
    profile.compute[workload.name] = same == end ? measure_units(workload) : profile.compute.at(same->name);
  }
  fit_power(profile, workloads, say);
  return result;
}

}  // namespace offledger::cuda
