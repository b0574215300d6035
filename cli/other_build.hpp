// SPDX-License-Identifier: Apache-2.0
//
// What another build of offledger means by a name: a change to the catalogue gives the two builds of an A/B
// different plans and suites, and each side's recordings are held to the plan of the build that made them.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/suite/suite.hpp"
#include "schedules/plan/plan.hpp"

namespace offledger::cli {

/// By `PROGRAM schedules --plan SCHEDULE --workload WORKLOAD --format json`. Absent where the build cannot
/// say: then nothing is known of how its recordings conform.
std::optional<plan::Plan> plan_of_build(const std::string& program, const suite::Case& what);

/// The cells of a suite that ships with the build, by `PROGRAM suites --format json`. Absent where the build
/// cannot say, or has no such suite.
std::optional<std::vector<suite::Case>> cases_of_build(const std::string& program, const std::string& suite);

}  // namespace offledger::cli
