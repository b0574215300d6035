// SPDX-License-Identifier: Apache-2.0
//
// The clock of CUPTI's records: CLOCK_REALTIME, its default on Linux.

#pragma once

#include <ctime>

#include "schedules/base/units.hpp"

namespace offledger::cupti {

inline Nanos read_clock(clockid_t clock) noexcept {
  timespec time{};
  clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + Nanos(time.tv_nsec);
}

/// CLOCK_REALTIME less CLOCK_MONOTONIC, which are slewed alike: it changes when someone sets the time, and by
/// the fraction of a microsecond that reading both takes.
inline Nanos realtime_offset() noexcept {
  const Nanos before = read_clock(CLOCK_MONOTONIC);
  const Nanos real = read_clock(CLOCK_REALTIME);
  return real - (before + read_clock(CLOCK_MONOTONIC)) / 2;
}

}  // namespace offledger::cupti
