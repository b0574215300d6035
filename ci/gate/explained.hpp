// SPDX-License-Identifier: Apache-2.0
//
// How much of a loss a faster device explains. Kernels or copies that get faster leave less time to hide
// transfers in, so `overlap` falls and idle time grows although nothing was lost; such a change must never
// fail.
//
// Without collectives, h2d = hidden + exposed and wall = compute + exposed + idle, so between base and
// candidate
//
//     hidden lost  =  h2d saved + compute saved + idle saved + wall grown
//     idle grown   =  compute saved + wall grown         (idle here: no compute)
//
// and a faster device never makes wall grow: with fixed dependencies every event comes at the same time or
// earlier. What it explains of hidden lost is therefore at most `h2d saved + compute saved + idle saved`,
// where idle time that became exposed transfer counts up to what the device saved. The rest is the schedule's
// doing.
//
// A host that blocks spends wall = blocked + step join + its own work. Kernels that end earlier after the
// last copy shorten the join, so blocked time may grow by what the join lost, up to what the device saved.
//
// With an unchanged device nothing is explained and the metric keeps its full strength.

#pragma once

#include <string_view>

#include "ci/gate/samples.hpp"

namespace offledger::gate {

/// The explained loss of the metric in its own terms: a ratio for overlap and overlap_of_possible, a share of
/// the baseline's wall for gpu_idle_ns, device_idle_ns, h2d_exposed_ns, avoidable_exposed_ns and
/// cpu_blocked_ns; 0 for every other metric.
double explained_by_device(std::string_view metric, const CellSamples& cell);

/// (cand - base) / base of compute_ns; 0 where it is not known.
double compute_change(const CellSamples& cell);

}  // namespace offledger::gate
