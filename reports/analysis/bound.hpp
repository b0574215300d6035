// SPDX-License-Identifier: Apache-2.0
//
// What a step could be, and what it costs before and after it runs steadily.
//
//     bound  = makespan of: copies back to back in need order at the link's plateau, unlimited slots, each
//     unit's
//              compute starting at max(previous end, own copies' end); where steps overlap max(compute,
//              transfer)
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

/// `units`: of one step, in order of compute; `overlaps`: the steps do. Null without a link figure.
std::optional<Nanos> bound(const trace::Provenance& source, std::span<const UnitInstance> units,
                           bool overlaps, Nanos compute, std::uint64_t h2d_bytes);

/// Null for fewer than four layers or no whole group among the middle half.
std::optional<Nanos> steady_layer(std::span<const UnitInstance> units);

std::uint32_t distinct_layers(std::span<const UnitInstance> units);

}  // namespace offledger::analysis
