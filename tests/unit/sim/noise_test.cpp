// SPDX-License-Identifier: Apache-2.0

#include "harness/device/sim/noise.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace offledger::sim {
namespace {

std::vector<std::uint32_t> draw(const Noise& noise, int count) {
  NoiseSource source(noise);
  std::vector<std::uint32_t> drawn;
  for (int i = 0; i < count; ++i) drawn.push_back(source.next());
  return drawn;
}

TEST(Noise, IsTheSameEverywhere) {
  // SplitMix64's definition worked through in another language's big integers.
  EXPECT_EQ(draw({7, 20}, 6), (std::vector<std::uint32_t>{993, 1017, 1009, 1010, 994, 1017}));
}

TEST(Noise, StaysInItsBoundsAndReachesThem) {
  const std::vector<std::uint32_t> drawn = draw({1, 20}, 10'000);
  EXPECT_EQ(*std::min_element(drawn.begin(), drawn.end()), 980U);
  EXPECT_EQ(*std::max_element(drawn.begin(), drawn.end()), 1020U);
}

TEST(Noise, IsOffWithoutThousandths) {
  EXPECT_EQ(draw({7, 0}, 3), (std::vector<std::uint32_t>{1000, 1000, 1000}));
  EXPECT_EQ(NoiseSource({7, 0}).scale(nanos(12345)), nanos(12345));
}

TEST(Noise, SeedsDiffer) {
  EXPECT_NE(draw({7, 20}, 8), draw({8, 20}, 8));
}

TEST(Noise, ScalesTheLongestDurationWithoutOverflow) {
  NoiseSource source({3, 999});
  const Nanos longest = nanos(std::int64_t{1} << 62);
  for (int i = 0; i < 1000; ++i) EXPECT_GE(source.scale(longest), Nanos::zero());
}

}  // namespace
}  // namespace offledger::sim
