// SPDX-License-Identifier: Apache-2.0
#include "reports/render/trace_rows.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <queue>
#include <utility>

namespace offledger::render {
namespace {

bool earlier(const Slice& a, const Slice& b) noexcept {
  if (a.begin != b.begin) return a.begin < b.begin;
  if (a.end != b.end) return a.end > b.end;
  return a.record < b.record;
}

void sort(std::span<Slice> slices) {
  if (!std::is_sorted(slices.begin(), slices.end(), earlier))
    std::sort(slices.begin(), slices.end(), earlier);
}

template <typename T>
using LeastFirst = std::priority_queue<T, std::vector<T>, std::greater<>>;

/// Hands out the lowest row that is free at a time; times must not decrease.
class FlatRows {
 public:
  std::uint32_t take(Nanos begin, Nanos end) {
    while (!busy_.empty() && busy_.top().first <= begin) {
      free_.push(busy_.top().second);
      busy_.pop();
    }
    std::uint32_t row = rows_;
    if (free_.empty()) {
      ++rows_;
    } else {
      row = free_.top();
      free_.pop();
    }
    busy_.emplace(end, row);
    return row;
  }
  [[nodiscard]] std::uint32_t rows() const noexcept { return rows_; }

 private:
  LeastFirst<std::pair<Nanos, std::uint32_t>> busy_;
  LeastFirst<std::uint32_t> free_;
  std::uint32_t rows_ = 0;
};

/// The slices that are open at one time in one nested row, outermost first.
class Nest {
 public:
  bool take(Nanos begin, Nanos end) {
    while (!open_.empty() && open_.back() <= begin) open_.pop_back();
    if (!open_.empty() && end > open_.back()) return false;
    open_.push_back(end);
    return true;
  }

 private:
  std::vector<Nanos> open_;
};

}  // namespace

std::uint32_t lay_out_flat(std::span<Slice> slices) {
  sort(slices);
  FlatRows rows;
  Nanos end_of_first{};  // one row is the common case: no queue for it
  for (std::size_t i = 0; i < slices.size(); ++i) {
    if (i > 0 && slices[i].begin < end_of_first) {
      for (Slice& slice : slices) slice.sub_row = rows.take(slice.begin, slice.end);
      return rows.rows();
    }
    end_of_first = slices[i].end;
    slices[i].sub_row = 0;
  }
  return slices.empty() ? 0 : 1;
}

std::uint32_t lay_out_nested(std::span<Slice> slices) {
  sort(slices);
  std::array<Nest, kNestedRows> nests;
  FlatRows below;
  std::uint32_t rows = 0;
  for (Slice& slice : slices) {
    std::uint32_t row = 0;
    while (row < kNestedRows && !nests[row].take(slice.begin, slice.end)) ++row;
    if (row == kNestedRows) row += below.take(slice.begin, slice.end);
    slice.sub_row = row;
    rows = std::max(rows, row + 1);
  }
  return rows;
}

}  // namespace offledger::render
