// SPDX-License-Identifier: Apache-2.0
//
// `offledger run --check`: whether schedules compute what the model computes, on a real GPU.

#pragma once

#include <string>

#include "harness/suite/suite.hpp"
#include "reports/render/style.hpp"

namespace offledger::cli {

/// Plays each case in check mode (harness/device/cuda/check.hpp) and prints "same" or what differs. Returns
/// the exit code: 0, or 1 where an answer differs. Throws Error(kUsage) for a device that does not compute.
int check_answers(const suite::Suite& cases, const std::string& device, const std::string& format,
                  const render::Style& style);

}  // namespace offledger::cli
