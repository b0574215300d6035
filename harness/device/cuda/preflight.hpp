// SPDX-License-Identifier: Apache-2.0
//
// What is asked of a machine before anything is allocated on it, and the errors that say what is missing, by
// how much, and what to do.

#pragma once

#include <cstdint>
#include <string>

namespace offledger::cuda {

struct DeviceFacts {
  std::string name;
  std::string pci;  ///< "0000:18:00.0"
  int major = 0, minor = 0;
  int multiprocessors = 0;
  int least_priority = 0, greatest_priority = 0;  ///< CUDA's sense: lower is more urgent
};

/// What it is, without a context on it. Throws Error(kNotMeasured) where there is no driver or no such
/// device, or where it is older than compute capability 8.0. Priorities are not known without a context.
DeviceFacts look_at_device(int ordinal);

/// Makes `ordinal` this thread's device, with a context. Throws as look_at_device does, and where another
/// process holds it exclusively.
DeviceFacts open_device(int ordinal);

struct Requirements {
  std::uint64_t device_bytes = 0;
  std::uint64_t host_bytes = 0;
};

struct Available {
  std::uint64_t device_bytes = 0;
  std::uint64_t device_total = 0;
  std::uint64_t host_bytes = 0;
};

/// Free device memory of the current device; host memory that this process may still use:
/// OFFLEDGER_HOST_MEMORY_BYTES where set, else the least of /proc/meminfo's MemAvailable and the room in the
/// memory control group.
Available available_memory();

/// Throws Error(kNotMeasured) where `needed` does not fit, with both figures and what would make it fit.
void check_memory(const Requirements& needed, const Available& available);

}  // namespace offledger::cuda
