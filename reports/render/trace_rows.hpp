// SPDX-License-Identifier: Apache-2.0
//
// Which row of a trace viewer a slice is drawn in. Viewers drop or misdraw slices that overlap within a row,
// so a row is split into sub-rows ("weight_h2d", "weight_h2d (2)") until none does.
//
// Two kinds of row:
//   flat    the slices of a sub-row are disjoint: streams and copy engines;
//   nested  a slice may also lie wholly inside another: host calls and ranges.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "schedules/base/units.hpp"

namespace offledger::render {

/// One slice: its place, and which record it is.
struct Slice {
  Nanos begin{}, end{};  ///< begin <= end
  std::uint32_t record = 0;
  std::uint32_t sub_row = 0;  ///< filled by the layout, counted from 0
};

/// Sorts by time (longer first at equal begins) and gives each slice the lowest sub-row in which it overlaps
/// nothing. Returns how many sub-rows there are. Cost: O(n log n) whatever the input.
std::uint32_t lay_out_flat(std::span<Slice> slices);

/// The same where nesting is allowed. Only the first kNestedRows sub-rows nest; what fits in none of them is
/// laid out flat below, which bounds the cost at O(n log n + n kNestedRows).
inline constexpr std::uint32_t kNestedRows = 8;
std::uint32_t lay_out_nested(std::span<Slice> slices);

}  // namespace offledger::render
