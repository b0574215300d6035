// SPDX-License-Identifier: Apache-2.0
//
// The second pass: what lies in several records, in any order and in several buffers.
#include <gtest/gtest.h>

#include "collectors/trace/nvtx_payload.hpp"
#include "tests/unit/cupti/activity_buffer.hpp"

namespace offledger::cupti {
namespace {

using trace::Correlation;

constexpr auto kRuntime = CUPTI_ACTIVITY_KIND_RUNTIME;
constexpr auto kDriver = CUPTI_ACTIVITY_KIND_DRIVER;
constexpr std::uint32_t kCudaLaunchKernel = 211, kCuLaunchKernel = 307, kCudaMemcpyAsync = 41;

TEST(Link, DriverCallInsideARuntimeCallIsTheSameCall) {
  // The driver call carries an id of its own and the kernel names it.
  const trace::Timeline timeline = decode(call(kDriver, kCuLaunchKernel, 105, 115, 51), kernel(200, 300, 51),
                                          call(kRuntime, kCudaLaunchKernel, 100, 120, 50));
  ASSERT_EQ(timeline.calls.size(), 1u);
  EXPECT_EQ(timeline.text(timeline.calls[0].name), "cudaLaunchKernel");
  EXPECT_EQ(timeline.kernels.at(0).correlation, Correlation{50});
}

TEST(Link, DriverCallOfTheProgramStays) {
  const trace::Timeline timeline =
      decode(call(kRuntime, kCudaLaunchKernel, 100, 120, 50), call(kDriver, kCuLaunchKernel, 130, 140, 51),
             call(kDriver, kCuLaunchKernel, 105, 115, 52, /*thread=*/101), kernel(200, 300, 51));
  ASSERT_EQ(timeline.calls.size(), 3u);
  EXPECT_EQ(timeline.kernels.at(0).correlation, Correlation{51});
}

TEST(Link, CopyIsGivenToTheRuntimeCallWhenNoDriverCallWasRecorded) {
  CUpti_ActivityMemcpy6 record = copy(200, 300, 71);
  record.runtimeCorrelationId = 70;
  const trace::Timeline timeline = decode(record, call(kRuntime, kCudaMemcpyAsync, 100, 110, 70));
  EXPECT_EQ(timeline.copies.at(0).correlation, Correlation{70});
}

TEST(Link, RangesPairAcrossBuffersInAnyOrder) {
  ActivityBuffer ends, starts;
  ends.add(marker(CUPTI_ACTIVITY_FLAG_MARKER_END, 1, 90));
  starts.add(marker(CUPTI_ACTIVITY_FLAG_MARKER_START, 1, 10, "forward", "torch"));
  starts.add(marker(CUPTI_ACTIVITY_FLAG_MARKER_START, 2, 20, "never ends"));
  starts.add(marker(CUPTI_ACTIVITY_FLAG_MARKER_INSTANTANEOUS, 3, 30, "a point"));
  Decoder decoder(42, kOrigin);
  ends.into(decoder);
  starts.into(decoder);
  trace::Timeline timeline = decoder.finish();
  ASSERT_EQ(timeline.ranges.size(), 2u);
  const trace::Range& range =
      timeline.text(timeline.ranges[0].name) == "forward" ? timeline.ranges[0] : timeline.ranges[1];
  EXPECT_EQ(range.begin, nanos(10));
  EXPECT_EQ(range.end, nanos(90));
  EXPECT_EQ(timeline.text(range.domain), "torch");
  EXPECT_EQ(range.kind, trace::RangeKind::kOther);
  EXPECT_EQ(timeline.at(range.thread).tid, 100u);
  EXPECT_EQ(timeline.defects.missing_durations, 1u);
}

trace::Range range_with(const char* domain, const char* name, std::uint64_t payload,
                        trace::Timeline& timeline) {
  CUpti_ActivityMarkerData2 data{};
  data.kind = CUPTI_ACTIVITY_KIND_MARKER_DATA;
  data.id = 1;
  data.payloadKind = CUPTI_METRIC_VALUE_KIND_UINT64;
  data.payload.metricValueUint64 = payload;
  timeline = decode(data, marker(CUPTI_ACTIVITY_FLAG_MARKER_END, 1, 90),
                    marker(CUPTI_ACTIVITY_FLAG_MARKER_START, 1, 10, name, domain));
  return timeline.ranges.at(0);
}

TEST(Link, OurOwnRangesSayWhatTheyAre) {
  trace::Timeline timeline;
  const trace::Range range =
      range_with("offledger", "copy L3.attn", trace::pack({trace::RangeKind::kOp, 2, 3, 0, 1}), timeline);
  EXPECT_EQ(range.kind, trace::RangeKind::kOp);
  EXPECT_EQ(range.step, 2);
  EXPECT_EQ(range.layer, 3);
  EXPECT_EQ(range.slot, 1);
  EXPECT_EQ(timeline.text(range.group), "attn");
  const trace::Range step =
      range_with("offledger", "step 2", trace::pack({trace::RangeKind::kStep, 2}), timeline);
  EXPECT_EQ(step.kind, trace::RangeKind::kStep);
  EXPECT_EQ(step.layer, trace::kNoRow);
  EXPECT_EQ(timeline.text(step.group), "");
}

TEST(Link, APayloadOfAnotherDomainIsNotOurs) {
  trace::Timeline timeline;
  const trace::Range range =
      range_with("torch", "forward", trace::pack({trace::RangeKind::kStep, 2}), timeline);
  EXPECT_EQ(range.kind, trace::RangeKind::kOther);
  EXPECT_EQ(range.step, trace::kNoRow);
}

TEST(Link, EmptyAndTruncatedBuffersGiveNothing) {
  Decoder decoder(42, kOrigin);
  std::uint8_t none[8] = {};
  decoder.buffer(none, 0);
  EXPECT_EQ(decoder.records(), 0u);
  EXPECT_EQ(decoder.finish().gpu_op_count(), 0u);
}

}  // namespace
}  // namespace offledger::cupti
