// SPDX-License-Identifier: Apache-2.0
//
// A hazard before it is put into words.

#pragma once

#include "schedules/plan/verify.hpp"

namespace offledger::plan {

struct Finding {
  HazardKind kind{};
  std::uint32_t first = 0, first_step = 0;    ///< the op that had to come, or be over, before
  std::uint32_t second = 0, second_step = 0;  ///< the op that may come too early
  UnitId unit{};                              ///< whose weights are at stake
  SlotId slot = kResident;
  bool race = false;              ///< it depends on timing; otherwise every timing breaks
  StreamId elsewhere{};           ///< kWrongStreamWait: the stream the wait or the record is on
  bool misplaced_record = false;  ///< kWrongStreamWait: it is the record
  std::uint64_t bytes = 0;        ///< kOverBudget: in use
};

/// Words and an interleaving for it.
Hazard describe(const Plan& plan, const Finding& finding);

}  // namespace offledger::plan
