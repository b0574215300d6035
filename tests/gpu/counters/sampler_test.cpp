// SPDX-License-Identifier: Apache-2.0
//
// The chip's own figures beside the records': copies of known bytes and kernels of known length.
#include "collectors/cupti/counters/sampler.hpp"

#include <cuda_runtime_api.h>
#include <gtest/gtest.h>

#include <memory>

#include "collectors/cupti/bench/workload.hpp"
#include "schedules/base/error.hpp"

namespace offledger::counters {
namespace {

constexpr std::size_t kBytes = std::size_t{256} << 20;

class OnChip : public testing::Test {
 protected:
  void SetUp() override {
    int devices = 0;
    if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) GTEST_SKIP() << "no CUDA device";
    ASSERT_EQ(cudaMallocHost(&host_, kBytes), cudaSuccess);
    ASSERT_EQ(cudaMalloc(&device_, kBytes), cudaSuccess);
    try {
      sampler_ = std::make_unique<Sampler>();
    } catch (const Error& error) {
      GTEST_SKIP() << error.what();
    }
  }
  void TearDown() override {
    sampler_.reset();
    cudaFreeHost(host_);
    cudaFree(device_);
  }

  void* host_ = nullptr;
  void* device_ = nullptr;
  std::unique_ptr<Sampler> sampler_;
};

TEST_F(OnChip, SamplesAreInOrderAndAsLongAsAsked) {
  sampler_->start();
  cupti::bench::launch_spin(20'000'000, nullptr);
  ASSERT_EQ(cudaDeviceSynchronize(), cudaSuccess);
  const Samples samples = sampler_->stop();
  EXPECT_FALSE(samples.partial);
  ASSERT_GT(samples.begin.size(), 900u);  // 20 ms at 20 us, less the first
  for (std::size_t i = 0; i < samples.begin.size(); ++i) {
    EXPECT_LT(samples.begin[i], samples.end[i]);
    if (i > 0) {
      EXPECT_GE(samples.begin[i], samples.end[i - 1]);
    }
  }
  for (const Track& track : samples.tracks)
    EXPECT_EQ(track.values.size(), samples.begin.size()) << track.role;
}

TEST_F(OnChip, CopiedBytesAreOnTheWireAndALittleMore) {
  sampler_->start();
  for (int i = 0; i < 4; ++i)
    ASSERT_EQ(cudaMemcpy(device_, host_, kBytes, cudaMemcpyHostToDevice), cudaSuccess);
  const Samples samples = sampler_->stop();
  const Track* wire = samples.find("pcie_read");
  if (wire == nullptr) GTEST_SKIP() << "this chip has no pcie_read";
  ASSERT_FALSE(samples.begin.empty());
  const double factor = bytes_in(samples, *wire, samples.begin.front(), samples.end.back()) / (4.0 * kBytes);
  EXPECT_GT(factor, 1.0);
  EXPECT_LT(factor, 1.15);
}

TEST_F(OnChip, SamplesTwice) {
  for (int i = 0; i < 2; ++i) {
    sampler_->start();
    cupti::bench::launch_spin(5'000'000, nullptr);
    ASSERT_EQ(cudaDeviceSynchronize(), cudaSuccess);
    EXPECT_GT(sampler_->stop().begin.size(), 200u);
  }
}

TEST_F(OnChip, ALongTimeIsSampledThroughout) {
  sampler_->start();
  cupti::bench::launch_spin(500'000'000, nullptr);
  ASSERT_EQ(cudaDeviceSynchronize(), cudaSuccess);
  const Samples samples = sampler_->stop();
  EXPECT_FALSE(samples.partial || samples.cut_short);
  EXPECT_GT(samples.begin.size(), 24'900u);  // 0.5 s at 20 us
}

TEST_F(OnChip, AFullBufferEndsSamplingAndLosesNothingBefore) {
  sampler_.reset();
  Sampler small({.hardware_buffer_bytes = std::uint64_t{64} << 20});  // some 4000 samples
  small.start();
  cupti::bench::launch_spin(400'000'000, nullptr);
  ASSERT_EQ(cudaDeviceSynchronize(), cudaSuccess);
  const Samples samples = small.stop();
  EXPECT_TRUE(samples.cut_short);
  EXPECT_FALSE(samples.partial);
  EXPECT_GT(samples.begin.size(), 3'000u);
  EXPECT_LT(samples.begin.size(), 19'900u);
  for (std::size_t i = 1; i < samples.begin.size(); ++i)
    ASSERT_LT(samples.begin[i] - samples.end[i - 1], std::chrono::microseconds(10));
}

TEST_F(OnChip, KernelsOfAGraphAreSeen) {
  cudaStream_t stream{};
  cudaGraph_t graph{};
  cudaGraphExec_t program{};
  ASSERT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  ASSERT_EQ(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), cudaSuccess);
  for (int i = 0; i < 10; ++i) cupti::bench::launch_spin(1'000'000, stream);
  ASSERT_EQ(cudaStreamEndCapture(stream, &graph), cudaSuccess);
  ASSERT_EQ(cudaGraphInstantiate(&program, graph, 0), cudaSuccess);
  sampler_->start();
  ASSERT_EQ(cudaGraphLaunch(program, stream), cudaSuccess);
  ASSERT_EQ(cudaDeviceSynchronize(), cudaSuccess);
  const Samples samples = sampler_->stop();
  cudaGraphExecDestroy(program);
  cudaGraphDestroy(graph);
  cudaStreamDestroy(stream);
  const Track* graphics = samples.find("graphics_active");
  if (graphics == nullptr) GTEST_SKIP() << "this chip has no graphics_active";
  ASSERT_FALSE(samples.begin.empty());
  const Nanos active = active_in(samples, *graphics, samples.begin.front(), samples.end.back());
  EXPECT_GT(active, std::chrono::milliseconds(9));
  EXPECT_LT(active, std::chrono::milliseconds(12));
}

TEST_F(OnChip, ZeroCopyReadsAreOnTheBusAndNoCopies) {
  void* sum = nullptr;
  ASSERT_EQ(cudaMalloc(&sum, sizeof(unsigned)), cudaSuccess);
  sampler_->start();
  cupti::bench::launch_sum(host_, kBytes, static_cast<unsigned*>(sum), nullptr);
  ASSERT_EQ(cudaDeviceSynchronize(), cudaSuccess);
  const Samples samples = sampler_->stop();
  cudaFree(sum);
  const Track *wire = samples.find("pcie_read"), *engine = samples.find("h2d_engine");
  if (wire == nullptr || engine == nullptr) GTEST_SKIP() << "this chip has no pcie_read, or no h2d_engine";
  ASSERT_FALSE(samples.begin.empty());
  const Nanos begin = samples.begin.front(), end = samples.end.back();
  EXPECT_GT(bytes_in(samples, *wire, begin, end), 0.95 * kBytes);
  EXPECT_LT(active_in(samples, *engine, begin, end), (end - begin) / 20);
}

TEST_F(OnChip, CanBeDestroyedWhileItSamples) {
  sampler_->start();
  sampler_.reset();
  sampler_ = std::make_unique<Sampler>();
  sampler_->start();
  cupti::bench::launch_spin(5'000'000, nullptr);
  ASSERT_EQ(cudaDeviceSynchronize(), cudaSuccess);
  EXPECT_GT(sampler_->stop().begin.size(), 200u);
}

TEST_F(OnChip, ABufferThatHoldsNextToNothingIsRefused) {
  sampler_.reset();
  try {
    const Sampler tiny({.hardware_buffer_bytes = std::uint64_t{4} << 20});  // some 260 samples
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage) << error.what();
  }
}

}  // namespace
}  // namespace offledger::counters
