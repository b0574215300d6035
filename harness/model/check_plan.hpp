// SPDX-License-Identifier: Apache-2.0
//
// What a device may take for granted of a plan. Plans come from compilers, and anyone may write one: every
// device checks the plan once, in prepare(), and then indexes without looking.

#pragma once

#include <cstdint>

#include "harness/model/workload.hpp"
#include "schedules/plan/plan.hpp"

namespace offledger::model {

/// Ops of one list, by what they leave in a recording.
struct OpCounts {
  std::uint64_t ops = 0;
  std::uint64_t kernels = 0;  ///< launches: every Compute counts its unit's kernels
  std::uint64_t copies = 0;
  std::uint64_t records = 0;
  std::uint64_t calls = 0;   ///< of the device's API, one a launch
  std::uint64_t syncs = 0;   ///< waits, on the device and on the host
  std::uint64_t ranges = 0;  ///< marks, copies, computes, host work
};

/// Throws Error(kUsage) unless the workload has the plan's units and every op names streams, events, slots,
/// units and bytes that the plan has; the message names the op.
void check_plan(const plan::Plan& plan, const Workload& workload);

/// Of a checked plan.
OpCounts count_ops(const std::vector<plan::Op>& ops, const Workload& workload);

}  // namespace offledger::model
