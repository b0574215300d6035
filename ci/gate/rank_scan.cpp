// SPDX-License-Identifier: Apache-2.0
#include "ci/gate/rank_scan.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>

#include "ci/gate/random.hpp"

namespace offledger::gate {
namespace {

double spread(std::size_t at, std::size_t n) {
  return std::sqrt(static_cast<double>(at) * static_cast<double>(n - at));
}

/// bound[t]: the smallest |S_t| that reaches the statistic. The relative slack makes equal sums reach it
/// although their statistic went through a square root.
std::vector<std::int32_t> bounds(std::size_t n, std::size_t least, double statistic) {
  constexpr auto kNever = std::numeric_limits<std::int32_t>::max();
  std::vector<std::int32_t> bound(n + 1, kNever);
  for (std::size_t t = least; t + least <= n; ++t) {
    bound[t] = static_cast<std::int32_t>(
        std::min<double>(kNever, std::ceil(statistic * spread(t, n) * (1 - 1e-12))));
  }
  return bound;
}

/// Whether a fresh permutation of `scores` reaches a bound. The first `last` points are drawn one by one into
/// `work`, as sums: a slot is free once its point is drawn, so the sum up to it takes its place, and all sums
/// are compared at the end, many at a time. One random number serves two points.
bool reaches(std::span<const std::int32_t> scores, std::vector<std::int32_t>& work,
             const std::vector<std::int32_t>& bound, std::size_t least, Random& random) {
  const auto n = static_cast<std::uint32_t>(scores.size());
  const auto last = static_cast<std::uint32_t>(n - least);
  std::int32_t* const at = work.data();
  std::copy(scores.begin(), scores.end(), at);
  std::int32_t sum = 0;
  const auto draw = [&](std::uint32_t i, std::uint64_t bits) {
    const std::uint32_t from = i + static_cast<std::uint32_t>((bits * (n - i)) >> 32);
    sum += at[from];
    at[from] = at[i];
    at[i] = sum;
  };
  std::uint32_t i = 0;
  for (; i + 1 < last; i += 2) {
    const std::uint64_t bits = random.next();
    draw(i, bits >> 32);
    draw(i + 1, bits & 0xffff'ffffU);
  }
  if (i < last) draw(i, random.next() >> 32);
  const std::int32_t* const limit = bound.data() + 1;
  std::int32_t reached = 0;
  for (std::size_t t = least - 1; t < last; ++t)
    reached |= static_cast<std::int32_t>(std::abs(at[t]) >= limit[t]);
  return reached != 0;
}

/// The same for blocks: their order is permuted, the points within stay in order.
bool reaches_in_blocks(std::span<const std::int32_t> values, std::vector<std::uint32_t>& starts,
                       std::size_t length, const std::vector<std::int32_t>& bound, Random& random) {
  const auto blocks = static_cast<std::uint32_t>(starts.size());
  std::int32_t sum = 0;
  std::size_t at = 0;
  for (std::uint32_t i = 0; i < blocks; ++i) {
    std::swap(starts[i], starts[i + random.below(blocks - i)]);
    const std::size_t end = std::min<std::size_t>(starts[i] + length, values.size());
    for (std::size_t j = starts[i]; j < end; ++j) {
      sum += values[j];
      if (std::abs(sum) >= bound[++at]) return true;
    }
  }
  return false;
}

}  // namespace

std::vector<std::int32_t> centred_ranks(std::span<const double> values) {
  std::vector<std::uint32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] < values[b]; });
  std::vector<std::int32_t> ranks(values.size());
  const auto mean = static_cast<std::int32_t>(values.size() + 1);
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i)
      ranks[order[i]] = static_cast<std::int32_t>(begin + end + 1) - mean;
    begin = end;
  }
  return ranks;
}

