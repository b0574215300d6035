// SPDX-License-Identifier: Apache-2.0
//
// The state of a GPU at one instant, as the driver's management library gives it.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "collectors/nvml/reading.hpp"

namespace offledger::nvml {

/// A process with memory on the GPU.
struct GpuProcess {
  std::uint32_t pid = 0;
  std::uint64_t bytes = 0;  ///< 0 where the driver does not tell (containers)
  bool operator==(const GpuProcess&) const = default;
};

/// Why clocks are below what was asked for: NVML's bits.
enum ClockReason : std::uint64_t {
  kGpuIdle = 0x1,
  kApplicationClocks = 0x2,
  kSoftwarePowerCap = 0x4,
  kHardwareSlowdown = 0x8,
  kSyncBoost = 0x10,
  kSoftwareThermal = 0x20,
  kHardwareThermal = 0x40,
  kHardwarePowerBrake = 0x80,
  kDisplayClocks = 0x100,
};

/// "software power cap, hardware thermal"; "none" for 0; unknown bits in hexadecimal.
std::string describe_reasons(std::uint64_t reasons);

struct PcieLink {
  std::uint32_t generation = 0, width = 0;
  bool operator==(const PcieLink&) const = default;
};
/// "gen5 x16"
std::string to_string(const PcieLink& link);

struct GpuSample {
  Reading<std::string> name, uuid, pci;              ///< pci as sysfs spells it: "0000:18:00.0"
  Reading<std::uint64_t> memory_total, memory_used;  ///< bytes
  Reading<std::uint32_t> sm_mhz, sm_mhz_max, memory_mhz, memory_mhz_max;
  Reading<std::uint64_t> clock_reasons;  ///< ClockReason bits
  Reading<std::uint32_t> celsius;
  Reading<std::uint32_t> milliwatts, milliwatts_limit;
  Reading<PcieLink> pcie, pcie_max;  ///< an idle GPU lowers its generation: read it while copies run
  Reading<std::uint32_t> pcie_replays;
  Reading<bool> ecc, mig;
  Reading<std::uint64_t> ecc_uncorrected;
  Reading<std::vector<GpuProcess>> processes;
};

struct DriverSample {
  Reading<std::string> driver;  ///< "580.95.05"
  Reading<std::uint32_t> cuda;  ///< 13000: the newest CUDA that this driver runs
};

}  // namespace offledger::nvml
