// SPDX-License-Identifier: Apache-2.0

#include "harness/suite/cuda_devices.hpp"

#include "harness/device/cuda/cuda_device.hpp"

namespace offledger::suite {

DeviceMaker cuda_devices(std::uint32_t ordinal) {
  cuda::Options options;
  options.ordinal = static_cast<int>(ordinal);
  return [options](std::uint32_t) { return cuda::make_device(options); };
}

}  // namespace offledger::suite
