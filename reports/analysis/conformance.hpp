// SPDX-License-Identifier: Apache-2.0
//
// Whether a recording is what a plan says: the plan's manifest against the records, exactly.
//
// The manifest is what the host-to-device copies of the plan come to when it is unrolled over the recorded
// steps. A copy belongs to the unit it is for and to the step of the compute that consumes it, and is held to
//
//     bytes, kind of source memory, slot, stream, order of issue, lead in units
//
// where the lead is how many units the host enqueued between the copy and its reader. Streams have no names
// in common: they conform where one recorded stream stands for one of the plan, both ways. Slots are checked
// where ranges carry them. Times do not matter.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/analysis/units.hpp"

namespace offledger::plan {
struct Plan;
}

namespace offledger::analysis {

enum class Deviation : std::uint8_t { kMissing, kExtra, kSource, kStream, kSlot, kLead, kOrder, kUnit };

struct Conformance {
  std::uint64_t planned_copies = 0, recorded_copies = 0;
  std::uint64_t planned_bytes = 0, recorded_bytes = 0;
  /// Copies missing, extra or other than planned, and units computed in no step or in one too many.
  std::uint64_t differing = 0;
  std::vector<Deviation> kinds;    ///< that occur, each once
  std::vector<std::string> words;  ///< the first differences, at most kMostWords
  bool slots_checked = false;

  [[nodiscard]] bool has(Deviation kind) const noexcept;
  /// "step 1, L3.ffn: …; 5 differences in all": empty where all conforms.
  [[nodiscard]] std::string first() const;
};
inline constexpr std::size_t kMostWords = 8;

/// Absent where the recording cannot tell: it has no ranges that name units, a copy without the call that
/// issued it, or, as the plan has, no copy at all. Cost: O(n log n) in copies and units.
std::optional<Conformance> conformance(const plan::Plan& plan, const Links& links, const DeviceWindow& device,
                                       const DeviceUnits& units);

}  // namespace offledger::analysis
