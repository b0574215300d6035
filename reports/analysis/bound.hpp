// SPDX-License-Identifier: Apache-2.0
//
// What a step could be, and what it costs before and after it runs steadily.
//
//     bound  = makespan of: copies back to back in need order at the link's plateau, unlimited slots, each
//     unit's
//              compute starting at max(previous end, own copies' end); where steps overlap max(compute,
//              transfer), and in the last of them, which nothing follows, the makespan of what had not
//              arrived before it
//     steady = (last - first layer end) / layers between, over whole offload groups in the middle half of the
//     layers fill   = wall - layers x steady

#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "reports/analysis/units.hpp"

namespace offledger::analysis {

/// Time to move bytes at a rate, rounded up; the most there is where it would overflow. rate > 0.
Nanos transfer_time(std::uint64_t bytes, std::uint64_t bytes_per_s) noexcept;

/// Whether a step consumed a copy that began before the step did: the plan wraps, or the host ran ahead. Such
/// a step cannot be bounded by the makespan of its own copies.
bool overlaps_previous(Interval step, std::span<const UnitInstance> units) noexcept;

/// How a step lies among the others.
enum class StepPlace : std::uint8_t {
  kAlone,     ///< its copies are its own, and all in it
  kOverlaps,  ///< copies of its head ran in the step before, those of the next one's run in it
  kLast,      ///< as kOverlaps, and no step follows
};

/// `units`: of one step that begins at `begin`, in order of compute; `unnamed_bytes`: of copies that feed
/// none of them, which the link had to carry all the same. Null without a link figure.
std::optional<Nanos> bound(const trace::Provenance& source, std::span<const UnitInstance> units,
                           StepPlace place, Nanos begin, Nanos compute, std::uint64_t unnamed_bytes);

/// Null for fewer than four layers or no whole group among the middle half.
std::optional<Nanos> steady_layer(std::span<const UnitInstance> units);

std::uint32_t distinct_layers(std::span<const UnitInstance> units);

}  // namespace offledger::analysis
