// SPDX-License-Identifier: Apache-2.0
//
// The plan that a recording was made from, where the harness made it: compiled again from the names that the
// recording carries, so that it can be held to it.

#pragma once

#include <optional>
#include <string>

#include "collectors/trace/timeline.hpp"
#include "schedules/plan/plan.hpp"

namespace offledger::cli {

/// Absent for programs that we did not drive, and where the catalogue lacks the schedule or the workload, or
/// has another schedule of that name than `schedule_hash`, unless that is empty.
std::optional<plan::Plan> known_plan(const trace::Provenance& source, const std::string& schedule_hash);

}  // namespace offledger::cli
