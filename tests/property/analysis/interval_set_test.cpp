// SPDX-License-Identifier: Apache-2.0
//
// IntervalSet against a bitset: one bit an instant.
#include "reports/analysis/interval_set.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <bitset>

namespace offledger::analysis {
namespace {

constexpr std::size_t kSpan = 160;
using Bits = std::bitset<kSpan>;

Bits bits(const std::vector<Interval>& raw) {
  Bits out;
  for (const Interval& span : raw) {
    for (auto t = span.begin; t < span.end; ++t) out.set(static_cast<std::size_t>(t.count()));
  }
  return out;
}
Bits bits(const IntervalSet& set) {
  return bits(std::vector<Interval>(set.spans().begin(), set.spans().end()));
}

/// Overlapping, touching, empty and reversed intervals, in any order.
rc::Gen<std::vector<Interval>> intervals() {
  const auto instant = rc::gen::inRange<std::int64_t>(0, kSpan);
  return rc::gen::container<std::vector<Interval>>(
      rc::gen::map(rc::gen::pair(instant, instant), [](auto pair) {
        return Interval{nanos(pair.first), nanos(pair.second)};
      }));
}

RC_GTEST_PROP(IntervalSet, IsTheBitset, ()) {
  const auto raw_a = *intervals(), raw_b = *intervals();
  const IntervalSet a(raw_a), b(raw_b);
  RC_ASSERT(bits(a) == bits(raw_a));
  RC_ASSERT(bits(a | b) == (bits(a) | bits(b)));
  RC_ASSERT(bits(a & b) == (bits(a) & bits(b)));
  RC_ASSERT(bits(a - b) == (bits(a) & ~bits(b)));
  RC_ASSERT(a.length() == nanos(static_cast<std::int64_t>(bits(a).count())));
}

RC_GTEST_PROP(IntervalSet, LengthInAWindowIsThatOfTheBitsInIt, ()) {
  const IntervalSet set(*intervals());
  const auto instant = rc::gen::inRange<std::int64_t>(0, kSpan);
  const Interval window{nanos(*instant), nanos(*instant)};  // empty and reversed ones too
  RC_ASSERT(set.length_in(window) == nanos(static_cast<std::int64_t>((bits(set) & bits({window})).count())));
}

RC_GTEST_PROP(IntervalSet, IsCanonical, ()) {
  const auto raw_a = *intervals(), raw_b = *intervals();
  const IntervalSet a(raw_a), b(raw_b);
  for (const IntervalSet& set : {a, a | b, a & b, a - b}) {
    for (std::size_t i = 0; i < set.spans().size(); ++i) {
      RC_ASSERT(set.spans()[i].begin < set.spans()[i].end);
      if (i > 0) RC_ASSERT(set.spans()[i - 1].end < set.spans()[i].begin);
    }
  }
  RC_ASSERT(((a - b) | (a & b)) == a);
}

RC_GTEST_PROP(IntervalSet, ForgetsTheOrderOfItsInput, ()) {
  auto raw = *intervals();
  const IntervalSet as_given(raw);
  std::sort(raw.begin(), raw.end(), [](Interval a, Interval b) { return a.end > b.end; });
  RC_ASSERT(as_given == IntervalSet(raw));
}

TEST(IntervalSet, ManyDescendingRunsAreSortedToo) {
  std::vector<Interval> raw;
  for (std::int64_t i = 500; i > 0; --i) raw.push_back({nanos(3 * i), nanos(3 * i + 1)});
  const IntervalSet set(raw);
  EXPECT_EQ(set.spans().size(), 500U);
  EXPECT_EQ(set.length(), nanos(500));
}

}  // namespace
}  // namespace offledger::analysis
