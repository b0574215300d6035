// SPDX-License-Identifier: Apache-2.0
//
// Bug classes by name: each on a recording that has it, and the same recording without.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "reports/analysis/analysis.hpp"
#include "schedules/plan/plan.hpp"
#include "tests/unit/analysis/story.hpp"

namespace offledger::analysis {
namespace {

std::vector<std::string> ids(const trace::Timeline& timeline, const ExplainOptions& options = {}) {
  std::vector<std::string> out;
  for (const Diagnosis& diagnosis : explain(timeline, options).diagnoses) {
    EXPECT_FALSE(diagnosis.evidence.empty());
    EXPECT_FALSE(diagnosis.advice.empty());
    out.push_back(diagnosis.id);
  }
  return out;
}
using Ids = std::vector<std::string>;

/// What can be wrong with a pass over four layers, each copied and then computed.
struct Bugs {
  bool wait = true;          ///< the kernel waits for its copy
  bool right_stream = true;  ///< the event is recorded where the copy runs
  bool release = true;       ///< the copy waits for the slot's last reader
};

/// Copies of 100 ns back to back on the link, kernels of 20 ns when their weights are in; two slots in turn.
trace::Timeline pass(const Bugs& bugs) {
  Story story;
  std::int64_t host = 0;
  std::vector<trace::EventSync> read;
  for (std::int32_t layer = 0; layer < 4; ++layer) {
    const std::int64_t at = 100 + 100 * layer;
    if (layer >= 2 && bugs.release)
      story.wait(kLinkStream, read[static_cast<std::size_t>(layer) - 2], host++);
    story.op(layer, "layer", host, host + 3, layer % 2);
    story.h2d(kLinkStream, host + 1, at, at + 100);
    host += 4;
    story.op(layer, "layer", host, host + 3);
    const auto ready = story.record(bugs.right_stream ? kLinkStream : kComputeStream, host + 1);
    host += 4;
    if (bugs.wait) {
      story.wait(kComputeStream, ready, host);
      host += 2;
    }
    story.op(layer, "layer", host, host + 3, layer % 2);
    story.kernel(kComputeStream, host + 1, at + 100, at + 120);
    host += 4;
    read.push_back(story.record(kComputeStream, host));
    host += 2;
  }
  return story.timeline;
}

TEST(Diagnose, AFullLinkAndNothingElse) {
  EXPECT_EQ(ids(pass({})), (Ids{"link_bound"}));
}

TEST(Diagnose, MissingWait) {
  const Ids found = ids(pass({.wait = false}));
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0], "missing_wait");
  EXPECT_EQ(std::count(found.begin(), found.end(), "wrong_stream_wait"), 0);
}

TEST(Diagnose, WrongStreamWait) {
  const Ids found = ids(pass({.right_stream = false}));
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0], "wrong_stream_wait");
  EXPECT_EQ(std::count(found.begin(), found.end(), "missing_wait"), 0);
}

TEST(Diagnose, SlotOverwrite) {
  const Ids found = ids(pass({.release = false}));
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0], "slot_overwrite");
}

TEST(Diagnose, WhatThePlanDidNotSay) {
  plan::Plan plan;
  plan.body = {plan::Copy{.bytes = 100}, plan::Copy{.bytes = 100}};  // four were made
  EXPECT_EQ(ids(pass({}), {.plan = &plan}), (Ids{"over_fetch", "link_bound"}));
  plan.body.assign(5, plan::Copy{.bytes = 100});
  EXPECT_EQ(ids(pass({}), {.plan = &plan}), (Ids{"declared_not_applied", "link_bound"}));
  plan.body.assign(4, plan::Copy{.bytes = 100});
  EXPECT_EQ(ids(pass({}), {.plan = &plan}), (Ids{"link_bound"}));
}

TEST(Diagnose, PinOnTheFly) {
  Story story;
  story.kernel(kComputeStream, 0, 10, 20);
  story.call("cudaHostRegister", 5, 60);
  story.kernel(kComputeStream, 60, 62, 100);
  EXPECT_EQ(ids(story.timeline), (Ids{"pin_on_the_fly"}));
}

/// A free that waits for the device keeps the host from launching what comes next.
TEST(Diagnose, AllocatorSync) {
  Story story;
  std::int64_t at = 0;
  for (int i = 0; i < 4; ++i) {
    story.kernel(kComputeStream, at, at + 5, at + 100);
    story.h2d(kLinkStream, at + 2, at + 5, at + 200);
    story.call("cudaFree", at + 4, at + 205);
    at += 210;
  }
  const Ids found = ids(story.timeline);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0], "allocator_sync");
}

