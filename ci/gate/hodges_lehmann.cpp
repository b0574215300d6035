// SPDX-License-Identifier: Apache-2.0
#include "ci/gate/hodges_lehmann.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

namespace offledger::gate {
namespace {

std::vector<double> differences(std::span<const double> base, std::span<const double> cand) {
  std::vector<double> all;
  all.reserve(base.size() * cand.size());
  for (const double c : cand) {
    for (const double b : base) all.push_back(c - b);
  }
  return all;
}

/// The largest k with P(U <= k - 1) <= alpha; 0 where there is none.
std::size_t interval_rank(std::size_t n_base, std::size_t n_cand, double alpha, MannWhitney& tables) {
  if (n_base + n_cand <= kExactSize) {
    const auto& cdf = tables.cdf(n_base, n_cand);
    return static_cast<std::size_t>(std::upper_bound(cdf.begin(), cdf.end(), alpha) - cdf.begin());
  }
  const auto n = static_cast<double>(n_base);
  const auto m = static_cast<double>(n_cand);
  const double z = boost::math::quantile(boost::math::normal_distribution<>(), alpha);
  const double last = n * m / 2 + z * std::sqrt(n * m * (n + m + 1) / 12) - 0.5;
  return last < 0 ? 0 : static_cast<std::size_t>(last) + 1;
}

}  // namespace

double hodges_lehmann(std::span<const double> base, std::span<const double> cand) {
  auto all = differences(base, cand);
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::nth_element(all.begin(), middle, all.end());
  if (all.size() % 2 == 1) return *middle;
  return (*std::max_element(all.begin(), middle) + *middle) / 2;
}

Shift estimate_shift(std::span<const double> base, std::span<const double> cand, MannWhitney& tables,
                     double alpha) {
  auto all = differences(base, cand);
  std::sort(all.begin(), all.end());
  const std::size_t upper = all.size() / 2;
  Shift shift;
  shift.estimate = all.size() % 2 == 1 ? all[upper] : (all[upper - 1] + all[upper]) / 2;
  if (const std::size_t k = interval_rank(base.size(), cand.size(), alpha, tables); k > 0) {
    shift.low = all[k - 1];
    shift.high = all[all.size() - k];
  }
  return shift;
}

}  // namespace offledger::gate
