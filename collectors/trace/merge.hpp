// SPDX-License-Identifier: Apache-2.0
//
// One Timeline from several: the slices of a trace that were parsed apart, the recordings of a program's
// processes.

#pragma once

#include "collectors/trace/timeline.hpp"

namespace offledger::trace {

/// Appends the rows of `part` to `into`: equal strings, devices, processes, threads and streams become one,
/// records point to them anew, defects add up. `into.source` stays, but for `complete`, which both must be.
/// Times and correlations are taken as they are: both Timelines must be on one clock, and their ids unique
/// together. Cost: O(part), and O(rows) for each of part's processes, threads and streams.
void merge(Timeline& into, const Timeline& part);

}  // namespace offledger::trace
