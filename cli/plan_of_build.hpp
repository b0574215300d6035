// SPDX-License-Identifier: Apache-2.0
//
// What another build of offledger means by a schedule's name: a change to the catalogue gives the two builds
// of an A/B different plans, and each side's recordings are held to the plan of the build that made them.

#pragma once

#include <optional>
#include <string>

#include "harness/suite/suite.hpp"
#include "schedules/plan/plan.hpp"

namespace offledger::cli {

/// By `PROGRAM schedules --plan SCHEDULE --workload WORKLOAD --format json`. Absent where the build cannot
/// say: then nothing is known of how its recordings conform.
std::optional<plan::Plan> plan_of_build(const std::string& program, const suite::Case& what);

}  // namespace offledger::cli
