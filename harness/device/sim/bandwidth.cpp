// SPDX-License-Identifier: Apache-2.0

#include "harness/device/sim/bandwidth.hpp"

#include <algorithm>
#include <bit>

#include "harness/model/total.hpp"

namespace offledger::sim {

using model::Wide;

std::uint64_t log2_q16(std::uint64_t x) noexcept {
  const int whole = 63 - std::countl_zero(x);
  // The mantissa in [1, 2), as 2^63 times itself. Squaring it doubles its logarithm: a square of 2 or more is
  // a bit.
  std::uint64_t mantissa = x << (63 - whole);
  std::uint64_t log = static_cast<std::uint64_t>(whole);
  for (int bit = 0; bit < 16; ++bit) {
    const Wide square = (Wide{mantissa} * mantissa) >> 63;
    const bool carry = (square >> 64) != 0;
    mantissa = static_cast<std::uint64_t>(carry ? square >> 1 : square);
    log = (log << 1) | static_cast<std::uint64_t>(carry);
  }
  return log;
}

Bandwidth::Bandwidth(const std::vector<BandwidthPoint>& points) {
  for (const BandwidthPoint& point : points) {
    knots_.push_back({point.bytes, log2_q16(point.bytes), static_cast<std::int64_t>(point.bytes_per_s)});
    plateau_ = std::max(plateau_, point.bytes_per_s);
  }
}

std::uint64_t Bandwidth::at(std::uint64_t bytes) const noexcept {
  if (bytes >= knots_.back().bytes) return static_cast<std::uint64_t>(knots_.back().bytes_per_s);
  if (bytes <= knots_.front().bytes) return static_cast<std::uint64_t>(knots_.front().bytes_per_s);
  const auto high = std::upper_bound(knots_.begin(), knots_.end(), bytes,
                                     [](std::uint64_t size, const Knot& knot) { return size < knot.bytes; });
  const auto low = high - 1;
  const std::int64_t run = static_cast<std::int64_t>(high->log2 - low->log2);
  const std::int64_t at = static_cast<std::int64_t>(log2_q16(bytes) - low->log2);
  // |rise| < 2^50 (a petabyte/s) times a 22-bit logarithm would not fit in 64 bits.
  __extension__ using WideSigned = __int128;
  const WideSigned rise =
      WideSigned{high->bytes_per_s - low->bytes_per_s} * at / std::max<std::int64_t>(run, 1);
  return static_cast<std::uint64_t>(low->bytes_per_s + static_cast<std::int64_t>(rise));
}

}  // namespace offledger::sim
