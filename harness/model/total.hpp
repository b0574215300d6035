// SPDX-License-Identifier: Apache-2.0
//
// Sums and products of what people write in files, which may be absurd. Everything downstream adds times and
// sizes in 64 bits without a second look, because nothing above 2^62 gets past here.

#pragma once

#include <cstdint>

namespace offledger::model {

__extension__ using Wide = unsigned __int128;

inline constexpr std::uint64_t kMostTotal = std::uint64_t{1} << 62;

/// Bounds of a bandwidth in bytes/s: a kilobyte, and a petabyte.
inline constexpr std::int64_t kLeastBandwidth = 1'000;
inline constexpr std::int64_t kMostBandwidth = 1'000'000'000'000'000;

/// A sum that remembers having passed kMostTotal.
class Total {
 public:
  constexpr void add(std::uint64_t value) noexcept { add_product(value, 1, 1); }
  constexpr void add_product(std::uint64_t a, std::uint64_t b, std::uint64_t c) noexcept {
    const Wide two = Wide{a} * b;
    if (overflowed_ || two > kMostTotal || two * c > kMostTotal - sum_) {
      overflowed_ = true;
    } else {
      sum_ += static_cast<std::uint64_t>(two * c);
    }
  }
  [[nodiscard]] constexpr bool overflowed() const noexcept { return overflowed_; }
  /// Meaningful unless overflowed().
  [[nodiscard]] constexpr std::uint64_t value() const noexcept { return sum_; }

 private:
  std::uint64_t sum_ = 0;
  bool overflowed_ = false;
};

/// ceil(a * b / c) for c > 0; saturates at kMostTotal.
constexpr std::uint64_t scaled_up(std::uint64_t a, std::uint64_t b, std::uint64_t c) noexcept {
  const Wide quotient = (Wide{a} * b + (c - 1)) / c;
  return quotient > kMostTotal ? kMostTotal : static_cast<std::uint64_t>(quotient);
}

}  // namespace offledger::model
