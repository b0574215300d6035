// SPDX-License-Identifier: Apache-2.0
//
// The functions of NVML that we use, as a table, so that a test can put its own behind it. CMake 3.25 has no
// target for NVML and its header is not part of every toolkit: the prototypes are written here, from NVIDIA's
// NVML API reference (https://docs.nvidia.com/deploy/nvml-api/).

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace offledger::nvml {

using Device = struct DeviceHandle*;
using Result = int;  ///< 0 is success
inline constexpr Result kNotSupported = 3;
inline constexpr Result kNoPermission = 4;
inline constexpr Result kInsufficientSize = 7;

struct Memory {
  unsigned long long total = 0, free = 0, used = 0;
};
struct PciInfo {
  char bus_id_legacy[16] = {};
  unsigned domain = 0, bus = 0, device = 0, pci_device = 0, pci_subsystem = 0;
  char bus_id[32] = {};
};
struct ProcessInfo {
  unsigned pid = 0;
  unsigned long long used_memory = 0;
  unsigned gpu_instance = 0, compute_instance = 0;
};

/// A null entry is a function that this driver's library lacks.
struct Api {
  Result (*init)() = nullptr;
  Result (*shutdown)() = nullptr;
  const char* (*error_string)(Result) = nullptr;
  Result (*driver_version)(char*, unsigned) = nullptr;
  Result (*cuda_version)(int*) = nullptr;
  Result (*count)(unsigned*) = nullptr;
  Result (*handle)(unsigned, Device*) = nullptr;
  Result (*name)(Device, char*, unsigned) = nullptr;
  Result (*uuid)(Device, char*, unsigned) = nullptr;
  Result (*pci)(Device, PciInfo*) = nullptr;
  Result (*memory)(Device, Memory*) = nullptr;
  Result (*clock)(Device, int, unsigned*) = nullptr;  ///< 1 SM, 2 memory
  Result (*clock_max)(Device, int, unsigned*) = nullptr;
  Result (*clock_reasons)(Device, unsigned long long*) = nullptr;
  Result (*temperature)(Device, int, unsigned*) = nullptr;
  Result (*power)(Device, unsigned*) = nullptr;
  Result (*power_limit)(Device, unsigned*) = nullptr;
  Result (*pcie_generation)(Device, unsigned*) = nullptr;
  Result (*pcie_generation_max)(Device, unsigned*) = nullptr;
  Result (*pcie_width)(Device, unsigned*) = nullptr;
  Result (*pcie_width_max)(Device, unsigned*) = nullptr;
  Result (*pcie_replays)(Device, unsigned*) = nullptr;
  Result (*ecc)(Device, unsigned*, unsigned*) = nullptr;
  Result (*ecc_errors)(Device, int, int, unsigned long long*) = nullptr;
  Result (*mig)(Device, unsigned*, unsigned*) = nullptr;
  Result (*processes)(Device, unsigned*, ProcessInfo*) = nullptr;
};

/// The driver's library, or why it cannot be had: "libnvidia-ml.so.1: cannot open shared object file".
struct Loaded {
  Api api;
  std::string problem;
};
Loaded load();

}  // namespace offledger::nvml
