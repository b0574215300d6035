// SPDX-License-Identifier: Apache-2.0
//
// Critical paths and replays of timelines told by hand, small enough to reckon on paper.
#include <gtest/gtest.h>

#include <string_view>

#include "reports/analysis/analysis.hpp"
#include "tests/unit/analysis/story.hpp"

namespace offledger::analysis {
namespace {

DeviceReport explained(const trace::Timeline& timeline) {
  return explain(timeline, {.what_if = true}).devices.at(0);
}

Nanos predicted(const DeviceReport& report, std::string_view id) {
  for (const WhatIf& one : report.what_if) {
    if (one.id == id) return one.wall;
  }
  ADD_FAILURE() << "no prediction " << id;
  return Nanos{};
}

/// A copy of 100 ns from 10, its kernel of 40 ns from 112.
Story copy_then_kernel() {
  Story story;
  story.h2d(kLinkStream, 0, 10, 110);
  const auto ready = story.record(kLinkStream, 2);
  story.wait(kComputeStream, ready, 4);
  story.kernel(kComputeStream, 6, 112, 152);
  return story;
}

TEST(CriticalPath, RunsThroughWhatWasWaitedForLast) {
  const DeviceReport report = explained(copy_then_kernel().timeline);
  ASSERT_TRUE(report.critical_path);
  EXPECT_EQ(report.critical_path->h2d, nanos(100));
  EXPECT_EQ(report.critical_path->latency, nanos(2));
  EXPECT_EQ(report.critical_path->compute, nanos(40));
  EXPECT_EQ(report.critical_path->host, nanos(0));
  EXPECT_EQ(limit_of(*report.critical_path), "link");
}

TEST(CriticalPath, RunsThroughASlowHost) {
  Story story;
  story.kernel(kComputeStream, 0, 5, 10);
  story.kernel(kComputeStream, 100, 105, 110);
  const DeviceReport report = explained(story.timeline);
  // Back from 110: a kernel, 4 ns from its call's end, the call and the 99 ns since the first one.
  EXPECT_EQ(report.critical_path->compute, nanos(5));
  EXPECT_EQ(report.critical_path->latency, nanos(4));
  EXPECT_EQ(report.critical_path->host, nanos(96));
  EXPECT_EQ(limit_of(*report.critical_path), "host");
}

TEST(Replay, NothingChangedGivesTheRecording) {
  EXPECT_EQ(explained(copy_then_kernel().timeline).replayed_wall, nanos(142));
}

TEST(Replay, AFasterLinkMovesInHalfTheTime) {
  EXPECT_EQ(predicted(explained(copy_then_kernel().timeline), "link_2x"), nanos(92));
}

TEST(Replay, AFreeHostLaunchesAtOnce) {
  Story story;
  story.kernel(kComputeStream, 0, 5, 10);
  story.kernel(kComputeStream, 100, 105, 110);
  // Both are launched at 0 and stand 4 ns; the second follows the first and keeps its 4 ns.
  EXPECT_EQ(predicted(explained(story.timeline), "host_free"), nanos(14));
}

/// The host waits for the first copy, and only then issues the second.
TEST(Replay, CopiesIssuedEarlyDoNotWaitForTheHost) {
  Story story;
  story.h2d(kLinkStream, 0, 10, 110);
  const auto first = story.record(kLinkStream, 2);
  story.host_wait(first, 4, 112);
  story.kernel(kComputeStream, 113, 120, 220);
  story.h2d(kLinkStream, 221, 231, 331);  // after a nap of the host
  const auto second = story.record(kLinkStream, 223);
  story.wait(kComputeStream, second, 225);
  story.kernel(kComputeStream, 227, 333, 433);
  const DeviceReport report = explained(story.timeline);
  EXPECT_EQ(report.replayed_wall, nanos(423));
  // The second copy follows the first at 110 + 9 ns of latency, and is in at 219, before the first kernel
  // ends; its kernel is launched at 228 as before, and runs to 330 with its 2 ns of latency. The window
  // begins at 10.
  EXPECT_LE(predicted(report, "copies_early"), nanos(330));
  EXPECT_GE(predicted(report, "copies_early"), nanos(310));
}

TEST(Replay, IsNotTriedWithoutCalls) {
  Story story = copy_then_kernel();
  story.timeline.calls.clear();
  const DeviceReport report = explained(story.timeline);
  EXPECT_FALSE(report.replayed_wall);
  EXPECT_TRUE(report.what_if.empty());
  EXPECT_TRUE(report.critical_path);
}

}  // namespace
}  // namespace offledger::analysis
