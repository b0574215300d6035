// SPDX-License-Identifier: Apache-2.0
//
// What the ranges of NVTX domain "offledger" say beyond their names: one 64-bit payload each, packed as
//
//     bits 60..63 kind   40..59 step   24..39 layer   16..23 group row   0..15 slot
//
// A field of all ones means that the range has none. A value too large for its field becomes none too: a
// recording may lack a label, never carry a wrong one.

#pragma once

#include <cstdint>

#include "collectors/trace/timeline.hpp"

namespace offledger::trace {

/// The NVTX domain of our own ranges.
inline constexpr const char* kNvtxDomain = "offledger";

/// kNoRow where a range has none.
struct NvtxPayload {
  RangeKind kind = RangeKind::kOther;
  std::int32_t step = kNoRow;
  std::int32_t layer = kNoRow;
  std::int32_t group_row = kNoRow;
  std::int32_t slot = kNoRow;
  bool operator==(const NvtxPayload&) const = default;
};

namespace nvtx_detail {

constexpr std::uint64_t field(std::int32_t value, unsigned shift, unsigned bits) noexcept {
  const std::uint64_t none = (std::uint64_t{1} << bits) - 1;
  const bool fits = value >= 0 && static_cast<std::uint64_t>(value) < none;
  return (fits ? static_cast<std::uint64_t>(value) : none) << shift;
}

constexpr std::int32_t value(std::uint64_t packed, unsigned shift, unsigned bits) noexcept {
  const std::uint64_t none = (std::uint64_t{1} << bits) - 1, found = packed >> shift & none;
  return found == none ? kNoRow : static_cast<std::int32_t>(found);
}

}  // namespace nvtx_detail

constexpr std::uint64_t pack(const NvtxPayload& payload) noexcept {
  using nvtx_detail::field;
  return std::uint64_t{static_cast<std::uint8_t>(payload.kind)} << 60 | field(payload.step, 40, 20) |
         field(payload.layer, 24, 16) | field(payload.group_row, 16, 8) | field(payload.slot, 0, 16);
}

/// Any 64 bits: an unknown kind becomes kOther.
constexpr NvtxPayload unpack(std::uint64_t packed) noexcept {
  using nvtx_detail::value;
  const std::uint64_t kind = packed >> 60;
  const bool known = kind <= static_cast<std::uint64_t>(RangeKind::kHostWork);
  return {known ? static_cast<RangeKind>(kind) : RangeKind::kOther, value(packed, 40, 20),
          value(packed, 24, 16), value(packed, 16, 8), value(packed, 0, 16)};
}

}  // namespace offledger::trace
