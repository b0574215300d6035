// SPDX-License-Identifier: Apache-2.0
//
// Rows against what a row means: no two slices of a flat one overlap; any two of a nested one are apart or
// one inside the other; and no fewer sub-rows than the most slices that run at once would do.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "reports/render/trace_rows.hpp"

namespace offledger::render {
namespace {

std::vector<Slice> slices_of(const std::vector<std::pair<int, int>>& spans) {
  std::vector<Slice> slices;
  for (const auto& [begin, length] : spans) {
    slices.push_back({nanos(begin), nanos(begin + length), static_cast<std::uint32_t>(slices.size()), 0});
  }
  return slices;
}

const auto spans = [] {
  return *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(0, 60), rc::gen::inRange(0, 12)));
};

/// Closed at neither end: slices that touch are apart, and an empty one overlaps only what it lies strictly
/// inside.
bool overlap(const Slice& a, const Slice& b) {
  return a.begin < b.end && b.begin < a.end;
}
bool inside(const Slice& a, const Slice& b) {
  return a.begin >= b.begin && a.end <= b.end;
}

RC_GTEST_PROP(TraceRows, FlatRowsNeverOverlapAndAreAsFewAsCanBe, ()) {
  auto slices = slices_of(spans());
  const auto before = slices.size();
  const std::uint32_t rows = lay_out_flat(slices);
  RC_ASSERT(slices.size() == before);
  std::uint32_t most_at_once = slices.empty() ? 0 : 1;
  for (const Slice& a : slices) {
    RC_ASSERT(a.sub_row < rows);
    std::uint32_t running = 0;
    for (const Slice& b : slices) {
      if (&a != &b && a.sub_row == b.sub_row) RC_ASSERT(!overlap(a, b));
      running += b.begin <= a.begin && a.begin < b.end ? 1 : 0;
    }
    most_at_once = std::max(most_at_once, running + (a.begin == a.end ? 1 : 0));
  }
  RC_ASSERT(rows <= most_at_once);
}

RC_GTEST_PROP(TraceRows, NestedRowsNestStrictly, ()) {
  auto slices = slices_of(spans());
  const std::uint32_t rows = lay_out_nested(slices);
  for (const Slice& a : slices) {
    RC_ASSERT(a.sub_row < rows);
    for (const Slice& b : slices) {
      if (&a == &b || a.sub_row != b.sub_row || !overlap(a, b)) continue;
      RC_ASSERT(a.sub_row < kNestedRows);
      RC_ASSERT(inside(a, b) || inside(b, a));
    }
  }
}

RC_GTEST_PROP(TraceRows, EachRecordIsLaidOutOnce, ()) {
  auto slices = slices_of(spans());
  lay_out_nested(slices);
  std::vector<std::uint32_t> records;
  for (const Slice& s : slices) records.push_back(s.record);
  std::sort(records.begin(), records.end());
  for (std::size_t i = 0; i < records.size(); ++i) RC_ASSERT(records[i] == i);
}

TEST(TraceRows, AStaircaseOfManyOverlapsIsNotQuadratic) {
  std::vector<Slice> slices;
  for (std::uint32_t i = 0; i < 200'000; ++i) slices.push_back({nanos(i), nanos(i + 150'000), i, 0});
  EXPECT_EQ(lay_out_nested(slices), 150'000U);
}

}  // namespace
}  // namespace offledger::render
