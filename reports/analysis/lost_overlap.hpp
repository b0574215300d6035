// SPDX-License-Identifier: Apache-2.0
//
// A copy that runs while the SMs wait is the link's fault only if it could not have run earlier. While
// kernels ran and the link stood idle, the copy that came next was held by something: not issued yet, a slot
// still read, kernels before it on its own stream. That time is overlap lost; the next copies on the link are
// late by it. So a gap's `link_bound` time is charged, up to the overlap lost before it in the same step (in
// the same run, where steps wrap), to what lost it: had that not been, this much of the gap would not be
// either. Each lost nanosecond is charged once.

#pragma once

#include <vector>

#include "reports/analysis/reasons.hpp"

namespace offledger::analysis {

/// Re-labels parts of link_bound pieces; times stay as they are.
std::vector<Piece> charge_lost_overlap(const BlameInput& input, const Reasons& reasons,
                                       std::vector<Piece> pieces);

}  // namespace offledger::analysis
