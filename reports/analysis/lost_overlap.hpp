// SPDX-License-Identifier: Apache-2.0
//
// A copy that runs while the SMs wait is the link's fault only if it could not have run earlier. While
// kernels ran,
//
//     the link stood idle, and the copy that came next was held: not issued yet, its slot still read, kernels
//     before it on its own stream; or the link carried a copy that is needed only after the one that the gap
//     waits for.
//
// That time is lost to the needed copy, which is late by it. So a gap's `link_bound` time is charged, up to
// what was lost before it in the same step (in the same run, where steps wrap), to what lost it: had that not
// been, this much of the gap would not be either. Each lost nanosecond is charged once, the latest first.

#pragma once

#include <vector>

#include "reports/analysis/reasons.hpp"

namespace offledger::analysis {

/// Re-labels parts of link_bound pieces; times stay as they are.
std::vector<Piece> charge_lost_overlap(const BlameInput& input, const Reasons& reasons,
                                       std::vector<Piece> pieces);

}  // namespace offledger::analysis
