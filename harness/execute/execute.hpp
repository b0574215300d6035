// SPDX-License-Identifier: Apache-2.0
//
// Plays a plan on a device: the prologue, the body n times, the epilogue, op by op.

#pragma once

#include <cstdint>

#include "collectors/trace/timeline.hpp"
#include "harness/device/device.hpp"

namespace offledger::execute {

/// Numbers the plan's StepBegin marks from 0. `steps` is at least 1; `device` has played nothing yet.
/// Cost beyond the device's own: one indirect call an op.
trace::Timeline run(const plan::Plan& plan, const model::Workload& workload, std::uint32_t steps,
                    device::Device& device);

}  // namespace offledger::execute
