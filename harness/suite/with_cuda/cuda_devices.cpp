// SPDX-License-Identifier: Apache-2.0

#include "harness/suite/cuda_devices.hpp"

#include <algorithm>
#include <utility>

#include "harness/device/cuda/calibrate.hpp"
#include "harness/device/cuda/check.hpp"
#include "harness/device/cuda/cuda_device.hpp"

namespace offledger::suite {
namespace {

cuda::Options options_of(std::uint32_t ordinal) {
  cuda::Options options;
  options.ordinal = static_cast<int>(ordinal);
  return options;
}

/// Well beyond what a unit computes or copies, so that what does not wait for a late one overtakes it.
Nanos delay_of(const model::Workload& workload) {
  constexpr std::int64_t kSlowLink = 20;  // bytes a ns, as a PCIe 4 x16 link has
  Nanos longest = std::chrono::milliseconds(1);
  for (std::size_t row = 0; row < workload.costs.size(); ++row) {
    const Nanos transfer(static_cast<std::int64_t>(workload.shape.groups[row].bytes()) / kSlowLink);
    longest = std::max({longest, workload.costs[row].compute, transfer});
  }
  return 2 * longest;
}

class Checker final : public CaseChecker {
 public:
  Checker(std::uint32_t ordinal, const model::Workload& workload)
      : shape_(workload.shape), checker_(workload, options_of(ordinal), delay_of(workload)) {}
  std::string check(const language::Schedule& schedule) override {
    return checker_.check(schedule.compile(shape_)).summary();
  }

 private:
  plan::ModelShape shape_;
  cuda::Checker checker_;
};

}  // namespace

DeviceMaker cuda_devices(std::uint32_t ordinal) {
  return [options = options_of(ordinal)](std::uint32_t) { return cuda::make_device(options); };
}

device::Identity cuda_identity(std::uint32_t ordinal) {
  return cuda::identity(static_cast<int>(ordinal));
}

Calibrated cuda_calibrate(std::uint32_t ordinal, const std::string& profile_name,
                          const std::vector<model::Workload>& workloads,
                          const std::function<void(std::string_view)>& progress) {
  cuda::Calibration found = cuda::calibrate(static_cast<int>(ordinal), profile_name, workloads, progress);
  return {std::move(found.profile), found.pageable_blocked_share};
}

std::unique_ptr<CaseChecker> cuda_checker(std::uint32_t ordinal, const model::Workload& workload) {
  (void)cuda_identity(ordinal);
  return std::make_unique<Checker>(ordinal, workload);
}

}  // namespace offledger::suite
