// SPDX-License-Identifier: Apache-2.0
//
// Dependencies that events hand on from stream to stream.
#include <gtest/gtest.h>

#include "reports/analysis/analysis.hpp"
#include "tests/unit/analysis/story.hpp"

namespace offledger::analysis {
namespace {

/// Two streams that await each other's events, with no work in between, before the last kernel: lists of what
/// was waited for that grew by each other's length would not fit any memory.
TEST(Graph, StreamsThatKeepMeetingHandOnOneOpEach) {
  constexpr int kMeetings = 200;
  constexpr std::uint64_t kOne = 7, kOther = 29, kThird = 31;
  Story story;
  story.kernel(kOne, 0, 10, 20);
  story.h2d(kOther, 2, 10, 110);
  std::int64_t now = 4;
  for (int meeting = 0; meeting < kMeetings; ++meeting, now += 8) {
    story.wait(kOther, story.record(kOne, now), now + 2);
    story.wait(kOne, story.record(kOther, now + 4), now + 6);
  }
  story.wait(kThird, story.record(kOne, now), now + 2);
  story.kernel(kThird, now + 4, now + 50, now + 90);
  const Report report = explain(story.timeline, {.what_if = true});
  ASSERT_EQ(report.devices.size(), 1U);
  // The last kernel is known to follow the copy, through all of the meetings.
  ASSERT_TRUE(report.devices[0].replayed_wall);
  EXPECT_EQ(*report.devices[0].replayed_wall, nanos(now + 80));
}

}  // namespace
}  // namespace offledger::analysis
