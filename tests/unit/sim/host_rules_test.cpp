// SPDX-License-Identifier: Apache-2.0
//
// Rules of docs/simulated-device.md about the host, each against instants computed by hand.

#include <gtest/gtest.h>

#include "tests/unit/sim/round_numbers.hpp"

namespace offledger::sim {
namespace {

using Spans = std::vector<Span>;

/// The last call is finish()'s cudaDeviceSynchronize.
Spans calls_but_last(const trace::Timeline& timeline) {
  Spans all = spans(timeline.calls);
  all.pop_back();
  return all;
}

std::string api(const trace::Timeline& timeline, std::size_t call) {
  return timeline.text(timeline.calls[call].name);
}

TEST(HostRules, R1EveryCallAdvancesTheHostByItsCost) {
  const trace::Timeline timeline =
      play({plan::HostWork{nanos(40)}, plan::Alloc{kSlotOne}, plan::Pin{64}, plan::Record{kE0, kCopyA},
            plan::StreamWait{kCompute, kE0}, copy_op(10, kCopyA), compute_op(kThree, kCompute)},
           round_profile());
  EXPECT_EQ(calls_but_last(timeline), (Spans{{40, 51},  // cudaMalloc
                                             {51, 83},  // cudaHostRegister: 64 bytes at 2 bytes/ns
                                             {83, 86},  // cudaEventRecord
                                             {86, 88},  // cudaStreamWaitEvent
                                             {88, 93},  // cudaMemcpyAsync
                                             {93, 103},
                                             {103, 113},
                                             {113, 123}}));  // cudaLaunchKernel
  const std::vector<std::string> names = {"cudaMalloc",          "cudaHostRegister", "cudaEventRecord",
                                          "cudaStreamWaitEvent", "cudaMemcpyAsync",  "cudaLaunchKernel",
                                          "cudaLaunchKernel",    "cudaLaunchKernel", "cudaDeviceSynchronize"};
  ASSERT_EQ(timeline.calls.size(), names.size());
  for (std::size_t row = 0; row < names.size(); ++row) EXPECT_EQ(api(timeline, row), names[row]);
}

TEST(HostRules, R2AnOpIsVisibleALatencyAfterItsCallReturns) {
  const trace::Timeline timeline = play({copy_op(10, kCopyA), compute_op(kOne, kCompute)}, round_profile());
  EXPECT_EQ(spans(timeline.copies), (Spans{{5 + 50, 65}}));
  EXPECT_EQ(spans(timeline.kernels), (Spans{{15 + 100, 1115}}));
}

TEST(HostRules, R11APageableCopyHoldsTheHostUntilItEnds) {
  const trace::Timeline timeline = play(
      {compute_op(kOne, kCopyA), copy_op(100, kCopyA, plan::Source::kPageable), compute_op(kOne, kCompute)},
      round_profile());
  // The kernel before it on its stream ends at 10 + 100 + 1000; the copy then takes 100 bytes at half a byte
  // a ns.
  EXPECT_EQ(spans(timeline.copies), (Spans{{1110, 1310}}));
  EXPECT_EQ(calls_but_last(timeline), (Spans{{0, 10}, {10, 1310}, {1310, 1320}}));
  EXPECT_EQ(timeline.copies[0].source, trace::MemoryKind::kPageable);
}

TEST(HostRules, R11PinnedAndRegisteredCopiesDoNot) {
  const trace::Timeline timeline = play(
      {copy_op(100, kCopyA, plan::Source::kRegistered), copy_op(100, kCopyA, plan::Source::kPinnedOnTheFly)},
      round_profile());
  EXPECT_EQ(calls_but_last(timeline), (Spans{{0, 5}, {5, 10}}));
  EXPECT_EQ(timeline.copies[0].source, trace::MemoryKind::kPinned);
  EXPECT_EQ(timeline.copies[1].source, trace::MemoryKind::kPinned);
}

TEST(HostRules, R12AFullQueueHoldsTheLaunchUntilTheStreamEndsOne) {
  Profile profile = round_profile();
  profile.launch_queue = 2;
  const trace::Timeline timeline = play({compute_op(kOne, kCompute), compute_op(kOne, kCompute),
                                         compute_op(kOne, kCompute), compute_op(kOne, kOther)},
                                        profile);
  // Two are queued at 20; the first ends at 10 + 100 + 1000. Another stream's queue is its own.
  EXPECT_EQ(calls_but_last(timeline), (Spans{{0, 10}, {10, 20}, {20, 1120}, {1120, 1130}}));
  ASSERT_EQ(timeline.overheads.size(), 1U);
  EXPECT_EQ(span_of(timeline.overheads[0]), Span(20, 1110));
  EXPECT_EQ(timeline.overheads[0].kind, trace::OverheadKind::kCommandBufferFull);
}

TEST(HostRules, R12CopiesCountAndEventsDoNot) {
  Profile profile = round_profile();
  profile.launch_queue = 1;
  const trace::Timeline timeline = play(
      {copy_op(1000, kCopyA), plan::Record{kE0, kCopyA}, plan::StreamWait{kCopyA, kE0}, copy_op(10, kCopyA)},
      profile);
  EXPECT_EQ(calls_but_last(timeline), (Spans{{0, 5}, {5, 8}, {8, 10}, {10, 1060}}));
}

TEST(HostRules, R13AHostWaitReturnsOnceTheEventIsDone) {
  const trace::Timeline timeline =
      play({copy_op(1000, kCopyA), plan::Record{kE0, kCopyA}, compute_op(kOne, kCompute), plan::HostWait{kE0},
            plan::HostWait{kE0}},
           round_profile());
  // The copy ends at 55 + 1000. The second wait finds the event done.
  EXPECT_EQ(calls_but_last(timeline), (Spans{{0, 5}, {5, 8}, {8, 18}, {18, 1062}, {1062, 1069}}));
  ASSERT_EQ(timeline.syncs.size(), 3U);
  EXPECT_EQ(timeline.syncs[0].kind, trace::SyncKind::kEvent);
  EXPECT_EQ(timeline.syncs[0].event, timeline.event_records[0].event);
  EXPECT_EQ(timeline.syncs[0].correlation, timeline.calls[3].correlation);
}

TEST(HostRules, R13AHostWaitForAnEventNeverRecordedReturnsAtOnce) {
  const trace::Timeline timeline = play({copy_op(1000, kCopyA), plan::HostWait{kE0}}, round_profile());
  EXPECT_EQ(calls_but_last(timeline), (Spans{{0, 5}, {5, 12}}));
  EXPECT_EQ(timeline.syncs[0].event, trace::EventSync::kNone);
}

TEST(HostRules, R13AStreamSyncAwaitsItsStreamAndADeviceSyncAll) {
  const trace::Timeline timeline =
      play({copy_op(100, kCopyA), compute_op(kOne, kCompute), plan::StreamSync{kCopyA}, plan::DeviceSync{},
            plan::StreamSync{kCopyB}},
           round_profile());
  // The copy ends at 155, the kernel at 1115.
  EXPECT_EQ(calls_but_last(timeline), (Spans{{0, 5}, {5, 15}, {15, 162}, {162, 1122}, {1122, 1129}}));
  EXPECT_EQ(timeline.syncs[0].kind, trace::SyncKind::kStream);
  EXPECT_EQ(timeline.syncs[1].kind, trace::SyncKind::kDevice);
}

TEST(HostRules, R14FreeAwaitsTheDeviceAllocDoesNot) {
  const trace::Timeline timeline =
      play({compute_op(kOne, kCompute), plan::Alloc{kSlotOne}, plan::Free{kSlotOne}}, round_profile());
  EXPECT_EQ(calls_but_last(timeline), (Spans{{0, 10}, {10, 21}, {21, 1123}}));
}

TEST(HostRules, R18FinishJoinsTheDeviceInsideTheLastStep) {
  const trace::Timeline timeline =
      play({plan::StepBegin{}, plan::UnitBegin{kOne}, compute_op(kOne, kCompute)}, round_profile());
  EXPECT_EQ(span_of(timeline.calls.back()), Span(10, 1117));
  ASSERT_EQ(timeline.ranges.size(), 3U);
  EXPECT_EQ(span_of(timeline.ranges[0]), Span(0, 1117));  // step 0
  EXPECT_EQ(span_of(timeline.ranges[1]), Span(0, 10));    // L0.one
  EXPECT_EQ(span_of(timeline.ranges[2]), Span(0, 10));    // compute L0.one
}

}  // namespace
}  // namespace offledger::sim
