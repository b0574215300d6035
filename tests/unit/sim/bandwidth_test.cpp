// SPDX-License-Identifier: Apache-2.0

#include "harness/device/sim/bandwidth.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "harness/device/sim/link.hpp"
#include "schedules/base/error.hpp"

namespace offledger::sim {
namespace {

TEST(Log2, IsExactAtPowersOfTwo) {
  for (std::uint64_t power = 0; power < 64; ++power)
    EXPECT_EQ(log2_q16(std::uint64_t{1} << power), power << 16);
}

RC_GTEST_PROP(Log2, IsTheLogarithmRoundedDownTo16Bits, (std::uint64_t x)) {
  RC_PRE(x > 0);
  const long double exact = std::log2(static_cast<long double>(x)) * 65536.0L;
  const long double got = static_cast<long double>(log2_q16(x));
  RC_ASSERT(got <= exact + 0.001L);
  RC_ASSERT(got > exact - 1.001L);
}

TEST(Bandwidth, IsTheMeasuredOneAtThePointsAndFlatBeyondThem) {
  const Bandwidth curve({{1024, 100}, {4096, 300}, {65536, 200}});
  EXPECT_EQ(curve.at(1), 100U);
  EXPECT_EQ(curve.at(1024), 100U);
  EXPECT_EQ(curve.at(4096), 300U);
  EXPECT_EQ(curve.at(65536), 200U);
  EXPECT_EQ(curve.at(std::uint64_t{1} << 62), 200U);
  EXPECT_EQ(curve.plateau(), 300U);
}

TEST(Bandwidth, IsLinearInTheLogarithmBetweenThem) {
  const Bandwidth curve({{1024, 100}, {4096, 300}, {65536, 200}});
  EXPECT_EQ(curve.at(2048), 200U);
  EXPECT_EQ(curve.at(8192), 275U);
  EXPECT_EQ(curve.at(16384), 250U);
}

RC_GTEST_PROP(Bandwidth, StaysBetweenItsNeighbours, ()) {
  const auto low = static_cast<std::uint64_t>(*rc::gen::inRange<std::int64_t>(1'000, 1'000'000'000'000'000));
  const auto high = static_cast<std::uint64_t>(*rc::gen::inRange<std::int64_t>(1'000, 1'000'000'000'000'000));
  const auto bytes = *rc::gen::inRange<std::uint64_t>(1, std::uint64_t{1} << 40);
  const std::uint64_t rate = Bandwidth({{1, low}, {std::uint64_t{1} << 40, high}}).at(bytes);
  RC_ASSERT(rate >= std::min(low, high));
  RC_ASSERT(rate <= std::max(low, high));
}

TEST(Link, ACopyBeyondTheClockSaysSo) {
  Link link(1'000, 1'000, 2'000);
  EXPECT_THROW(link.start(Nanos{}, plan::Direction::kH2D, Work{1} << 100, 1'000, 0), Error);
}

}  // namespace
}  // namespace offledger::sim
