// SPDX-License-Identifier: Apache-2.0
//
// The collector on a real device: everything that was done is in the recording, once, and linked.
#include "collectors/cupti/collector.hpp"

#include <cuda_runtime_api.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "collectors/cupti/bench/program.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cupti {
namespace {

std::optional<std::string> no_device() {
  int devices = 0;
  const cudaError_t result = cudaGetDeviceCount(&devices);
  if (result == cudaSuccess && devices > 0) return std::nullopt;
  return std::string("no CUDA device: ") + cudaGetErrorString(result);
}

template <typename Rows>
std::size_t without_call(const Rows& rows, const std::set<trace::Correlation>& calls) {
  return static_cast<std::size_t>(std::count_if(
      rows.begin(), rows.end(), [&](const auto& row) { return !calls.contains(row.correlation); }));
}

class OnDevice : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto reason = no_device()) GTEST_SKIP() << *reason;
  }
};

/// Records one of everything.
trace::Timeline record(Collector& collector, bench::Done& done) {
  bench::Program program;
  collector.start();
  for (int step = 0; step < 4; ++step) program.streamed_step(step);
  program.other_copies();
  program.graph();
  program.driver_launch();
  program.fill_queue();
  trace::Timeline timeline = collector.stop();
  done = program.done();
  return timeline;
}

TEST_F(OnDevice, EverythingIsRecordedOnceAndLinked) {
  Collector collector;
  bench::Done done;
  const trace::Timeline timeline = record(collector, done);
  EXPECT_EQ(timeline.kernels.size(), done.kernels);
  EXPECT_EQ(timeline.copies.size(), done.copies);
  EXPECT_EQ(timeline.memsets.size(), done.memsets);
  EXPECT_EQ(timeline.event_records.size(), done.event_records);
  EXPECT_EQ(timeline.ranges.size(), done.ranges);
  EXPECT_EQ(timeline.defects, trace::Defects{});
  EXPECT_TRUE(timeline.source.complete);
  EXPECT_EQ(collector.report().lost_buffers, 0u);

  std::set<trace::Correlation> calls;
  for (const auto& call : timeline.calls)
    EXPECT_TRUE(calls.insert(call.correlation).second) << timeline.text(call.name);
  EXPECT_EQ(without_call(timeline.kernels, calls), 0u);
  EXPECT_EQ(without_call(timeline.copies, calls), 0u);
  EXPECT_EQ(without_call(timeline.event_records, calls), 0u);
  EXPECT_EQ(without_call(timeline.syncs, calls), 0u);

  std::set<trace::EventSync> recorded;
  for (const auto& event : timeline.event_records) recorded.insert(event.event);
  std::size_t waits = 0;
  for (const auto& sync : timeline.syncs) {
    if (sync.kind != trace::SyncKind::kStreamWait) continue;
    ++waits;
    EXPECT_TRUE(recorded.contains(sync.event));
  }
  EXPECT_EQ(waits, done.stream_waits);
  EXPECT_TRUE(std::any_of(timeline.overheads.begin(), timeline.overheads.end(), [](const auto& overhead) {
    return overhead.kind == trace::OverheadKind::kCommandBufferFull;
  }));
}

TEST_F(OnDevice, LevelsHoldWhatTheySay) {
  for (const Level level : kLevels) {
    Options options;
    options.level = level;
    Collector collector(options);
    bench::Done done;
    const trace::Timeline timeline = record(collector, done);
    EXPECT_EQ(timeline.kernels.size(), done.kernels) << name_of(level);
    EXPECT_EQ(timeline.copies.size(), done.copies) << name_of(level);
    EXPECT_EQ(timeline.calls.empty(), level < Level::kRuntime) << name_of(level);
    EXPECT_EQ(timeline.event_records.empty(), level < Level::kSynchronization) << name_of(level);
    EXPECT_EQ(timeline.overheads.empty(), level < Level::kDriver) << name_of(level);
  }
}

TEST_F(OnDevice, TwoRecordingsOfOneCollectorAreApart) {
  Collector collector;
  bench::Program program;
  for (int recording = 0; recording < 2; ++recording) {
    collector.start();
    program.streamed_step(recording);
    EXPECT_EQ(collector.stop().kernels.size(), 1u);
    program.streamed_step(recording);  // recorded by neither
  }
}

TEST_F(OnDevice, StreamsAreThoseOfTheProgram) {
  Collector collector;
  cudaStream_t stream{};
  ASSERT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  collector.start();
  void* memory = nullptr;
  ASSERT_EQ(cudaMalloc(&memory, 4096), cudaSuccess);
  ASSERT_EQ(cudaMemsetAsync(memory, 0, 4096, stream), cudaSuccess);
  const auto id = stream_id(stream);
  const trace::Timeline timeline = collector.stop();
  ASSERT_TRUE(id);
  ASSERT_EQ(timeline.memsets.size(), 1u);
  EXPECT_EQ(timeline.at(timeline.memsets[0].stream).native_id, *id);
  EXPECT_EQ(timeline.devices.size(), 1u);
  cudaFree(memory);
  cudaStreamDestroy(stream);
}

TEST_F(OnDevice, DrainedPiecesAreTheWhole) {
  Options options;
  options.streaming = true;
  Collector collector(options);
  bench::Program program;
  std::size_t kernels = 0, strings = 0;
  collector.start();
  for (int step = 0; step < 4; ++step) {
    program.streamed_step(step);
    if (step == 1) program.fill_queue();
    collector.drain([&](const trace::Timeline& timeline) {
      kernels += timeline.kernels.size();
      EXPECT_GE(timeline.strings().size(), strings);
      strings = timeline.strings().size();
    });
  }
  EXPECT_GT(kernels, 4000u);
  kernels += collector.stop().kernels.size();
  EXPECT_EQ(kernels, program.done().kernels);
}

TEST_F(OnDevice, OneCollectorAProcess) {
  Collector collector;
  EXPECT_THROW(Collector{}, Error);
}

}  // namespace
}  // namespace offledger::cupti
