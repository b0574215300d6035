// SPDX-License-Identifier: Apache-2.0
//
// The quantities that every folder speaks of: time is integer nanoseconds, sizes are bytes, and what can be
// mistaken for something else has a type of its own.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace offledger {

/// A length of time, or an instant as the time since its clock's zero. One clock a recording: see
/// collectors/trace/timeline.hpp.
using Nanos = std::chrono::nanoseconds;

constexpr Nanos nanos(std::int64_t n) noexcept {
  return Nanos(n);
}

/// For people to read: figures stay integers.
constexpr double milliseconds(Nanos t) noexcept {
  return static_cast<double>(t.count()) / 1e6;
}

/// Sums and differences of times within this bound cannot overflow.
inline constexpr Nanos kMostTime{std::int64_t{1} << 61};

/// The row an id names. Ids are `enum class` so that a slot cannot be passed where a stream is meant.
template <typename Id>
requires std::is_enum_v<Id>
constexpr std::size_t index(Id id) noexcept {
  return static_cast<std::size_t>(id);
}

}  // namespace offledger
