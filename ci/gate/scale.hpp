// SPDX-License-Identifier: Apache-2.0
//
// The scale on which a metric's values are compared, by its class, oriented so that larger is worse:
//
//     positive        ln v          a difference of ln(1 + d) is "d more"
//     points of wall  v / wall      wall of the baseline
//     ratio, exact    v
//
// negated where higher is better. On that scale a loss is a shift upwards and a margin is a number to shift
// by.

#pragma once

#include <optional>
#include <vector>

#include "reports/metrics/metrics.hpp"

namespace offledger::gate {

class Scale {
 public:
  /// `wall`: the baseline's wall in ns; used, and to be above 0, for points of wall only.
  Scale(metrics::Class klass, metrics::Direction better, double wall = 1)
      : klass_(klass), sign_(better == metrics::Direction::kHigher ? -1 : 1), wall_(wall) {}

  /// The value on the scale; nothing where it has no place there (not finite; not above 0 for `positive`).
  [[nodiscard]] std::optional<double> of(double value) const;
  /// All of them, or nothing where one has no place.
  [[nodiscard]] std::optional<std::vector<double>> of(const std::vector<double>& values) const;
  /// The margin, given as people write it (0.02 is 2 %), as a shift on the scale.
  [[nodiscard]] double margin(double margin) const;
  /// A shift on the scale as people read it: cand - base, relative, in shares of wall, or plain.
  [[nodiscard]] double delta(double shift) const;

 private:
  metrics::Class klass_;
  double sign_;
  double wall_;
};

/// The middle value, or the mean of the two in the middle; the lower of them for exact metrics, so that a
/// value that was measured stands. `values` must not be empty.
double median(std::vector<double> values, metrics::Class klass = metrics::Class::kPositive);

}  // namespace offledger::gate
