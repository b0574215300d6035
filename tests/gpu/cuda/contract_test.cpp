// SPDX-License-Identifier: Apache-2.0
//
// What is true of any device is true of this one.
#include "harness/device/cuda/cuda_device.hpp"
#include "tests/contract/device/device_contract.hpp"
#include "tests/gpu/needs_gpu.hpp"

namespace offledger::device::contract {
namespace {

Maker cuda_device() {
  Maker maker;
  maker.make = [] { return cuda::make_device({}); };
  maker.skip = test::no_gpu();
  maker.skew = std::chrono::microseconds(20);  // of CUPTI's host and device clocks
  maker.kernels_as_declared = false;           // products and attention choose theirs by shape
  return maker;
}

INSTANTIATE_TEST_SUITE_P(Cuda, DeviceContract, testing::Values(cuda_device()),
                         [](const auto&) { return "device"; });

}  // namespace
}  // namespace offledger::device::contract
