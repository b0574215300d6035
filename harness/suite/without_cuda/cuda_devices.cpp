// SPDX-License-Identifier: Apache-2.0

#include "harness/suite/cuda_devices.hpp"

#include <fmt/format.h>

#include "schedules/base/error.hpp"

namespace offledger::suite {
namespace {

[[noreturn]] void refuse(std::uint32_t ordinal) {
  throw Error(
      ErrorKind::kNotMeasured,
      fmt::format(
          "device 'cuda:{}': this offledger was built without CUDA. Build it where nvcc is found, or use "
          "--device sim",
          ordinal));
}

}  // namespace

DeviceMaker cuda_devices(std::uint32_t ordinal) {
  refuse(ordinal);
}

device::Identity cuda_identity(std::uint32_t ordinal) {
  refuse(ordinal);
}

Calibrated cuda_calibrate(std::uint32_t ordinal, const std::string&, const std::vector<model::Workload>&,
                          const std::function<void(std::string_view)>&) {
  refuse(ordinal);
}

std::unique_ptr<CaseChecker> cuda_checker(std::uint32_t ordinal, const model::Workload&) {
  refuse(ordinal);
}

}  // namespace offledger::suite
