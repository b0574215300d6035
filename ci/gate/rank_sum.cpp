// SPDX-License-Identifier: Apache-2.0
#include "ci/gate/rank_sum.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numeric>

namespace offledger::gate {
namespace {

struct Ranked {
  std::vector<std::uint32_t> doubled;  ///< doubled midranks: the base's, then the candidate's
  bool ties = false;
  double tie_term = 0;  ///< sum of t^3 - t over groups of t equal values
};

Ranked rank(std::span<const double> base, std::span<const double> cand) {
  std::vector<double> pooled(base.begin(), base.end());
  pooled.insert(pooled.end(), cand.begin(), cand.end());
  std::vector<std::size_t> order(pooled.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return pooled[a] < pooled[b]; });
  Ranked ranked;
  ranked.doubled.assign(pooled.size(), 0);
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && pooled[order[end]] == pooled[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i)
      ranked.doubled[order[i]] = static_cast<std::uint32_t>(begin + end + 1);
    const auto tied = static_cast<double>(end - begin);
    ranked.ties |= end - begin > 1;
    ranked.tie_term += tied * tied * tied - tied;
    begin = end;
  }
  return ranked;
}

/// counts[s]: how many subsets of `size` of the ranks sum to s. Doubles: C(100, 50) is 1e29, and relative
/// error is what matters.
std::vector<double> subset_sums(std::span<const std::uint32_t> ranks, std::size_t size) {
  std::vector<std::uint32_t> largest(ranks.begin(), ranks.end());
  std::sort(largest.rbegin(), largest.rend());
  const std::size_t most =
      std::accumulate(largest.begin(), largest.begin() + static_cast<std::ptrdiff_t>(size), std::size_t{0});
  const std::size_t width = most + 1;
  std::vector<double> counts((size + 1) * width, 0.0);  // counts[k * width + sum]
  counts.at(0) = 1;
  std::size_t seen = 0;
  for (const std::uint32_t rank : ranks) {
    ++seen;
    for (std::size_t k = std::min(seen, size); k >= 1; --k) {
      const double* without = counts.data() + (k - 1) * width;
      double* with = counts.data() + k * width;
      for (std::size_t sum = rank; sum < width; ++sum) with[sum] += without[sum - rank];
    }
  }
  return {counts.begin() + static_cast<std::ptrdiff_t>(size * width), counts.end()};
}

double tied_p(const Ranked& ranked, std::size_t n_base, std::size_t observed) {
  const auto counts = subset_sums(ranked.doubled, ranked.doubled.size() - n_base);
  double above = 0;
  for (std::size_t sum = observed; sum < counts.size(); ++sum) above += counts[sum];
  return above / std::accumulate(counts.begin(), counts.end(), 0.0);
}

double normal_p(const Ranked& ranked, double n, double m, double u) {
  const double total = n + m;
  const double variance = n * m / 12 * (total + 1 - ranked.tie_term / (total * (total - 1)));
  if (variance <= 0) return 1;
  const double z = (u - n * m / 2 - 0.5) / std::sqrt(variance);
  return boost::math::cdf(boost::math::complement(boost::math::normal_distribution<>(), z));
}

}  // namespace

const std::vector<double>& MannWhitney::cdf(std::size_t n_base, std::size_t n_cand) {
  auto& table = tables_[{n_base, n_cand}];
  if (!table.empty()) return table;
  // W - n(n+1)/2 = U, with W the rank sum of either side; the smaller side makes the smaller table.
  const std::size_t size = std::min(n_base, n_cand);
  std::vector<std::uint32_t> ranks(n_base + n_cand);
  std::iota(ranks.begin(), ranks.end(), 1U);
  const auto counts = subset_sums(ranks, size);
  const std::size_t least = size * (size + 1) / 2;
  table.assign(n_base * n_cand + 1, 0.0);
  for (std::size_t u = 0; u < table.size(); ++u) table[u] = counts[least + u];
  const double all = std::accumulate(table.begin(), table.end(), 0.0);
  std::partial_sum(table.begin(), table.end(), table.begin());
  for (double& p : table) p /= all;
  return table;
}

double rank_sum_p(std::span<const double> base, std::span<const double> cand, MannWhitney& tables) {
  if (base.empty() || cand.empty()) return 1;
  const Ranked ranked = rank(base, cand);
  const std::size_t observed =
      std::accumulate(ranked.doubled.begin() + static_cast<std::ptrdiff_t>(base.size()), ranked.doubled.end(),
                      std::size_t{0});
  const std::size_t least = cand.size() * (cand.size() + 1);
  const std::size_t pairs = base.size() * cand.size();
  if (base.size() + cand.size() > kExactSize) {
    return normal_p(ranked, static_cast<double>(base.size()), static_cast<double>(cand.size()),
                    static_cast<double>(observed - least) / 2);
  }
  if (ranked.ties) return tied_p(ranked, base.size(), observed);
  // By symmetry P(U >= u) = P(U <= pairs - u), which keeps the small tail free of cancellation.
  return tables.cdf(base.size(), cand.size())[pairs - (observed - least) / 2];
}

double least_p(std::size_t n_base, std::size_t n_cand) {
  double p = 1;
  for (std::size_t i = 1; i <= n_base; ++i) p *= static_cast<double>(i) / static_cast<double>(n_cand + i);
  return p;
}

}  // namespace offledger::gate
