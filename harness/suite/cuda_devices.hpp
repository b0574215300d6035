// SPDX-License-Identifier: Apache-2.0
//
// Where the CUDA device comes in, or does not: with_cuda/ defines this where the build has CUDA,
// without_cuda/ where it has not. CMake picks one. Each throws Error(kNotMeasured) where there is no such
// GPU, or no CUDA, saying why.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/device/sim/profile.hpp"
#include "harness/suite/suite.hpp"

namespace offledger::suite {

/// Devices on the GPU of that ordinal.
DeviceMaker cuda_devices(std::uint32_t ordinal);

/// harness/device/cuda's identity().
device::Identity cuda_identity(std::uint32_t ordinal);

struct Calibrated {
  sim::Profile profile;
  double pageable_blocked_share = 0.0;  ///< of a pageable copy's time, what its call does not return
};

/// harness/device/cuda's calibrate(): about 10 s, and 2 s more for each workload that no earlier one equals.
Calibrated cuda_calibrate(std::uint32_t ordinal, const std::string& profile_name,
                          const std::vector<model::Workload>& workloads,
                          const std::function<void(std::string_view)>& progress);

/// Plays schedules of one workload in check mode (harness/device/cuda/check.hpp), in this process.
class CaseChecker {
 public:
  virtual ~CaseChecker() = default;
  /// What differs from the all-resident run, and in which of check mode's runs; empty where nothing does.
  virtual std::string check(const language::Schedule& schedule) = 0;
};
std::unique_ptr<CaseChecker> cuda_checker(std::uint32_t ordinal, const model::Workload& workload);

/// The GPU that "cuda" or "cuda:N" names; none for other names.
std::optional<std::uint32_t> cuda_ordinal(std::string_view device);

}  // namespace offledger::suite
