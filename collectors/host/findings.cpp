// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace offledger::host {
namespace {

using Found = std::optional<EnvironmentFinding>;
using Samples = std::vector<Environment>;

Found throttled(const Samples& samples) {
  std::uint64_t reasons = 0;
  for (const Environment& sample : samples) reasons |= sample.gpu.clock_reasons.value_or(0);
  const std::uint64_t bad = reasons & thresholds::kDisqualifyingClockReasons;
  const std::uint64_t noted = reasons & thresholds::kNotedClockReasons;
  if (bad == 0 && noted == 0) return std::nullopt;
  return EnvironmentFinding{bad != 0 ? "throttled" : "power_capped",
                            "clocks were held down by: " + nvml::describe_reasons(bad | noted), bad != 0};
}

Found link_degraded(const Samples& samples) {
  std::optional<nvml::PcieLink> best, most;
  for (const auto& [host, driver, gpu, gpu_node, memory_node, cpu_nodes] : samples) {
    if (gpu.pcie && (!best || gpu.pcie->generation * gpu.pcie->width > best->generation * best->width))
      best = *gpu.pcie;
    if (gpu.pcie_max) most = *gpu.pcie_max;
  }
  if (best && most && (best->generation < most->generation || best->width < most->width)) {
    return EnvironmentFinding{"link_degraded",
                              fmt::format("PCIe ran at {} at best; the slot and the GPU can do {}",
                                          nvml::to_string(*best), nvml::to_string(*most)),
                              true};
  }
  const auto& first = samples.front().gpu.pcie_replays;
  const auto& last = samples.back().gpu.pcie_replays;
  if (first && last && *last > *first && *last - *first > thresholds::kReplays) {
    return EnvironmentFinding{"link_degraded",
                              fmt::format("{} PCIe replays: the link repeats what it sends", *last - *first),
                              true};
  }
  return std::nullopt;
}

bool contains(const std::vector<std::uint32_t>& pids, std::uint32_t pid) {
  return std::find(pids.begin(), pids.end(), pid) != pids.end();
}

Found other_process(const Samples& samples, const std::vector<std::uint32_t>& own) {
  std::optional<nvml::GpuProcess> worst;
  bool own_listed = false;
  std::size_t most = 0;
  for (const Environment& sample : samples) {
    if (!sample.gpu.processes) continue;
    most = std::max(most, sample.gpu.processes->size());
    for (const nvml::GpuProcess& process : *sample.gpu.processes) {
      own_listed = own_listed || contains(own, process.pid);
      if (!contains(own, process.pid) && (!worst || process.bytes > worst->bytes)) worst = process;
    }
  }
  if (!worst) return std::nullopt;
  if (!own_listed && samples.size() > 1) {
    // In a container the driver gives pids of the host: only their number says anything.
    if (most <= own.size()) return std::nullopt;
    return EnvironmentFinding{
        "other_process_on_gpu",
        fmt::format("{} processes have memory on this GPU and {} are of this run; the container hides which",
                    most, own.size()),
        false};
  }
  return EnvironmentFinding{"other_process_on_gpu",
                            fmt::format("process {} has {} MiB on this GPU", worst->pid, worst->bytes >> 20),
                            worst->bytes > thresholds::kIdleProcessBytes};
}

Found remote_numa(const Samples& samples) {
  for (const Environment& sample : samples) {
    if (!sample.gpu_node) continue;
    const std::uint32_t node = *sample.gpu_node;
    if (sample.memory_node && *sample.memory_node != node) {
      return EnvironmentFinding{
          "remote_numa",
          fmt::format("the GPU is on NUMA node {}, the pinned memory on node {}: run under "
                      "`numactl --cpunodebind={} --membind={}`",
                      node, *sample.memory_node, node, node),
          false};
    }
    const auto& cpus = sample.cpu_nodes;
    if (!cpus.empty() && std::find(cpus.begin(), cpus.end(), node) == cpus.end()) {
      return EnvironmentFinding{
          "remote_numa",
          fmt::format("the GPU is on NUMA node {}, and this process may run on none of its CPUs: run "
                      "under `numactl --cpunodebind={}`",
                      node, node),
          false};
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<EnvironmentFinding> findings(const Samples& samples, const std::vector<std::uint32_t>& own) {
  std::vector<EnvironmentFinding> all;
  if (samples.empty()) return all;
  for (Found& found : std::vector<Found>{throttled(samples), link_degraded(samples),
                                         other_process(samples, own), remote_numa(samples)}) {
    if (found) all.push_back(std::move(*found));
  }
  return all;
}

}  // namespace offledger::host
