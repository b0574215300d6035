// SPDX-License-Identifier: Apache-2.0
//
// Days as numbers since 1970-01-01, UTC: a waiver holds through the day it names.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace offledger {

/// "2026-03-31", or nothing where that is no day.
inline std::optional<std::int64_t> days_of(std::string_view date) {
  if (date.size() != 10 || date[4] != '-' || date[7] != '-') return std::nullopt;
  int fields[3] = {0, 0, 0};
  int field = 0;
  for (const char c : date) {
    if (c == '-') {
      if (++field > 2) return std::nullopt;
    } else if (c < '0' || c > '9') {
      return std::nullopt;
    } else {
      fields[field] = fields[field] * 10 + (c - '0');
    }
  }
  const std::chrono::year_month_day day{std::chrono::year(fields[0]),
                                        std::chrono::month(static_cast<unsigned>(fields[1])),
                                        std::chrono::day(static_cast<unsigned>(fields[2]))};
  if (!day.ok()) return std::nullopt;
  return std::chrono::sys_days(day).time_since_epoch().count();
}

constexpr std::int64_t days_of_unix(std::int64_t seconds) noexcept {
  return (seconds - (seconds < 0 ? 86'399 : 0)) / 86'400;
}

}  // namespace offledger
