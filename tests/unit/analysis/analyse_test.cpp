// SPDX-License-Identifier: Apache-2.0
//
// Whole timelines on one screen, with figures computed by hand.
#include <gtest/gtest.h>

#include "reports/analysis/analysis.hpp"
#include "schedules/base/error.hpp"
#include "tests/unit/analysis/story.hpp"

namespace offledger::analysis {
namespace {

TEST(Analyse, RefusesATimelineWithoutGpuOps) {
  Story story;
  story.call("cudaMalloc", 0, 5);
  try {
    analyse(story.timeline);
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kNotMeasured);
    EXPECT_NE(std::string(error.what()).find("found none"), std::string::npos);
  }
}

/// Two layers, one copy each, the second prefetched under the first's kernel.
///
///     link     [0 .. 10) L0   [10 .. 30) L1
///     compute              [12 .. 25) L0      [31 .. 41) L1
TEST(Analyse, TwoLayersOnePrefetched) {
  Story story;
  story.timeline.source.link_bytes_per_s = 10'000'000'000;  // 10 bytes a ns
  story.op(0, "attn", 0, 2);
  story.h2d(kLinkStream, 0, 0, 10, 100);
  story.op(1, "attn", 2, 4);
  story.h2d(kLinkStream, 2, 10, 30, 200);
  story.op(0, "attn", 4, 6);
  story.kernel(kComputeStream, 4, 12, 25);
  story.op(1, "attn", 6, 8);
  story.kernel(kComputeStream, 6, 31, 41);
  story.device_sync(8, 42);

  const Report report = analyse(story.timeline);
  ASSERT_EQ(report.devices.size(), 1U);
  const DeviceReport& device = report.devices[0];
  const Figures& f = device.total;
  EXPECT_EQ(f.window, (Interval{nanos(0), nanos(41)}));
  EXPECT_EQ(f.ledger.compute_only, nanos(10));
  EXPECT_EQ(f.ledger.hidden, nanos(13));
  EXPECT_EQ(f.ledger.exposed, nanos(17));
  EXPECT_EQ(f.ledger.idle, nanos(1));
  EXPECT_EQ(f.compute, nanos(23));
  EXPECT_EQ(f.h2d.busy, nanos(30));
  EXPECT_EQ(f.h2d.hidden, nanos(13));
  EXPECT_EQ(f.h2d.bytes, 300U);
  EXPECT_EQ(f.cpu_blocked, nanos(0)) << "the only wait is the step's join";
  EXPECT_EQ(f.step_join, nanos(41 - 8));
  EXPECT_EQ(f.lead_median, nanos(1));
  EXPECT_EQ(f.layers, 2U);
  // Copies end at 10 and 30 at the plateau; compute 10..23, then 30..40.
  EXPECT_EQ(f.bound, nanos(40));
  EXPECT_FALSE(f.steady_layer.has_value()) << "two layers have no steady state";

  ASSERT_EQ(device.units.size(), 2U);
  EXPECT_EQ(device.units[1].layer, 1);
  EXPECT_EQ(device.units[1].group, "attn");
  EXPECT_EQ(device.units[1].h2d_bytes, 200U);
  EXPECT_EQ(device.units[1].lead, nanos(1));
  EXPECT_EQ(device.units[0].gap, nanos(12));
  EXPECT_EQ(device.units[1].gap, nanos(6));
  ASSERT_EQ(device.steps.size(), 1U);
  EXPECT_FALSE(device.steps[0].cold);
}

/// Programs that name no units: the link carried their copies all the same.
TEST(Analyse, TheBoundCountsCopiesThatFeedNoNamedUnit) {
  Story story;
  story.timeline.source.link_bytes_per_s = 10'000'000'000;  // 10 bytes a ns
  story.step(0, 0, 80);
  story.h2d(kLinkStream, 1, 10, 50, 400);
  story.kernel(kComputeStream, 3, 50, 60);
  story.step(1, 80, 130);
  story.h2d(kLinkStream, 71, 75, 95, 200);  // half of it in each step
  story.kernel(kComputeStream, 81, 85, 125);
  const DeviceReport device = analyse(story.timeline).devices.at(0);
  ASSERT_EQ(device.steps.size(), 2U);
  EXPECT_EQ(device.steps[0].figures.bound, nanos(50));
  EXPECT_EQ(device.steps[1].figures.bound, nanos(40)) << "compute is longer than its copies";
  EXPECT_EQ(device.total.bound, nanos(60));
  EXPECT_EQ(device.steps[0].figures.h2d.moved, 500U) << "half of the second copy ran in it";
  EXPECT_EQ(device.steps[1].figures.h2d.moved, 100U);
}

/// A step's last copy is the next step's first: its time falls in step 0, its bytes in step 1.
TEST(Analyse, AWrappedCopyBelongsToTheStepThatConsumesIt) {
  Story story;
  story.op(0, "layer", 0, 2);
  story.h2d(kLinkStream, 0, 0, 10, 111);
  story.step(0, 10, 20);
  story.op(0, "layer", 10, 12);
  story.kernel(kComputeStream, 10, 20, 40);
  story.op(0, "layer", 12, 14);
  story.h2d(kLinkStream, 12, 20, 30, 222);
  story.step(1, 20, 30);
  story.op(0, "layer", 20, 22);
  story.kernel(kComputeStream, 20, 40, 60);
  story.op(0, "layer", 22, 24);
  story.h2d(kLinkStream, 22, 40, 50, 333);

  const Report report = analyse(story.timeline);
  const DeviceReport& device = report.devices[0];
  ASSERT_EQ(device.steps.size(), 2U);
  EXPECT_TRUE(device.steps[0].cold);
  EXPECT_EQ(device.steps[0].figures.window, (Interval{nanos(0), nanos(40)}));
  EXPECT_EQ(device.steps[1].figures.window, (Interval{nanos(40), nanos(60)}));
  EXPECT_EQ(device.steps[0].figures.h2d.bytes, 111U);
  EXPECT_EQ(device.steps[1].figures.h2d.bytes, 222U);
  EXPECT_EQ(device.steps[1].figures.h2d.busy, nanos(10)) << "time is booked where it falls";
  EXPECT_EQ(device.steps[0].figures.h2d.moved, 333U) << "and so are the link's bytes: 111 and 222 in 20 ns";
  EXPECT_EQ(device.steps[1].figures.h2d.moved, 333U) << "a copy that no step consumed ran in this one";
  EXPECT_EQ(device.total.h2d.moved, 666U);
  EXPECT_EQ(device.unconsumed_h2d_bytes, 333U);
  EXPECT_EQ(device.total.h2d.bytes, 666U);
  EXPECT_EQ(warm_steps(device).size(), 1U);
}

TEST(Analyse, AKernelThatRunsBeforeItsWeightsHasANegativeLead) {
  Story story;
  story.op(0, "layer", 0, 2);
  story.h2d(kLinkStream, 0, 5, 30);
  story.op(0, "layer", 2, 4);
  story.kernel(kComputeStream, 2, 10, 20);
  const Report report = analyse(story.timeline);
  EXPECT_EQ(report.devices[0].units[0].lead, nanos(-20));
  EXPECT_TRUE(report.findings.empty());
}

TEST(Analyse, BlockingCallsCountAndTheJoinDoesNot) {
  Story story;
  story.kernel(kComputeStream, 0, 10, 100);
  story.call("cudaMalloc", 20, 23);  // 3
  trace::Copy& copy = story.h2d_by(story.call("cudaMemcpyAsync", 30, 50), kComputeStream, 100, 110);
  copy.source = trace::MemoryKind::kPageable;   // 20
  story.call("cudaHostRegister", 50, 55);       // 5
  story.host_wait(trace::EventSync{}, 60, 70);  // 10: an enqueue follows
  story.kernel(kComputeStream, 75, 120, 130);
  story.overhead(trace::OverheadKind::kCommandBufferFull, 80, 84);
  story.call("cudaLaunchKernel", 79, 85);  // 4 of it under a full buffer
  story.device_sync(90, 131);              // the join
  const Figures f = analyse(story.timeline).devices[0].total;
  EXPECT_EQ(f.cpu_blocked, nanos(3 + 20 + 5 + 10 + 4));
  EXPECT_EQ(f.step_join, nanos(130 - 90)) << "clipped to the window";
}

TEST(Analyse, WithoutHostCallsNothingIsSaidOfTheHost) {
  Story story;
  story.kernel(kComputeStream, 0, 10, 20);
  story.timeline.calls.clear();
  const Figures f = analyse(story.timeline).devices[0].total;
  EXPECT_FALSE(f.cpu_blocked.has_value());
  EXPECT_FALSE(f.step_join.has_value());
  EXPECT_FALSE(f.host_work.has_value());
  EXPECT_EQ(f.compute, nanos(10));
}

TEST(Analyse, OneReportADevice) {
  Story story;
  story.timeline.device(trace::DeviceId{1}, "second");
  story.kernel(kComputeStream, 0, 10, 20);
  story.timeline.kernels.push_back({nanos(100), nanos(300), story.stream(3, 1), {}, {}});
  const Report report = analyse(story.timeline);
  ASSERT_EQ(report.devices.size(), 2U);
  EXPECT_EQ(report.devices[0].total.ledger.wall(), nanos(10));
  EXPECT_EQ(report.devices[1].total.ledger.wall(), nanos(200));
  EXPECT_EQ(report.devices[1].name, "second");
}

TEST(Analyse, UnusableRecordsAreCountedAndLeftOut) {
  Story story;
  story.kernel(kComputeStream, 0, 10, 20);
  story.kernel(kComputeStream, 1, 50, 40);
  story.kernel(kComputeStream, 2, INT64_MIN, INT64_MAX);
  trace::Kernel astray;
  astray.end = nanos(1000);
  story.timeline.kernels.push_back(astray);
  const Report report = analyse(story.timeline);
  EXPECT_EQ(report.devices[0].total.ledger.wall(), nanos(10));
  EXPECT_EQ(report.defects.negative_durations, 2U);
  EXPECT_EQ(report.defects.orphan_references, 1U);
}

TEST(Analyse, DoubtsBecomeFindings) {
  Story story;
  story.timeline.defects.dropped_records = 3;
  story.timeline.source.complete = false;
  story.kernel(kComputeStream, 15, 10, 20);
  const Report report = analyse(story.timeline);
  ASSERT_EQ(report.findings.size(), 3U);
  EXPECT_EQ(report.findings[0].id, "dropped_records");
  EXPECT_TRUE(report.findings[0].disqualifies);
  EXPECT_EQ(report.findings[1].id, "incomplete_recording");
  EXPECT_EQ(report.findings[2].id, "clock_skew");
  EXPECT_FALSE(report.findings[2].disqualifies);
  EXPECT_EQ(report.clock_skew, nanos(5));
}

/// Sixteen layers, the last of each two streamed: steady state is measured over whole pairs.
TEST(Analyse, SteadyStateAndFill) {
  Story story;
  std::int64_t host = 0, gpu = 1000;
  for (std::int32_t layer = 0; layer < 16; ++layer) {
    const bool streamed = layer % 2 == 1;
    story.op(layer, "layer", host, host + 4);
    if (streamed) story.h2d(kLinkStream, host, gpu - 50, gpu);
    const std::int64_t length = layer == 15 ? 500 : streamed ? 30 : 10;
    story.kernel(kComputeStream, host + 2, gpu, gpu + length);
    gpu += length;
    host += 4;
  }
  const Figures f = analyse(story.timeline).devices[0].total;
  EXPECT_EQ(f.steady_layer, nanos(20));
  EXPECT_EQ(f.layers, 16U);
  EXPECT_EQ(f.fill, f.ledger.wall() - nanos(16 * 20));
}

}  // namespace
}  // namespace offledger::analysis