std::vector<std::int32_t> normal_scores(std::span<const double> values) {
  auto scores = centred_ranks(values);
  const auto n = static_cast<double>(values.size());
  // |score| < 5 up to millions of points: their sum stays below 2^31.
  const double unit = std::min(65'536.0, 0x1p31 / 5 / std::max(n, 1.0));
  const boost::math::normal_distribution<> normal;
  std::int32_t known = 0;
  double score = 0;
  for (auto& value : scores) {
    if (std::abs(value) != known) {
      known = std::abs(value);
      score = boost::math::quantile(normal, 0.5 + known / (2 * (n + 1)));
    }
    value =
        static_cast<std::int32_t>(std::llround(std::copysign(score, value) * unit)) * (value != 0 ? 1 : 0);
  }
  return scores;
}

Split best_split(std::span<const std::int32_t> scores, std::size_t least) {
  Split best;
  std::int64_t sum = 0;
  for (std::size_t t = 1; t + least <= scores.size(); ++t) {
    sum += scores[t - 1];
    if (t < least) continue;
    const double statistic = static_cast<double>(std::abs(sum)) / spread(t, scores.size());
    if (statistic > best.statistic) best = {t, statistic};
  }
  return best;
}

SplitRange plausible_splits(std::span<const std::int32_t> scores, std::size_t best, std::size_t least) {
  // With two levels, RSS(t) = RSS(no split) - S_t^2 n / (t (n - t)). A split is plausible while its deviance
  // n ln(RSS(t) / RSS(best)) stays below 7.7, the 95 % quantile of a change point's (Yao 1987).
  const auto n = static_cast<double>(scores.size());
  const double total = std::transform_reduce(scores.begin(), scores.end(), 0.0, std::plus<>(),
                                             [](auto r) { return static_cast<double>(r) * r; });
  std::vector<std::int64_t> sums(scores.size() + 1, 0);
  std::partial_sum(scores.begin(), scores.end(), sums.begin() + 1,
                   [](std::int64_t a, std::int64_t b) { return a + b; });
  const auto residual = [&](std::size_t t) {
    const auto sum = static_cast<double>(sums[t]);
    return total - sum * sum * n / (static_cast<double>(t) * (n - static_cast<double>(t)));
  };
  const double limit = std::max(residual(best), 1e-9 * total) * std::exp(7.7 / n);
  SplitRange range{best, best};
  while (range.first > least && residual(range.first - 1) <= limit) --range.first;
  while (range.last + least < scores.size() && residual(range.last + 1) <= limit) ++range.last;
  return range;
}

double autocorrelation(std::span<const std::int32_t> scores, std::size_t split) {
  const std::size_t n = scores.size();
  if (n < 16) return 0;
  const double left =
      std::accumulate(scores.begin(), scores.begin() + static_cast<std::ptrdiff_t>(split), 0.0);
  const double right =
      std::accumulate(scores.begin() + static_cast<std::ptrdiff_t>(split), scores.end(), 0.0);
  const double levels[] = {left / static_cast<double>(split), right / static_cast<double>(n - split)};
  const auto residual = [&](std::size_t i) { return scores[i] - levels[i < split ? 0 : 1]; };
  double variance = residual(0) * residual(0) + residual(1) * residual(1);
  double covariance = residual(0) * residual(1);
  double first = 0;
  double second = 0;
  for (std::size_t i = 2; i < n; ++i) {
    variance += residual(i) * residual(i);
    covariance += residual(i) * residual(i - 1);
    first += std::pow(static_cast<double>(scores[i]) - scores[i - 1], 2);
    second += std::pow(static_cast<double>(scores[i]) - scores[i - 2], 2);
  }
  if (variance <= 0 || first <= 0) return 0;
  return std::clamp(std::min(covariance / variance, second / first - 1), 0.0, 0.95);
}

Blocks blocks_for(std::span<const std::int32_t> scores, std::size_t split) {
  const auto n = static_cast<double>(scores.size());
  const double phi = autocorrelation(scores, split);
  if (phi < std::max(0.15, 1.8 / std::sqrt(n))) return {};
  // Other correlation than AR(1) may reach further than its first lags show: 12 points or more, as long as 20
  // blocks are left to permute.
  const double length =
      std::floor(std::clamp(std::max(12.0, 2 * phi / (1 - phi * phi) / 0.05), 2.0, std::max(2.0, n / 20)));
  const double all = (1 + phi) / (1 - phi);
  const double missing = 2 * phi * (1 - std::pow(phi, length)) / (length * (1 - phi) * (1 - phi));
  return {static_cast<std::size_t>(length), std::sqrt((all - missing) / all)};
}

ScanTest scan_test(std::span<const std::int32_t> scores, std::size_t least, int permutations,
                   double threshold, std::uint64_t seed) {
  ScanTest test{best_split(scores, least)};
  if (test.split.statistic <= 0) return test;
  const auto [length, kept] = blocks_for(scores, test.split.at);
  const auto bound = bounds(scores.size(), least, test.split.statistic * kept);
  std::vector<std::int32_t> work(scores.size());
  std::vector<std::uint32_t> starts;
  for (std::size_t at = 0; at < scores.size(); at += length) starts.push_back(static_cast<std::uint32_t>(at));
  Random random(seed);
  const int most =
      static_cast<int>(threshold * (permutations + 1)) - 1;  // more than this cannot be significant
  int reached = 0;
  for (int done = 1; done <= permutations; ++done) {
    const bool as_high = length == 1 ? reaches(scores, work, bound, least, random)
                                     : reaches_in_blocks(scores, starts, length, bound, random);
    if (!as_high) continue;
    if (++reached > most) {
      test.p = std::max((1.0 + reached) / (1.0 + done), (1.0 + reached) / (1.0 + permutations));
      return test;
    }
  }
  test.p = (1.0 + reached) / (1.0 + permutations);
  return test;
}

}  // namespace offledger::gate
