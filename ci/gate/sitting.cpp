// SPDX-License-Identifier: Apache-2.0
#include "ci/gate/sitting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "ci/gate/random.hpp"
#include "ci/gate/rank_sum.hpp"
#include "ci/gate/scale.hpp"

namespace offledger::gate {
namespace {

void split(std::span<const double> side, std::vector<double>& first, std::vector<double>& second) {
  const double middle = median({side.begin(), side.end()});
  for (std::size_t i = 0; i < side.size(); ++i)
    (i < side.size() / 2 ? first : second).push_back(side[i] - middle);
}

}  // namespace

double drift_p(std::span<const double> base, std::span<const double> cand) {
  if (base.size() < 4 || cand.size() < 4) return 1;
  std::vector<double> first;
  std::vector<double> second;
  split(base, first, second);
  split(cand, first, second);
  MannWhitney tables;
  return std::min(1.0, 2 * std::min(rank_sum_p(first, second, tables), rank_sum_p(second, first, tables)));
}

double sign_flip_p(std::span<const double> base, std::span<const double> cand, double margin,
                   std::uint64_t seed) {
  const std::size_t n = std::min(base.size(), cand.size());
  if (n == 0) return 1;
  std::vector<double> difference(n);
  for (std::size_t i = 0; i < n; ++i) difference[i] = cand[i] - base[i] - margin;
  const double seen = std::accumulate(difference.begin(), difference.end(), 0.0);
  double size = 0;
  for (const double d : difference) size += d < 0 ? -d : d;
  const double least = seen - 1e-12 * size;  // sums of the same numbers in another order are equal
  const auto sum_of = [&](auto&& negative) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += negative(i) ? -difference[i] : difference[i];
    return sum;
  };
  if (n <= kExactPairs) {
    const std::uint32_t patterns = 1U << n;
    std::uint32_t as_high = 0;
    for (std::uint32_t flips = 0; flips < patterns; ++flips) {
      if (sum_of([&](std::size_t i) { return (flips >> i & 1U) != 0; }) >= least) ++as_high;
    }
    return static_cast<double>(as_high) / patterns;
  }
  constexpr int kPatterns = 100'000;
  Random random(seed);
  int as_high = 1;  // the pattern that was seen is one of them
  for (int i = 0; i < kPatterns; ++i) {
    if (sum_of([&](std::size_t) { return (random.next() >> 63) != 0; }) >= least) ++as_high;
  }
  return static_cast<double>(as_high) / (kPatterns + 1);
}

std::string describe_sitting(std::span<const double> base, std::span<const double> cand, double margin) {
  const double drift = drift_p(base, cand);
  if (drift > 0.01) return "";
  if (base.size() != cand.size()) return fmt::format("; the sitting drifted (p = {:.2g})", drift);
  return fmt::format("; the sitting drifted (p = {:.2g}), paired view p = {:.2g}", drift,
                     sign_flip_p(base, cand, margin));
}

}  // namespace offledger::gate
