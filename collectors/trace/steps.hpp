// SPDX-License-Identifier: Apache-2.0
//
// Step numbers as analysis wants them.

#pragma once

#include "collectors/trace/timeline.hpp"

namespace offledger::trace {

/// Counts steps from 0 in the order of the numbers their ranges bear: a profiler that skips and warms up
/// marks its first recorded step with a later number.
void number_steps(Timeline& timeline);

}  // namespace offledger::trace
