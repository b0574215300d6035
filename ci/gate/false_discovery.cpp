// SPDX-License-Identifier: Apache-2.0
#include "ci/gate/false_discovery.hpp"

#include <algorithm>
#include <numeric>

#include "ci/gate/gate.hpp"
#include "ci/gate/rank_sum.hpp"

namespace offledger::gate {

std::vector<double> benjamini_hochberg(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double least = 1;
  for (std::size_t rank = p.size(); rank >= 1; --rank) {
    const std::size_t at = order[rank - 1];
    least = std::min(least, p[at] * static_cast<double>(p.size()) / static_cast<double>(rank));
    adjusted[at] = least;
  }
  return adjusted;
}

std::uint32_t least_repetitions(std::size_t cells, double q) {
  const double threshold = q / static_cast<double>(std::max<std::size_t>(cells, 1));
  std::uint32_t n = 1;
  while (n < 500 && least_p(n, n) > threshold) ++n;
  return n;
}

}  // namespace offledger::gate
