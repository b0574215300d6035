// SPDX-License-Identifier: Apache-2.0
//
// Decimal microseconds to integer nanoseconds, from the digits as they stand in the file. A double has 53
// bits: at epoch scale (1.7e15 us) it holds quarters of a microsecond, which moves every event by up to 125
// ns.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace offledger::importers {

/// The nanoseconds of a JSON number of microseconds, "1712867402348256.512" or "1.5e3". What is finer than a
/// nanosecond is rounded, halves away from zero. Nothing for what is not a JSON number or not within 63 bits.
std::optional<std::int64_t> nanos_from_micros(std::string_view number) noexcept;

/// A JSON integer, "12" or "-1"; nothing for anything else.
std::optional<std::int64_t> integer_of(std::string_view number) noexcept;

}  // namespace offledger::importers
