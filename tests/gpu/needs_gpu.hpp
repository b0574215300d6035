// SPDX-License-Identifier: Apache-2.0
//
// For tests that need a GPU: they skip, with the reason, where there is none that the reference core runs on.

#pragma once

#include <cuda_runtime.h>
#include <gtest/gtest.h>

#include <string>

namespace offledger::test {

/// Why there is no GPU to test on; empty where there is. Makes no context: recordings begin before one.
inline std::string no_gpu() {
  int count = 0, major = 0;
  cudaError_t code = cudaGetDeviceCount(&count);
  if (code == cudaSuccess) code = cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0);
  if (code != cudaSuccess) {
    (void)cudaGetLastError();
    return std::string("no CUDA device: ") + cudaGetErrorString(code);
  }
  return major >= 8 ? "" : "the device is older than compute capability 8.0";
}

class GpuTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string reason = no_gpu();
    if (!reason.empty()) GTEST_SKIP() << reason;
  }
};

}  // namespace offledger::test
