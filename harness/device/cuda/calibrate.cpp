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

/// How much longer a round takes than on a rested device, from the second half of a run.
std::string slowdown_text(const std::vector<sim::TimedUnit>& run,
                          const std::vector<sim::MeasuredUnit>& units) {
  Nanos took{}, rested{};
  for (std::size_t i = run.size() / 2; i < run.size(); ++i) {
    took += run[i].took;
    rested += units[run[i].group].compute;
  }
  const Nanos whole = run.back().begin + run.back().took - run[run.size() / 2].begin;
  const auto ratio = [](Nanos a, Nanos b) {
    return static_cast<double>(a.count()) / static_cast<double>(b.count());
  };
  return fmt::format("busy for {:.0f} % of the time: {:+.1f} %", 100 * ratio(took, whole),
                     100 * (ratio(took, rested) - 1));
}

/// From every workload with a unit that slows down; without one the profile has no limit.
void fit_power(sim::Profile& profile, const std::vector<const model::Workload*>& workloads, const Say& say) {
  std::vector<sim::Load> loads;
  for (const model::Workload* workload : workloads) {
    const std::vector<sim::MeasuredUnit>& units = profile.compute.at(workload->name);
    if (std::ranges::none_of(units, [](const auto& unit) { return unit.slowdown > Nanos::zero(); })) continue;
    say("power, on " + workload->name);
    loads.push_back({units, measure_load(*workload)});
    for (const auto& run : loads.back().runs) say("  " + slowdown_text(run, units));
  }
  profile.power = sim::fit_power(loads);
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

  std::vector<const model::Workload*> distinct;
  for (std::size_t i = 0; i < workloads.size(); ++i) {
    const model::Workload& workload = workloads[i];
    const auto end = workloads.begin() + static_cast<std::ptrdiff_t>(i);
    const auto same =
        std::find_if(workloads.begin(), end, [&](const auto& other) { return same_units(other, workload); });
    if (same == end) {
      say("units of " + workload.name);
      distinct.push_back(&workload);
    }
    profile.compute[workload.name] = same == end ? measure_units(workload) : profile.compute.at(same->name);
  }
  fit_power(profile, distinct, say);
  return result;
}

}  // namespace offledger::cuda
