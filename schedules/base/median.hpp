// SPDX-License-Identifier: Apache-2.0
//
// Medians of numbers and of times, O(n). `values` is not empty and holds no NaN.

#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace offledger {

/// The value at rank floor((n - 1) / 2): one that was measured.
template <typename T>
[[nodiscard]] T lower_median(std::vector<T> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// The mean of the middle two, which for an odd count are one.
template <typename T>
[[nodiscard]] T median(std::vector<T> values) {
  const auto upper = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), upper, values.end());
  if (values.size() % 2 == 1) return *upper;
  return (*std::max_element(values.begin(), upper) + *upper) / 2;
}

}  // namespace offledger
