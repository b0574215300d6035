// SPDX-License-Identifier: Apache-2.0
//
// Rules of docs/simulated-device.md about the device, each against instants computed by hand. The host costs
// nothing here, so that every op is issued at 0 and only the device's side is left.

#include <gtest/gtest.h>

#include "tests/unit/sim/round_numbers.hpp"

namespace offledger::sim {
namespace {

using Spans = std::vector<Span>;

TEST(DeviceRules, R3OpsOfAStreamRunInTheOrderOfIssue) {
  const trace::Timeline timeline =
      play({copy_op(100, kCopyA), compute_op(kOne, kCopyA), copy_op(50, kCopyA)}, free_host_profile());
  EXPECT_EQ(spans(timeline.copies), (Spans{{0, 100}, {1100, 1150}}));
  EXPECT_EQ(spans(timeline.kernels), (Spans{{100, 1100}}));
}

TEST(DeviceRules, R4AWaitHoldsItsStreamUntilTheRecordIsDone) {
  const trace::Timeline timeline =
      play({copy_op(300, kCopyA), plan::Record{kE0, kCopyA}, copy_op(900, kCopyA),
            plan::StreamWait{kCompute, kE0}, compute_op(kOne, kCompute)},
           free_host_profile());
  EXPECT_EQ(spans(timeline.kernels), (Spans{{300, 1300}}));
  EXPECT_EQ(timeline.event_records[0].device_time, nanos(300));
}

TEST(DeviceRules, R4AWaitBindsToTheLatestRecordBeforeIt) {
  const trace::Timeline timeline =
      play({copy_op(100, kCopyA), plan::Record{kE0, kCopyA}, copy_op(100, kCopyA), plan::Record{kE0, kCopyA},
            plan::StreamWait{kCompute, kE0}, compute_op(kOne, kCompute), copy_op(100, kCopyA),
            plan::Record{kE0, kCopyA}},
           free_host_profile());
  EXPECT_EQ(timeline.kernels[0].begin, nanos(200));
  EXPECT_EQ(timeline.syncs[0].event, timeline.event_records[1].event);
  EXPECT_EQ(timeline.event_records[0].handle, timeline.event_records[2].handle);
}

TEST(DeviceRules, R4AWaitForAnEventNeverRecordedHoldsNothing) {
  const trace::Timeline timeline = play({copy_op(100, kCopyA), plan::StreamWait{kCompute, kE0},
                                         compute_op(kOne, kCompute), plan::Record{kE0, kCopyA}},
                                        free_host_profile());
  EXPECT_EQ(timeline.kernels[0].begin, nanos(0));
  EXPECT_EQ(timeline.syncs[0].event, trace::EventSync::kNone);
}

TEST(DeviceRules, R5OneKernelAtATimeInTheOrderTheyBecomeReady) {
  const trace::Timeline timeline =
      play({copy_op(100, kCopyA), plan::Record{kE0, kCopyA}, plan::StreamWait{kCompute, kE0},
            compute_op(kOneL1, kCompute), compute_op(kThree, kOther)},
           free_host_profile());
  // The other stream's three are ready at 0, one after another; the first stream's becomes ready at 100,
  // while the first of them runs, and so goes before the second, which becomes ready at 167.
  EXPECT_EQ(spans(timeline.kernels), (Spans{{167, 1167}, {0, 167}, {1167, 1334}, {1334, 1500}}));
}

TEST(DeviceRules, R5TiesGoToTheFirstIssued) {
  const trace::Timeline timeline =
      play({compute_op(kOne, kOther), compute_op(kOne, kCompute)}, free_host_profile());
  EXPECT_EQ(spans(timeline.kernels), (Spans{{0, 1000}, {1000, 2000}}));
}

TEST(DeviceRules, R5AUnitsTimeIsDividedAmongItsKernels) {
  const trace::Timeline timeline = play({compute_op(kThree, kCompute)}, free_host_profile());
  EXPECT_EQ(spans(timeline.kernels), (Spans{{0, 167}, {167, 334}, {334, 500}}));
}

TEST(DeviceRules, R6ACopyAloneTakesItsBytesOverItsBandwidthRoundedUp) {
  Profile profile = free_host_profile();
  profile.h2d_pinned = {{1, 3'000'000'000}};
  profile.both_directions_bytes_per_s = 6'000'000'000;
  EXPECT_EQ(spans(play({copy_op(100, kCopyA)}, profile).copies), (Spans{{0, 34}}));
}

TEST(DeviceRules, R7TheBandwidthIsOfTheCopysOwnSize) {
  Profile profile = free_host_profile();
  profile.h2d_pinned = {{1000, 1'000'000'000}, {4000, 2'000'000'000}};
  // 500 bytes at 1, 2000 bytes half way in log2 at 1.5, 8000 bytes at 2 bytes a ns.
  const trace::Timeline timeline =
      play({copy_op(500, kCopyA), copy_op(2000, kCopyA), copy_op(8000, kCopyA)}, profile);
  EXPECT_EQ(spans(timeline.copies), (Spans{{0, 500}, {500, 1834}, {1834, 5834}}));
}

TEST(DeviceRules, R8CopiesOfOneDirectionShareIt) {
  const trace::Timeline timeline = play({copy_op(100, kCopyA), copy_op(300, kCopyB)}, free_host_profile());
  // Half a byte a ns each until 200, when the second has 200 left and the link for itself.
  EXPECT_EQ(spans(timeline.copies), (Spans{{0, 200}, {0, 400}}));
}

TEST(DeviceRules, R8ACopyBelowItsShareLeavesTheRestToTheOthers) {
  Profile profile = free_host_profile();
  profile.h2d_pinned = {{100, 250'000'000}, {400, 1'000'000'000}};
  const trace::Timeline timeline = play({copy_op(100, kCopyA), copy_op(600, kCopyB)}, profile);
  // A quarter of a byte a ns for the small one, three for the large: 300 are done at 400, then 300 alone.
  EXPECT_EQ(spans(timeline.copies), (Spans{{0, 400}, {0, 700}}));
}

TEST(DeviceRules, R9BothDirectionsTogetherKeepUnderTheCap) {
  Profile profile = free_host_profile();
  const auto both = [&profile] {
    return spans(
        play({copy_op(600, kCopyA), copy_op(600, kCopyB, plan::Source::kPinned, plan::Direction::kD2H)},
             profile)
            .copies);
  };
  EXPECT_EQ(both(), (Spans{{0, 600}, {0, 600}}));
  profile.both_directions_bytes_per_s = 1'500'000'000;
  EXPECT_EQ(both(), (Spans{{0, 800}, {0, 800}}));  // 0.75 bytes a ns each
}

TEST(DeviceRules, R10ACopyWaitingInItsStreamHoldsNothing) {
  const trace::Timeline timeline =
      play({compute_op(kOne, kCompute), plan::Record{kE0, kCompute}, plan::StreamWait{kCopyA, kE0},
            copy_op(100, kCopyA), copy_op(500, kCopyB)},
           free_host_profile());
  // The second has the link for itself from 0, though it was issued after the one that waits.
  EXPECT_EQ(spans(timeline.copies), (Spans{{1000, 1100}, {0, 500}}));
}

TEST(DeviceRules, R15TheWorkloadsLinkReplacesTheCurve) {
  model::Workload workload = round_workload();
  workload.link_bytes_per_s = 250'000'000;
  const trace::Timeline timeline =
      play({copy_op(100, kCopyA), copy_op(100, kCopyB, plan::Source::kPinned, plan::Direction::kD2H)},
           free_host_profile(), workload);
  EXPECT_EQ(spans(timeline.copies), (Spans{{0, 400}, {0, 400}}));
  EXPECT_EQ(timeline.source.link_bytes_per_s, 250'000'000U);
}

TEST(DeviceRules, R17AProfilesMeasuredUnitsReplaceTheWorkloads) {
  Profile profile = free_host_profile();
  profile.compute["round"] = {{nanos(70), 1}, {nanos(9), 2}};
  const trace::Timeline timeline = play({compute_op(kOne, kCompute), compute_op(kThree, kCompute)}, profile);
  EXPECT_EQ(spans(timeline.kernels), (Spans{{0, 70}, {70, 75}, {75, 79}}));
}

}  // namespace
}  // namespace offledger::sim
