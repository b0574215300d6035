// SPDX-License-Identifier: Apache-2.0
//
// A ledger from samples alone: for recordings without records, and beside records to see how far it can be
// trusted.
//
// With c the share of a sample in which kernels ran and t that in which the link moved data, both ran
// together for between max(0, c + t - 1) and min(c, t) of it. Halfway is what is booked; half the distance is
// what stays open.
//
//   c   graphics engine active, in samples in which any SM was: the engine stays active for some 20 us after
//   its last
//       kernel, with no SM at work. Without a graphics counter: SMs active.
//   t   the copy engine's activity; or the bytes read over the bus, over what the link carries at its
//   plateau, where
//       that is more: zero-copy reads, and engines that have no counter.

#pragma once

#include <optional>

#include "reports/analysis/counter_report.hpp"
#include "reports/analysis/counter_tracks.hpp"

namespace offledger::analysis {

/// `link_bytes_per_s`: the calibrated plateau of the payload, 0 where unknown (then the fastest sample's).
/// Null where neither SMs nor a graphics engine were counted, or neither copy engine nor bus.
std::optional<Sampled> sampled_in(const CounterTracks& tracks, Interval window,
                                  std::uint64_t link_bytes_per_s);

/// From the first to the last sample in which anything ran; null where nothing did.
std::optional<Interval> active_window(const CounterTracks& tracks, std::uint64_t link_bytes_per_s);

/// "h2d_engine", or "copy_engine" where the chip counts engines together; nullptr where it counts none.
const CounterTrack* engine_of(const CounterTracks& tracks) noexcept;
/// What the bus carried as payload: 1 where it is not calibrated.
double wire_factor(const CounterTrack& bus) noexcept;

}  // namespace offledger::analysis
