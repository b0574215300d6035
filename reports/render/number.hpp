// SPDX-License-Identifier: Apache-2.0
//
// Quantities for a person. One spelling everywhere: these are metrics::format for values that no metric
// names.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "schedules/base/units.hpp"

namespace offledger::render {

/// What stands where a figure could not be measured.
inline constexpr const char* kAbsent = "–";

std::string time(Nanos duration);                 ///< "208.84 ms"
std::string time(std::optional<Nanos> duration);  ///< kAbsent where null
std::string bytes(std::uint64_t n);               ///< "10.27 GB"
std::string count(std::uint64_t n);               ///< "54"
std::string rate(std::uint64_t n, Nanos busy);    ///< "55.4 GB/s"; kAbsent for no time
std::string percent(double share);                ///< "61.4 %"
std::string percent(Nanos part, Nanos whole);     ///< kAbsent of an empty whole
double share(Nanos part, Nanos whole) noexcept;   ///< 0 of an empty whole

}  // namespace offledger::render
