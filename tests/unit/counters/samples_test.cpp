// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "collectors/cupti/counters/sampler.hpp"
#include "collectors/cupti/counters/stretch.hpp"
#include "schedules/base/error.hpp"

namespace offledger::counters {
namespace {

/// Three samples of 100 ns from 1000 on.
Samples three(std::vector<double> values) {
  Samples samples;
  for (int i = 0; i < 3; ++i) {
    samples.begin.push_back(nanos(1000 + 100 * i));
    samples.end.push_back(nanos(1100 + 100 * i));
  }
  samples.tracks.push_back({"pcie_read", "bytes_per_second", "m", std::move(values)});
  return samples;
}

TEST(Samples, BytesAreRatesTimesTimeWithin) {
  const Samples samples = three({1e9, 2e9, 4e9});  // a byte, two, four a nanosecond
  const Track& track = *samples.find("pcie_read");
  EXPECT_DOUBLE_EQ(bytes_in(samples, track, nanos(0), nanos(9999)), 100 + 200 + 400);
  EXPECT_DOUBLE_EQ(bytes_in(samples, track, nanos(1050), nanos(1210)), 50 + 200 + 40);
  EXPECT_DOUBLE_EQ(bytes_in(samples, track, nanos(1300), nanos(1400)), 0);
  EXPECT_DOUBLE_EQ(bytes_in(samples, track, nanos(1200), nanos(1100)), 0);
}

TEST(Samples, ActivityIsShareTimesTimeWithin) {
  const Samples samples = three({100, 50, 0});
  EXPECT_EQ(active_in(samples, samples.tracks[0], nanos(0), nanos(9999)), nanos(150));
  EXPECT_EQ(active_in(samples, samples.tracks[0], nanos(1050), nanos(1150)), nanos(75));
}

TEST(Samples, RolesAreFoundOrNot) {
  EXPECT_EQ(three({1, 2, 3}).find("sm_active"), nullptr);
}

Samples none(std::size_t tracks) {
  Samples samples;
  samples.interval = nanos(100);
  samples.tracks.resize(tracks);
  return samples;
}

TEST(AddStretch, LeavesOutTheFirstAndWhatTheStopCutOff) {
  Samples samples = none(2);
  add_stretch(samples,
              {{nanos(0), nanos(900)},
               {nanos(900), nanos(1000)},
               {nanos(1000), nanos(1100)},
               {nanos(1100), nanos(1100)}},
              {{1, 2}, {3, 4}, {5, 6}, {7, 8}});
  EXPECT_EQ(samples.begin, (std::vector{nanos(900), nanos(1000)}));
  EXPECT_EQ(samples.end, (std::vector{nanos(1000), nanos(1100)}));
  EXPECT_EQ(samples.tracks[0].values, (std::vector<double>{3, 5}));
  EXPECT_EQ(samples.tracks[1].values, (std::vector<double>{4, 6}));
  EXPECT_FALSE(samples.partial);
}

TEST(AddStretch, AGapIsSeen) {
  for (const std::int64_t gap : {0, 40, 100, 1000}) {
    Samples samples = none(1);
    add_stretch(samples, {{}, {nanos(100), nanos(200)}, {nanos(200 + gap), nanos(300 + gap)}},
                {{0}, {1}, {2}});
    EXPECT_EQ(samples.begin.size(), 2u);
    EXPECT_EQ(samples.partial, gap >= 100) << gap;
  }
}

TEST(AddStretch, NothingIsNothing) {
  Samples samples = none(1);
  add_stretch(samples, {}, {});
  add_stretch(samples, {{nanos(0), nanos(900)}}, {{1}});
  EXPECT_TRUE(samples.begin.empty());
  EXPECT_FALSE(samples.partial);
}

Samples five() {
  Samples samples = none(1);
  for (int i = 0; i < 5; ++i) {
    samples.begin.push_back(nanos(100 * i));
    samples.end.push_back(nanos(100 * i + 100));
    samples.tracks[0].values.push_back(i);
  }
  samples.cut_short = true;
  return samples;
}

TEST(KeepWithin, KeepsWhatLiesWhollyInASpan) {
  Samples samples = five();
  keep_within(samples, {{nanos(50), nanos(200)}, {nanos(210), nanos(290)}, {nanos(300), nanos(500)}});
  EXPECT_EQ(samples.begin, (std::vector{nanos(100), nanos(300), nanos(400)}));
  EXPECT_EQ(samples.end, (std::vector{nanos(200), nanos(400), nanos(500)}));
  EXPECT_EQ(samples.tracks[0].values, (std::vector<double>{1, 3, 4}));
}

TEST(KeepWithin, WhatWasCutShortAfterTheLastSpanIsNotMissed) {
  Samples samples = five();
  keep_within(samples, {{nanos(0), nanos(450)}});
  EXPECT_FALSE(samples.cut_short);
  EXPECT_EQ(samples.begin.size(), 4u);
  samples = five();
  keep_within(samples, {{nanos(0), nanos(501)}});
  EXPECT_TRUE(samples.cut_short);
  EXPECT_EQ(samples.begin.size(), 5u);
}

TEST(KeepWithin, NoSpanKeepsNothing) {
  Samples samples = five();
  keep_within(samples, {});
  EXPECT_TRUE(samples.begin.empty() && samples.end.empty() && samples.tracks[0].values.empty());
  keep_within(samples, {{nanos(0), nanos(450)}});
}

TEST(Sampler, WithoutADeviceSaysWhy) {
  EXPECT_THROW(Sampler({.device = 0, .interval = nanos(1)}), Error);
  EXPECT_THROW(Sampler({.device = 4711}), Error);
}

}  // namespace
}  // namespace offledger::counters
