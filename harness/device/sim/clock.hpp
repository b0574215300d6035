// SPDX-License-Identifier: Apache-2.0
//
// Addition on the virtual clock. A plan may ask for more time than a clock has; it is told so instead of
// wrapping.

#pragma once

#include <algorithm>

#include "harness/model/total.hpp"
#include "schedules/base/error.hpp"
#include "schedules/base/units.hpp"

namespace offledger::sim {

inline constexpr Nanos kEndOfTime{static_cast<std::int64_t>(model::kMostTotal)};

/// now + duration, both within [0, kEndOfTime]; Error(kUsage) beyond it.
inline Nanos after(Nanos now, Nanos duration) {
  if (duration > kEndOfTime - now) {
    throw Error(ErrorKind::kUsage,
                "the plan takes more than 2^62 ns (146 years) of simulated time: give the workload less to "
                "do, or the "
                "link more bandwidth");
  }
  return now + duration;
}

}  // namespace offledger::sim
