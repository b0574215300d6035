// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/names.hpp"

#include <gtest/gtest.h>

namespace offledger::cupti {
namespace {

TEST(Names, CallbackIdsNeedNoDriver) {
  EXPECT_EQ(api_name(trace::Api::kRuntime, 211), "cudaLaunchKernel");
  EXPECT_EQ(api_name(trace::Api::kDriver, 307), "cuLaunchKernel");
  EXPECT_EQ(api_name(trace::Api::kDriver, 421), "cuMemcpyHtoDAsync");  // cuMemcpyHtoDAsync_v2_ptsz
  EXPECT_EQ(api_name(trace::Api::kDriver, 99999), std::nullopt);
}

TEST(Names, OnlyMangledSymbolsAreDemangled) {
  EXPECT_EQ(demangle("_Z4spinx"), "spin(long long)");
  EXPECT_EQ(demangle("f"), "f");  // would be the type float
  EXPECT_EQ(demangle("triton_poi_fused_add_0"), "triton_poi_fused_add_0");
  EXPECT_EQ(demangle("_Znot really"), "_Znot really");
  EXPECT_EQ(demangle(nullptr), "");
}

}  // namespace
}  // namespace offledger::cupti
