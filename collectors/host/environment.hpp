// SPDX-License-Identifier: Apache-2.0
//
// What surrounded a measurement: the host, the GPU, and how they hang together, at one instant. Taken before,
// during and after each repetition; history keeps its rows, findings.hpp judges them.

#pragma once

#include <string>
#include <vector>

#include "collectors/host/sample.hpp"
#include "collectors/nvml/sample.hpp"

namespace offledger::nvml {
class Monitor;
}

namespace offledger::host {

struct Environment {
  HostSample host;
  nvml::DriverSample driver;
  nvml::GpuSample gpu;
  Reading<std::uint32_t> gpu_node;       ///< NUMA node of the GPU
  Reading<std::uint32_t> memory_node;    ///< NUMA node of the pinned memory, where the caller told an address
  std::vector<std::uint32_t> cpu_nodes;  ///< NUMA nodes of the CPUs that this process may run on
};

/// A reading under its name, as text: for env_sample and for people. `absent` holds the reason where there is
/// none.
struct EnvironmentRow {
  std::string name;   ///< "gpu.sm_mhz"
  std::string value;  ///< "1980"
  std::string absent;
};

/// The GPU of `pci`, or the first where that is empty. `pinned` is written memory whose place is to be told,
/// or null.
Environment sample_environment(const nvml::Monitor& monitor, const std::string& pci = "",
                               const void* pinned = nullptr, const std::string& root = "");

/// Every reading, always the same names in the same order.
std::vector<EnvironmentRow> rows(const Environment& environment);

}  // namespace offledger::host
