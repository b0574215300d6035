// SPDX-License-Identifier: Apache-2.0
//
// The first lines of an explanation, told from the ledger. With w the wall, i the time in which the SMs had
// no work, x the part of it in which a copy ran, the first that holds:
//
// - kernels read host memory themselves and the link is full: link-bound, whatever the SMs do meanwhile.
// - i < 2 % of w: compute-bound, no schedule makes this faster.
// - x >= i / 2: the copies are in the way: from pageable memory; on a link that is full (link-bound: even
//   max(h2d, compute), which nothing beats, is near w); or for want of a better schedule.
// - Otherwise the GPU waits for the host: host-blocked where half of i passed while the host was in a call
//   that blocks. Never merely because such calls are long: the GPU may have been busy.
//
// Private to render.

#pragma once

#include <optional>
#include <string>

#include "reports/analysis/analysis.hpp"

namespace offledger::render {

struct Story {
  std::string verdict;  ///< one sentence: what bounds the window, and the share that shows it
  std::string hidden;   ///< one sentence: how much transfer is hidden; empty where that means little
  std::string advice;   ///< one sentence: what to change
};
/// `held_while_idle`: the time in which the launching thread was held and the SMs had no work; null where
/// unknown. `zero_copy`: kernels themselves read most of what the link carried.
Story story_of(const analysis::Figures& figures, std::optional<Nanos> held_while_idle = std::nullopt,
               bool zero_copy = false);

/// The exposed H2D time that a better schedule could still hide: exposed - max(0, h2d - compute).
Nanos avoidable_exposed(const analysis::Figures& figures) noexcept;

}  // namespace offledger::render
