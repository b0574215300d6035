// SPDX-License-Identifier: Apache-2.0
//
// Whether a plan's ops name only what the plan has, so that readers may index without looking. Plans come
// from compilers, but anyone may write one.

#pragma once

#include "schedules/plan/plan.hpp"

namespace offledger::plan {

/// Throws Error(kUsage) naming the first op that is at fault, and why.
void check_ids(const Plan& plan);

}  // namespace offledger::plan
