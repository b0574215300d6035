// SPDX-License-Identifier: Apache-2.0
//
// Samples the machine's GPUs. Needs no CUDA, makes no context, and costs a GPU nothing that a recording would
// show.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "collectors/nvml/api.hpp"
#include "collectors/nvml/sample.hpp"

namespace offledger::nvml {

/// Invariant: either open, or with a problem that says why not and what to do; never both.
/// Cost: a sample takes 1–10 ms of host time. Threads: any, each call by itself.
class Monitor {
 public:
  /// Opens the driver's library. Throws nothing: a machine without a GPU is no error.
  Monitor();
  /// Over a table of functions, for tests.
  explicit Monitor(const Loaded& loaded);
  ~Monitor();
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  /// Why there is nothing to sample; empty where there is.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  [[nodiscard]] std::size_t count() const noexcept { return devices_.size(); }

  [[nodiscard]] DriverSample driver() const;
  /// The i-th GPU in NVML's order, which is the bus's and not CUDA_VISIBLE_DEVICES'. `index` < count().
  [[nodiscard]] GpuSample sample(std::size_t index) const;
  /// The GPU at a PCI address as CUDA gives it ("0000:18:00.0", case and a longer domain ignored), or
  /// nullopt.
  [[nodiscard]] std::optional<std::size_t> find(const std::string& pci) const;

 private:
  Api api_;
  std::string problem_;
  std::vector<Device> devices_;
};

/// A PCI address as sysfs spells it: NVML's "00000000:18:00.0" is "0000:18:00.0".
std::string canonical_pci(const std::string& address);

}  // namespace offledger::nvml