TEST(Diagnose, LaunchBound) {
  Story story;
  for (std::int64_t i = 0; i < 20; ++i) story.kernel(kComputeStream, 100 * i, 100 * i + 3, 100 * i + 10);
  EXPECT_EQ(ids(story.timeline), (Ids{"launch_bound"}));
}

/// The host is slow only because each step's wait drained the device: that is no slow host.
TEST(Diagnose, CatchingUpAfterAWaitIsNotLaunchBound) {
  Story story;
  for (std::int64_t i = 0; i < 20; ++i) {
    story.kernel(kComputeStream, 1000 * i, 1000 * i + 20, 1000 * i + 900);
    story.device_sync(1000 * i + 10, 1000 * i + 910);
  }
  EXPECT_EQ(ids(story.timeline), (Ids{"host_block_per_layer"}));
}

TEST(Diagnose, TinyCopies) {
  Story story;
  story.timeline.source.link_bytes_per_s = 50'000'000'000;
  std::int64_t at = 0;
  for (int i = 0; i < 64; ++i) {
    story.h2d(kLinkStream, at, at + 3'000, at + 4'000, 4'096);
    at += 5'000;
  }
  const auto ready = story.record(kLinkStream, at - 4'000);
  story.wait(kComputeStream, ready, at - 3'000);
  story.kernel(kComputeStream, at - 2'000, at, at + 10'000);
  const Ids found = ids(story.timeline);
  EXPECT_EQ(std::count(found.begin(), found.end(), "tiny_copies"), 1) << testing::PrintToString(found);
}

/// Four layers in three slots, copies of 50 ns under kernels of 100; `fenced`: each copy also waits for the
/// kernel issued last.
trace::Timeline three_slots(bool fenced) {
  Story story;
  std::int64_t host = 0, link = 0, compute = 0;
  std::vector<trace::EventSync> read;
  std::vector<std::int64_t> read_at;
  for (std::int32_t layer = 0; layer < 6; ++layer) {
    if (layer >= 3) {
      story.wait(kLinkStream, read[static_cast<std::size_t>(layer) - 3], host++);
      link = std::max(link, read_at[static_cast<std::size_t>(layer) - 3]);
    }
    if (fenced && layer > 0) {
      story.wait(kLinkStream, read.back(), host++);
      link = std::max(link, read_at.back());
    }
    story.h2d(kLinkStream, host++, link, link + 50);
    link += 50;
    const auto ready = story.record(kLinkStream, host++);
    story.wait(kComputeStream, ready, host++);
    compute = std::max(compute, link);
    story.kernel(kComputeStream, host++, compute, compute + 100);
    compute += 100;
    read.push_back(story.record(kComputeStream, host++));
    read_at.push_back(compute);
  }
  return story.timeline;
}

TEST(Diagnose, AFenceIsALateIssueAndNoLackOfSlots) {
  EXPECT_EQ(ids(three_slots(false)), (Ids{"link_bound"}));  // the first copy
  const Ids found = ids(three_slots(true));
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0], "late_issue");
}

/// Copies between kernels on one stream, with events as a program that prefetches records them.
TEST(Diagnose, SameStreamWithoutRanges) {
  Story story;
  std::int64_t at = 10;
  for (std::int64_t layer = 0; layer < 6; ++layer) {
    story.h2d(kComputeStream, 4 * layer, at, at + 100);
    story.record(kComputeStream, 4 * layer + 2);
    story.kernel(kComputeStream, 4 * layer + 3, at + 100, at + 180);
    at += 180;
  }
  const Ids found = ids(story.timeline);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0], "same_stream");
}

/// The event is recorded on the stream that waits for it: it waits for nothing.
TEST(Diagnose, WrongStreamWaitWithoutRanges) {
  Story story;
  std::int64_t at = 10;
  for (std::int64_t layer = 0; layer < 4; ++layer) {
    story.h2d(kLinkStream, 8 * layer, at, at + 100);
    const auto ready = story.record(kComputeStream, 8 * layer + 2);
    story.wait(kComputeStream, ready, 8 * layer + 4);
    story.kernel(kComputeStream, 8 * layer + 6, at + 20, at + 60);
    at += 100;
  }
  const Ids found = ids(story.timeline);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0], "wrong_stream_wait");
}

TEST(Diagnose, LessThanTheThresholdIsNotTold) {
  Story story;
  story.kernel(kComputeStream, 0, 10, 10'000);
  story.kernel(kComputeStream, 10'020, 10'025, 20'000);
  EXPECT_EQ(ids(story.timeline), Ids{});
  EXPECT_EQ(ids(story.timeline, {.threshold = 0.0001}), (Ids{"launch_bound"}));
}

}  // namespace
}  // namespace offledger::analysis
