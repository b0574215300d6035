// SPDX-License-Identifier: Apache-2.0
//
// Sets of time, and the algebra that overlap analysis is made of.
//
// With `copy` the time in which any host-to-device copy ran and `compute` that in which any kernel ran,
//
//     hidden transfer  = (copy & compute).length()
//     exposed transfer = (copy - compute).length()
//
// so hidden + exposed == copy.length() holds by construction, not by rounding.

#pragma once

#include <span>
#include <vector>

#include "schedules/base/units.hpp"

namespace offledger::analysis {

/// The half-open span of time [begin, end). Two spans that touch share no instant.
struct Interval {
  Nanos begin{};
  Nanos end{};
  [[nodiscard]] constexpr Nanos length() const noexcept { return end - begin; }
  bool operator==(const Interval&) const = default;
};

/// A set of instants, kept as its maximal intervals.
///
/// Invariant: spans() is ascending; its intervals are non-empty, disjoint and not touching, so that equal
/// sets have equal representations. Cost: construction O(n log n), linear if sorted already; every operator
/// one merge, O(n + m). Threads: a value type; const access may be shared.
class IntervalSet {
 public:
  IntervalSet() = default;
  /// Takes intervals in any order, overlapping or empty: CUPTI promises no order across streams.
  explicit IntervalSet(std::vector<Interval> raw);

  [[nodiscard]] std::span<const Interval> spans() const noexcept { return spans_; }
  [[nodiscard]] Nanos length() const noexcept;
  /// The time of `window` that the set covers. O(log n + intervals in it).
  [[nodiscard]] Nanos length_in(Interval window) const noexcept;
  [[nodiscard]] bool empty() const noexcept { return spans_.empty(); }

  friend IntervalSet operator|(const IntervalSet&, const IntervalSet&);
  friend IntervalSet operator&(const IntervalSet&, const IntervalSet&);
  friend IntervalSet operator-(const IntervalSet&, const IntervalSet&);
  bool operator==(const IntervalSet&) const = default;

 private:
  std::vector<Interval> spans_;
};

}  // namespace offledger::analysis
