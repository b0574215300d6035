// SPDX-License-Identifier: Apache-2.0
//
// The state of the host at one instant, from /proc, /sys and the kernel.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collectors/host/proc_text.hpp"
#include "collectors/nvml/reading.hpp"

namespace offledger::host {

using nvml::Reading;

inline constexpr std::uint64_t kUnlimited = ~std::uint64_t{0};

struct HostSample {
  Reading<CpuInfo> cpu;
  Reading<std::string> kernel;    ///< "6.1.0-18-amd64"
  Reading<std::string> governor;  ///< "performance"; the odd one out where CPUs differ, with its share
  Reading<double> load;           ///< one-minute average: runnable threads
  Reading<std::uint64_t> memory_total, memory_available;  ///< bytes
  Reading<std::uint64_t> memlock;                         ///< bytes that may be locked; kUnlimited
  Reading<std::vector<std::uint32_t>> cpus_allowed;       ///< those this process may run on
};

/// `root` stands before /proc and /sys: "" for this machine. What the kernel itself answers (limits,
/// affinity, its version) is always this machine's.
HostSample sample(const std::string& root = "");

/// The NUMA node that a PCI device hangs on ("0000:18:00.0"). A machine with one node has none: absent.
Reading<std::uint32_t> numa_node_of_pci(const std::string& pci, const std::string& root = "");
/// The NUMA node of a CPU.
Reading<std::uint32_t> numa_node_of_cpu(std::uint32_t cpu, const std::string& root = "");
/// The NUMA node whose memory holds `address`, which must have been written to.
Reading<std::uint32_t> numa_node_of_memory(const void* address);

/// The first 1 MiB of a file, or nullopt.
std::optional<std::string> read_text(const std::string& path);

}  // namespace offledger::host
