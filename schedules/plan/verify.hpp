// SPDX-License-Identifier: Apache-2.0
//
// Proves a plan safe, for every timing, without a device. An op of a stream starts after
//
//     the host has enqueued it, and with it whatever the host had waited for,
//     the ops before it in its stream,
//     what the stream's waits wait for,
//
// and nothing else may be assumed: a pageable copy that has returned is staged, not complete. Two accesses of
// a slot that this order leaves open can come either way on some machine on some day, and are a hazard if one
// of them writes.
//
// The body is unrolled until the state at its end repeats, so hazards across any number of steps are found.
// Method: vector clocks, one component a stream (Fidge 1988, Mattern 1989).

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schedules/plan/plan.hpp"

namespace offledger::plan {

enum class HazardKind : std::uint8_t {
  kReadBeforeCopy,  ///< a compute reads bytes that no copy has put there, or that were released
  kSlotOverwrite,   ///< a copy may write while the slot's last reader, or another copy, is not through
  kMissingWait,  ///< nothing orders a compute behind its copy, or behind the compute before it; or a wait for
                 ///< an event that nothing has recorded
  kWrongStreamWait,  ///< there is a wait for the copy, but it or the event's record is on another stream
  kWrongUnit,  ///< a compute reads another unit's bytes, or a release names a compute that was not the reader
  kOverBudget,  ///< the slots in use exceed the plan's device budget
  kLeak,        ///< a slot is allocated again, or left allocated at the end, without a free
};

/// "read_before_copy", …
std::string_view hazard_name(HazardKind kind);

struct Hazard {
  HazardKind kind{};
  /// The two ops at fault, numbered through prologue, body and epilogue as to_string(plan) prints them; equal
  /// where one op is at fault alone.
  std::size_t first = 0, second = 0;
  std::uint32_t step = 0;  ///< of `second`, from 0
  UnitId unit{};
  SlotId slot = kResident;
  std::string words;                      ///< what is wrong and what would right it
  std::vector<std::string> interleaving;  ///< one order of events that breaks, a line each
};

struct Verdict {
  std::vector<Hazard> hazards;  ///< one a kind and pair of ops, in the order found; at most kMostHazards
  std::size_t more = 0;         ///< found beyond those
  std::uint64_t peak_slot_bytes = 0;
  std::uint32_t steps = 0;  ///< how often the body was unrolled until its state repeated
  [[nodiscard]] bool safe() const noexcept { return hazards.empty(); }
};

inline constexpr std::size_t kMostHazards = 100;

/// Cost: linear in ops, times streams, times the steps it takes to repeat (two or three for a compiled plan).
/// Throws Error(kUsage) for a plan whose ops name what it does not have.
Verdict verify(const Plan& plan);

}  // namespace offledger::plan
