// SPDX-License-Identifier: Apache-2.0
//
// A short form of the studies in ci/gate/bench: false alarms and misses counted over seeded noise, with
// bounds wide enough for the smaller count. The full studies: gate_accuracy_bench, changes_accuracy_bench.
#include <gtest/gtest.h>

#include <algorithm>

#include "ci/gate/bench/suite_noise.hpp"
#include "ci/gate/changes.hpp"

namespace offledger::gate {
namespace {

using namespace bench;

constexpr Noise kKinds[] = {Noise::kNormal, Noise::kSkewed, Noise::kAutocorrelated, Noise::kTwoLevel};

/// Share of `sittings` in which the gate fails.
double share_that_fails(Noise noise, const Loss& loss, int sittings) {
  int failed = 0;
  for (int i = 0; i < sittings; ++i) {
    Random random(static_cast<std::uint64_t>(i) + 500);
    const auto [base, cand] = sitting({.pairs = 25, .noise = noise}, random,
                                      [&](std::size_t cell) { return cell == 0 ? loss : Loss{}; });
    failed += compare(base, cand, {}).verdict == "fail" ? 1 : 0;
  }
  return failed / static_cast<double>(sittings);
}

TEST(GateAccuracy, HardlyEverFailsWhereNothingChanged) {
  for (const auto noise : kKinds) EXPECT_LE(share_that_fails(noise, {}, 50), 0.02) << name_of(noise);
}

TEST(GateAccuracy, FindsThreePointsOfOverlapInOnePairOfTwentyFive) {
  EXPECT_GE(share_that_fails(Noise::kNormal, {.overlap = 0.03}, 100), 0.93);
}

TEST(GateAccuracy, FindsFivePercentOfWallInOnePairOfTwentyFive) {
  EXPECT_GE(share_that_fails(Noise::kNormal, {.wall = 0.055}, 100), 0.95);
}

TEST(DetectorAccuracy, HardlyEverFlagsPureNoise) {
  for (const auto noise : {Noise::kNormal, Noise::kSkewed, Noise::kAutocorrelated}) {
    int flagged = 0;
    for (int i = 0; i < 300; ++i) {
      Random random(static_cast<std::uint64_t>(i) + 9000);
      const auto changes = detect(sequence(noise, 365, random), "series" + std::to_string(i));
      flagged += std::any_of(changes.begin(), changes.end(),
                             [](const Change& c) { return c.kind == ChangeKind::kChange; })
                     ? 1
                     : 0;
    }
    EXPECT_LE(flagged, noise == Noise::kAutocorrelated ? 9 : 3) << name_of(noise);
  }
}

TEST(DetectorAccuracy, FindsAStepOfThreeDeviationsWithinThreePoints) {
  int found = 0;
  for (int i = 0; i < 100; ++i) {
    Random random(static_cast<std::uint64_t>(i) + 9000);
    auto values = sequence(Noise::kNormal, 365, random);
    const std::size_t at = 20 + random.below(325);
    for (std::size_t j = at; j < values.size(); ++j) values[j] += 3;
    for (const auto& change : detect(values, "series" + std::to_string(i))) {
      found += change.kind == ChangeKind::kChange && change.index + 3 >= at && change.index <= at + 3 ? 1 : 0;
    }
  }
  EXPECT_GE(found, 95);
}

}  // namespace
}  // namespace offledger::gate
