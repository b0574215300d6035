// SPDX-License-Identifier: Apache-2.0

#include "harness/suite/cuda_devices.hpp"

#include <fmt/format.h>

#include "schedules/base/error.hpp"

namespace offledger::suite {

DeviceMaker cuda_devices(std::uint32_t ordinal) {
  throw Error(
      ErrorKind::kNotMeasured,
      fmt::format(
          "device 'cuda:{}': this offledger was built without CUDA. Build it where nvcc is found, or use "
          "--device sim",
          ordinal));
}

}  // namespace offledger::suite
