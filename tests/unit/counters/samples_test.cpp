// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "collectors/cupti/counters/sampler.hpp"
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

TEST(Sampler, WithoutADeviceSaysWhy) {
  EXPECT_THROW(Sampler({.device = 0, .interval = nanos(1)}), Error);
  EXPECT_THROW(Sampler({.device = 4711}), Error);
}

}  // namespace
}  // namespace offledger::counters
