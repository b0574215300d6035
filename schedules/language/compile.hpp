// SPDX-License-Identifier: Apache-2.0
//
// The compiler: a policy and a model's shape in, a plan out. docs/schedules.md states the order of ops at a
// unit.

#pragma once

#include "schedules/language/policy.hpp"
#include "schedules/plan/plan.hpp"

namespace offledger::language {

/// Throws Error(kUsage), with the place in the file, where the policy does not fit the model or no body would
/// repeat. Cost: linear in the ops written, twice where the schedule wraps.
plan::Plan compile(const Policy& policy, const plan::ModelShape& model);

}  // namespace offledger::language
