// SPDX-License-Identifier: Apache-2.0
//
// Orders that a recording's own dependencies do not guarantee: a kernel that nothing makes wait for its
// weights, a copy that nothing makes wait for its slot's last reader. One pass over the ops in the order of
// the host, with a vector clock a stream and a host thread; it finds what could go wrong, whether or not it
// did this time.
//
// Needs ranges that name units (and slots), complete event records, and one launching thread: several may
// order themselves by means that no recording shows.

#pragma once

#include <cstdint>
#include <vector>

#include "reports/analysis/blame.hpp"

namespace offledger::analysis {

struct Race {
  OpRow first = kNoRow32;   ///< the op that had to end
  OpRow second = kNoRow32;  ///< the op that did not have to wait for it
};

struct Races {
  std::vector<Race> missing_wait, wrong_stream_wait, slot_overwrite;
};

/// Empty where the recording cannot tell.
Races find_races(const BlameInput& input);

}  // namespace offledger::analysis
