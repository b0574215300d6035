// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "collectors/trace/steps.hpp"
#include "collectors/trace/vocabulary.hpp"

namespace offledger::trace {
namespace {

TEST(Timeline, InternsEachTextOnce) {
  Timeline t;
  EXPECT_EQ(t.intern(""), StringId::kEmpty);
  const StringId gemm = t.intern("gemm");
  EXPECT_EQ(t.intern("gemm"), gemm);
  EXPECT_NE(t.intern("gemv"), gemm);
  EXPECT_EQ(t.text(gemm), "gemm");
  EXPECT_EQ(t.strings().size(), 3U);
}

TEST(Timeline, InternsTextsThatStandInItsOwnTable) {
  Timeline t;
  t.intern("a_v1");
  for (int i = 0; i < 100; ++i) {
    const std::string_view own = t.strings().back();
    const StringId id = t.intern(own.substr(0, own.size() - 1));
    if (own.size() > 1) {
      EXPECT_EQ(t.text(t.intern(t.text(id))), t.text(id));
    }
    t.intern(fmt::format("s{}", i));
  }
}

TEST(Timeline, RowsAreFoundByKeyAndNamedOnce) {
  Timeline t;
  const ProcessRow p = t.process(10);
  EXPECT_EQ(t.process(10, "python"), p);
  EXPECT_EQ(t.process(10, "other"), p);
  EXPECT_EQ(t.text(t.processes[0].name), "python");
  const ProcessRow q = t.process(11);
  EXPECT_NE(t.thread(p, 1), t.thread(q, 1));
  EXPECT_EQ(t.stream(p, DeviceId{0}, 1, 7), t.stream(p, DeviceId{0}, 1, 7));
  EXPECT_NE(t.stream(p, DeviceId{0}, 1, 7), t.stream(p, DeviceId{1}, 1, 7));
  EXPECT_NE(t.stream(p, DeviceId{0}, 1, 7), t.stream(p, DeviceId{0}, 2, 7));
  t.device(DeviceId{3}, "");
  t.device(DeviceId{3}, "NVIDIA H200");
  ASSERT_EQ(t.devices.size(), 1U);
  EXPECT_EQ(t.text(t.devices[0].name), "NVIDIA H200");
}

TEST(Timeline, ClearRecordsKeepsTables) {
  Timeline t;
  t.memsets.push_back({Nanos(1), Nanos(2), t.stream(t.process(1), DeviceId{0}, 0, 7)});
  t.clear_records();
  EXPECT_EQ(t.gpu_op_count(), 0U);
  EXPECT_EQ(t.streams.size(), 1U);
}

TEST(Vocabulary, ApiNamesLoseTheirAbiSuffixes) {
  EXPECT_EQ(base_api_name("cudaMemcpyAsync"), "cudaMemcpyAsync");
  EXPECT_EQ(base_api_name("cudaMemcpyAsync_v3020"), "cudaMemcpyAsync");
  EXPECT_EQ(base_api_name("cudaMemcpyAsync_ptsz_v7000"), "cudaMemcpyAsync");
  EXPECT_EQ(base_api_name("cudaStreamGetCaptureInfo_v2_v11030"), "cudaStreamGetCaptureInfo");
  EXPECT_EQ(base_api_name("cuMemcpyHtoDAsync_v2"), "cuMemcpyHtoDAsync");
  EXPECT_EQ(base_api_name("cuMemcpyHtoDAsync_v2_ptsz"), "cuMemcpyHtoDAsync");
  EXPECT_EQ(base_api_name("hipModuleLaunchKernel"), "hipModuleLaunchKernel");
  EXPECT_EQ(base_api_name("_v2"), "_v2");
  EXPECT_EQ(base_api_name("cudaGetDeviceProperties_v"), "cudaGetDeviceProperties_v");
  EXPECT_EQ(base_api_name(""), "");
}

TEST(Vocabulary, CommunicationKernelsAreCollective) {
  EXPECT_EQ(kernel_class("ncclDevKernel_SendRecv(ncclDevKernelArgsStorage<4096ul>)"),
            KernelClass::kCollective);
  EXPECT_EQ(kernel_class("void ncclKernel_AllReduce_RING_LL_Sum_half(ncclDevComm*)"),
            KernelClass::kCollective);
  EXPECT_EQ(kernel_class("rcclGenericKernel"), KernelClass::kCollective);
  EXPECT_EQ(kernel_class("void reduce_kernel<nccl>(int)"), KernelClass::kCompute);
  EXPECT_EQ(kernel_class(""), KernelClass::kCompute);
}

TEST(Vocabulary, ProfilerStepsBearTheirNumber) {
  EXPECT_EQ(profiler_step("ProfilerStep#12"), 12);
  EXPECT_EQ(profiler_step("ProfilerStep#"), std::nullopt);
  EXPECT_EQ(profiler_step("ProfilerStep#1x"), std::nullopt);
  EXPECT_EQ(profiler_step("ProfilerStep#-1"), std::nullopt);
  EXPECT_EQ(profiler_step("ProfilerStep#99999999999"), std::nullopt);
  EXPECT_EQ(profiler_step("step 1"), std::nullopt);
}

TEST(Steps, AreCountedFromZero) {
  Timeline t;
  for (const std::int32_t number : {9, 5, 7, 5}) {
    Range range;
    range.kind = RangeKind::kStep;
    range.step = number;
    t.ranges.push_back(range);
  }
  t.ranges.emplace_back();
  number_steps(t);
  std::vector<std::int32_t> steps;
  for (const Range& range : t.ranges) steps.push_back(range.step);
  EXPECT_EQ(steps, (std::vector<std::int32_t>{2, 0, 1, 0, kNoRow}));
}

}  // namespace
}  // namespace offledger::trace
