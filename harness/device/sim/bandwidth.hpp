// SPDX-License-Identifier: Apache-2.0
//
// Bandwidth of one copy alone on the link, by its size. Between measured points it is linear in log2(bytes),
// as the curves of real links look; beyond the ends it is flat. All in integers, so that every machine
// computes the same rate: log2 is taken to 16 fractional bits by repeated squaring.

#pragma once

#include <cstdint>
#include <vector>

namespace offledger::sim {

struct BandwidthPoint {
  std::uint64_t bytes = 0;
  std::uint64_t bytes_per_s = 0;
  bool operator==(const BandwidthPoint&) const = default;
};

/// floor(log2(x) * 2^16), for x > 0.
std::uint64_t log2_q16(std::uint64_t x) noexcept;

/// Threads: a value type; const access may be shared.
class Bandwidth {
 public:
  /// Points ascend in bytes; there is one at least, and every bandwidth is above 0.
  explicit Bandwidth(const std::vector<BandwidthPoint>& points);
  static Bandwidth flat(std::uint64_t bytes_per_s) { return Bandwidth({{1, bytes_per_s}}); }

  /// For bytes > 0. Cost: a search of the points; sizes beyond the last point, which weights are, cost one
  /// compare.
  [[nodiscard]] std::uint64_t at(std::uint64_t bytes) const noexcept;
  /// The highest point: what the direction carries at most, however many copies share it.
  [[nodiscard]] std::uint64_t plateau() const noexcept { return plateau_; }

 private:
  struct Knot {
    std::uint64_t bytes;
    std::uint64_t log2;
    std::int64_t bytes_per_s;
  };
  std::vector<Knot> knots_;
  std::uint64_t plateau_ = 0;
};

}  // namespace offledger::sim
