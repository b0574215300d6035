// SPDX-License-Identifier: Apache-2.0
//
// Each algorithm against a naive one that follows its definition.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <bit>
#include <numeric>

#include "ci/gate/calibrate.hpp"
#include "ci/gate/false_discovery.hpp"
#include "ci/gate/gate.hpp"
#include "ci/gate/hodges_lehmann.hpp"
#include "ci/gate/rank_sum.hpp"
#include "ci/gate/sitting.hpp"

namespace offledger::gate {
namespace {

/// Small integers: ties are common.
std::vector<double> sample(int least, int most, int values) {
  const auto n = static_cast<std::size_t>(*rc::gen::inRange(least, most + 1));
  const auto drawn = *rc::gen::container<std::vector<int>>(n, rc::gen::inRange(0, values));
  return {drawn.begin(), drawn.end()};
}

double doubled_rank_sum(const std::vector<double>& pooled, std::uint32_t chosen) {
  double sum = 0;
  for (std::size_t i = 0; i < pooled.size(); ++i) {
    if ((chosen >> i & 1U) == 0) continue;
    for (const double other : pooled) sum += other < pooled[i] ? 2 : other == pooled[i] ? 1 : 0;
  }
  return sum;
}

/// Counts every choice of the candidate's places.
double naive_rank_sum_p(const std::vector<double>& base, const std::vector<double>& cand) {
  std::vector<double> pooled(base);
  pooled.insert(pooled.end(), cand.begin(), cand.end());
  const auto seen = ((1U << cand.size()) - 1) << base.size();
  const double observed = doubled_rank_sum(pooled, seen);
  int all = 0;
  int as_high = 0;
  for (std::uint32_t chosen = 0; chosen < (1U << pooled.size()); ++chosen) {
    if (static_cast<std::size_t>(std::popcount(chosen)) != cand.size()) continue;
    ++all;
    if (doubled_rank_sum(pooled, chosen) >= observed) ++as_high;
  }
  return static_cast<double>(as_high) / all;
}

RC_GTEST_PROP(RankSum, CountsWhatEnumerationCounts, ()) {
  const auto base = sample(1, 5, *rc::gen::element(3, 1000));
  const auto cand = sample(1, 5, 1000);
  MannWhitney tables;
  RC_ASSERT(std::abs(rank_sum_p(base, cand, tables) - naive_rank_sum_p(base, cand)) < 1e-12);
}

RC_GTEST_PROP(RankSum, TheNormalApproximationContinuesTheExactTail, ()) {
  // 50 v 50 is exact, 51 v 50 is not; the two agree to a few percent of p where a verdict could turn.
  const double shift = *rc::gen::inRange(0, 100) / 100.0;
  std::vector<double> base;
  std::vector<double> cand;
  for (int i = 0; i < 50; ++i) {
    base.push_back(i);
    cand.push_back(i + 12 * shift + 0.5);
  }
  MannWhitney tables;
  const double exact = rank_sum_p(base, cand, tables);
  base.push_back(24.25);
  const double approximate = rank_sum_p(base, cand, tables);
  RC_ASSERT(std::abs(approximate - exact) < 0.02 + 0.1 * exact);
}

TEST(RankSum, KnowsTextbookTails) {
  MannWhitney tables;
  EXPECT_DOUBLE_EQ(rank_sum_p(std::vector<double>{1, 2, 3}, std::vector<double>{4, 5, 6}, tables), 1.0 / 20);
  EXPECT_DOUBLE_EQ(rank_sum_p(std::vector<double>{4, 5, 6}, std::vector<double>{1, 2, 3}, tables), 1.0);
  // Critical value of U for 8 v 8 at 5 % one-sided is 15 (Mann & Whitney's tables).
  const auto& cdf = tables.cdf(8, 8);
  EXPECT_LE(cdf[15], 0.05);
  EXPECT_GT(cdf[16], 0.05);
  EXPECT_DOUBLE_EQ(rank_sum_p(std::vector<double>{5, 5}, std::vector<double>{5, 5}, tables), 1.0);
  EXPECT_EQ(rank_sum_p({}, std::vector<double>{1}, tables), 1.0);
}

TEST(LeastP, IsOneOverTheNumberOfChoices) {
  EXPECT_NEAR(least_p(10, 10), 1.0 / 184'756, 1e-15);
  EXPECT_EQ(least_repetitions(300, 0.05), 8U);
  EXPECT_EQ(least_repetitions(1, 0.05), 3U);
  EXPECT_EQ(least_repetitions(0, 0.05), 3U);
}

RC_GTEST_PROP(HodgesLehmann, IsTheMedianOfAllDifferences, ()) {
  const auto base = sample(1, 12, 50);
  const auto cand = sample(1, 12, 50);
  std::vector<double> all;
  for (const double b : base) {
    for (const double c : cand) all.push_back(c - b);
  }
  std::sort(all.begin(), all.end());
  const double median = (all[(all.size() - 1) / 2] + all[all.size() / 2]) / 2;
  MannWhitney tables;
  const Shift shift = estimate_shift(base, cand, tables);
  RC_ASSERT(shift.estimate == median);
  RC_ASSERT(hodges_lehmann(base, cand) == median);
  if (shift.low) RC_ASSERT(*shift.low <= median && median <= *shift.high);
}

RC_GTEST_PROP(HodgesLehmann, TheIntervalAgreesWithTheTest, ()) {
  // Values without ties: distinct integers for the base, halves of odd ones for the candidate.
  const auto n = static_cast<std::size_t>(*rc::gen::inRange(3, 13));
  const auto m = static_cast<std::size_t>(*rc::gen::inRange(3, 13));
  const auto pooled = *rc::gen::unique<std::vector<int>>(n + m, rc::gen::inRange(0, 100'000));
  const std::vector<double> base(pooled.begin(), pooled.begin() + static_cast<std::ptrdiff_t>(n));
  const std::vector<double> cand(pooled.begin() + static_cast<std::ptrdiff_t>(n), pooled.end());
  const double margin = *rc::gen::inRange(-50'000, 50'000) + 0.5;
  MannWhitney tables;
  const Shift shift = estimate_shift(base, cand, tables);
  auto shifted = base;
  for (double& value : shifted) value += margin;
  const bool rejects = rank_sum_p(shifted, cand, tables) <= 0.05;
  RC_ASSERT(rejects == (shift.low && *shift.low > margin));
}

RC_GTEST_PROP(BenjaminiHochberg, RejectsWhatTheStepUpRuleRejects, ()) {
  const auto n = static_cast<std::size_t>(*rc::gen::inRange(1, 30));
  const auto drawn = *rc::gen::container<std::vector<int>>(n, rc::gen::inRange(0, 1000));
  const double q = *rc::gen::inRange(1, 500) / 1000.0;
  std::vector<double> p;
  for (const int one : drawn) p.push_back(one / 1000.0);
  const auto adjusted = benjamini_hochberg(p);
  // The rule itself: the largest k with p_(k) <= k q / m rejects the k smallest.
  auto sorted = p;
  std::sort(sorted.begin(), sorted.end());
  double limit = -1;
  for (std::size_t k = 1; k <= n; ++k) {
    if (sorted[k - 1] * static_cast<double>(n) / static_cast<double>(k) <= q) limit = sorted[k - 1];
  }
  for (std::size_t i = 0; i < n; ++i) RC_ASSERT((adjusted[i] <= q) == (p[i] <= limit));
}

RC_GTEST_PROP(SignFlip, CountsWhatEnumerationCounts, ()) {
  const auto n = static_cast<std::size_t>(*rc::gen::inRange(1, 9));
  const auto drawn = *rc::gen::container<std::vector<int>>(n, rc::gen::inRange(-5, 6));
  std::vector<double> base(n, 0);
  std::vector<double> cand(drawn.begin(), drawn.end());
  const int seen = std::accumulate(drawn.begin(), drawn.end(), 0);
  int as_high = 0;
  for (std::uint32_t flips = 0; flips < (1U << n); ++flips) {
    int sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += (flips >> i & 1U) != 0 ? -drawn[i] : drawn[i];
    if (sum >= seen) ++as_high;
  }
  RC_ASSERT(std::abs(sign_flip_p(base, cand, 0) - static_cast<double>(as_high) / (1U << n)) < 1e-12);
}

TEST(SignFlip, CancelsADriftThatTheUnpairedTestDrownsIn) {
  std::vector<double> base;
  std::vector<double> cand;
  for (int i = 0; i < 10; ++i) {
    base.push_back(10.0 * i);
    cand.push_back(10.0 * i + 1 + 0.1 * (i % 3));
  }
  MannWhitney tables;
  EXPECT_GT(rank_sum_p(base, cand, tables), 0.3);
  EXPECT_DOUBLE_EQ(sign_flip_p(base, cand, 0), 1.0 / 1024);
  EXPECT_LT(drift_p(base, cand), 0.001);
  EXPECT_NE(describe_sitting(base, cand, 0).find("paired view p = 0.00098"), std::string::npos)
      << describe_sitting(base, cand, 0);
  const std::vector<double> many(30, 1.0);
  EXPECT_NEAR(sign_flip_p(std::vector<double>(30, 0.0), many, 0), 1e-5, 1e-5);
}

TEST(Drift, IsSilentWhereThereIsNone) {
  const std::vector<double> base = {1, 3, 2, 4, 1, 3, 2, 4};
  EXPECT_GT(drift_p(base, base), 0.5);
  EXPECT_EQ(drift_p(std::vector<double>{1, 2}, std::vector<double>{1, 2}), 1);
  EXPECT_EQ(describe_sitting(base, base, 0), "");
}

TEST(Quantile, IsAValueThatWasSeen) {
  EXPECT_EQ(quantile({3, 1, 2}, 0.99), 3);
  EXPECT_EQ(quantile({3, 1, 2}, 0.34), 2);
  EXPECT_EQ(quantile({3, 1, 2}, 0.33), 1);
  EXPECT_EQ(quantile({3, 1, 2}, 0), 1);
}

}  // namespace
}  // namespace offledger::gate
