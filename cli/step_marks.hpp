// SPDX-License-Identifier: Apache-2.0
//
// What `--steps` of explain, import and profile means for a recording that exists.

#pragma once

#include <string>

#include "collectors/trace/timeline.hpp"

namespace offledger::cli {

/// `marks` (or empty): the steps that the recording marks. `auto`: the launch pattern that repeats.
/// `nvtx:RANGE`: each range of that name. Throws Error(kUsage) for another word, Error(kNotMeasured) where
/// nothing repeats or no range has the name.
void mark_steps(trace::Timeline& timeline, const std::string& steps);

}  // namespace offledger::cli
