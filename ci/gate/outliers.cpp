// SPDX-License-Identifier: Apache-2.0
#include "ci/gate/outliers.hpp"

#include <algorithm>
#include <cmath>

#include "ci/gate/scale.hpp"

namespace offledger::gate {
namespace {

/// Each point's distance from its segment's median.
std::vector<double> residuals(std::span<const double> values, std::span<const std::size_t> begins,
                              std::vector<double>& levels) {
  std::vector<double> distance(values.size());
  for (std::size_t s = 0; s < begins.size(); ++s) {
    const std::size_t end = s + 1 < begins.size() ? begins[s + 1] : values.size();
    const double level = median({values.begin() + static_cast<std::ptrdiff_t>(begins[s]),
                                 values.begin() + static_cast<std::ptrdiff_t>(end)});
    levels.push_back(level);
    for (std::size_t i = begins[s]; i < end; ++i) distance[i] = values[i] - level;
  }
  return distance;
}

double robust_spread(const std::vector<double>& distance) {
  std::vector<double> sizes(distance);
  double sum = 0;
  std::size_t off = 0;
  for (double& size : sizes) {
    size = std::abs(size);
    sum += size;
    if (size > 0) ++off;
  }
  const auto n = static_cast<double>(sizes.size());
  const double spread = 1.4826 * median(std::move(sizes));
  // Most points share one value: a deterministic series, where any other value stands out, or a coarse scale,
  // where the mean distance says how far values scatter.
  if (spread > 0 || static_cast<double>(off) < 0.1 * n) return spread;
  return 1.2533 * sum / n;
}

}  // namespace

StandingOut standing_out(std::span<const double> values, std::span<const std::size_t> begins) {
  StandingOut found;
  found.suspected = values.size();
  if (values.size() < 5) return found;
  std::vector<double> levels;
  const auto distance = residuals(values, begins, levels);
  const double far = kFar * robust_spread(distance);
  const auto stands_out = [&](std::size_t i) { return std::abs(distance[i]) > far; };

  const std::size_t last_begin = begins.back();
  found.level = levels.back();
  std::size_t tail = values.size();
  while (tail > last_begin && stands_out(tail - 1) && (distance[tail - 1] > 0) == (distance.back() > 0))
    --tail;
  const bool enough_before = tail >= last_begin + 5;
  if (values.size() - tail >= 2 && enough_before) found.suspected = tail;

  for (std::size_t s = 0; s < begins.size(); ++s) {
    const std::size_t end = s + 1 < begins.size() ? begins[s + 1] : values.size();
    if (end - begins[s] < 5) continue;
    for (std::size_t i = begins[s]; i < std::min(end, found.suspected); ++i) {
      if (stands_out(i)) found.outliers.push_back(i);
    }
  }
  return found;
}

}  // namespace offledger::gate
