// SPDX-License-Identifier: Apache-2.0
#include "ci/gate/drift.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ci/gate/scale.hpp"

namespace offledger::gate {
namespace {

using Values = std::span<const double>;

double level_of(Values values) {
  return median({values.begin(), values.end()});
}

std::vector<double> residuals_of_steps(Values values, std::span<const std::size_t> cuts) {
  std::vector<double> residuals;
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    const Values part = values.subspan(cuts[i], cuts[i + 1] - cuts[i]);
    const double level = level_of(part);
    for (const double value : part) residuals.push_back(value - level);
  }
  return residuals;
}

std::vector<double> residuals_of_line(Values values) {
  const double middle = static_cast<double>(values.size() - 1) / 2;
  const double level =
      std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  double xx = 0;
  double xy = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double x = static_cast<double>(i) - middle;
    xx += x * x;
    xy += x * (values[i] - level);
  }
  std::vector<double> residuals;
  for (std::size_t i = 0; i < values.size(); ++i) {
    residuals.push_back(values[i] - level - xy / xx * (static_cast<double>(i) - middle));
  }
  return residuals;
}

double spread_of(std::vector<double> residuals) {
  for (double& one : residuals) one = std::abs(one);
  return 1.4826 * median(std::move(residuals));
}

/// n ln(RSS) with each residual counted up to `most`.
double misfit(const std::vector<double>& residuals, double most) {
  double sum = 0;
  for (const double one : residuals) sum += std::min(one * one, most * most);
  const auto n = static_cast<double>(residuals.size());
  return n * std::log(std::max(sum, 1e-12 * n * most * most));
}

bool is_line(Values values, std::span<const std::size_t> cuts) {
  const auto steps = residuals_of_steps(values, cuts);
  const double most = 3 * spread_of(steps);
  if (most <= 0) return false;  // levels without noise
  const double log_n = std::log(static_cast<double>(values.size()));
  const double parameters = 2 * (static_cast<double>(cuts.size()) - 2) + 1;
  return misfit(residuals_of_line(values), most) + 2 * log_n < misfit(steps, most) + parameters * log_n;
}

}  // namespace

std::vector<Drift> find_drifts(std::span<const double> values, std::span<const Boundary> boundaries) {
  const std::size_t k = boundaries.size();
  const auto begin_of = [&](std::size_t i) { return i == 0 ? 0 : boundaries[i - 1].at; };
  const auto end_of = [&](std::size_t i) { return i == k ? values.size() : boundaries[i].at; };
  std::vector<double> levels;
  for (std::size_t i = 0; i <= k; ++i) {
    levels.push_back(median({values.begin() + static_cast<std::ptrdiff_t>(begin_of(i)),
                             values.begin() + static_cast<std::ptrdiff_t>(end_of(i))}));
  }
  std::vector<Drift> drifts;
  for (std::size_t first = 0; first < k;) {
    std::size_t last = first + 1;
    const bool up = levels[first + 1] > levels[first];
    while (last < k && (levels[last + 1] > levels[last]) == up) ++last;
    const std::size_t begin = begin_of(first);
    const std::size_t end = end_of(last);
    std::vector<std::size_t> cuts = {0};
    for (std::size_t i = first; i < last; ++i) cuts.push_back(boundaries[i].at - begin);
    cuts.push_back(end - begin);
    if (is_line(values.subspan(begin, end - begin), cuts)) drifts.push_back({first, last, begin, end});
    first = last;
  }
  return drifts;
}

}  // namespace offledger::gate
