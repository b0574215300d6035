// SPDX-License-Identifier: Apache-2.0
#include "ci/gate/scale.hpp"

#include <algorithm>
#include <cmath>

namespace offledger::gate {

using metrics::Class;

std::optional<double> Scale::of(double value) const {
  if (!std::isfinite(value)) return std::nullopt;
  if (klass_ == Class::kPositive) {
    if (value <= 0) return std::nullopt;
    return sign_ * std::log(value);
  }
  return sign_ * (klass_ == Class::kPointsOfWall ? value / wall_ : value);
}

std::optional<std::vector<double>> Scale::of(const std::vector<double>& values) const {
  std::vector<double> scaled;
  scaled.reserve(values.size());
  for (const double value : values) {
    const auto one = of(value);
    if (!one) return std::nullopt;
    scaled.push_back(*one);
  }
  return scaled;
}

double Scale::margin(double margin) const {
  if (klass_ == Class::kExact) return 0;
  if (klass_ != Class::kPositive) return margin;
  // "Worse by 2 %" is 1.02 times as much, or 0.98 times where higher is better.
  return sign_ > 0 ? std::log1p(margin) : -std::log1p(-std::min(margin, 0.999));
}

double Scale::delta(double shift) const {
  return klass_ == Class::kPositive ? std::expm1(sign_ * shift) : sign_ * shift;
}

double median(std::vector<double> values, Class klass) {
  std::sort(values.begin(), values.end());
  const std::size_t upper = values.size() / 2;
  if (values.size() % 2 == 1) return values[upper];
  return klass == Class::kExact ? values[upper - 1] : (values[upper - 1] + values[upper]) / 2;
}

}  // namespace offledger::gate
