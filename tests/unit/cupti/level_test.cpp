// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/level.hpp"

#include <gtest/gtest.h>

namespace offledger::cupti {
namespace {

TEST(Level, NamesGoBothWays) {
  for (const Level level : kLevels) EXPECT_EQ(level_of(name_of(level)), level);
  EXPECT_EQ(level_of("everything"), std::nullopt);
}

TEST(Level, CallsThatDoWorkAreNeverChatter) {
  for (const char* name : {"cudaLaunchKernel", "cudaMemcpyAsync", "cudaEventRecord", "cudaStreamWaitEvent",
                           "cudaMalloc", "cudaHostRegister", "cudaStreamSynchronize", "cudaEventQuery"}) {
    EXPECT_FALSE(is_runtime_chatter(name)) << name;
  }
  EXPECT_TRUE(is_runtime_chatter("cudaGetDevice"));
  EXPECT_TRUE(is_driver_work("cuLaunchKernelEx"));
  EXPECT_TRUE(is_driver_work("cuMemcpyHtoDAsync"));
  EXPECT_FALSE(is_driver_work("cuCtxGetCurrent"));
}

}  // namespace
}  // namespace offledger::cupti
