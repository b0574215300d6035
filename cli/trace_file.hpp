// SPDX-License-Identifier: Apache-2.0
//
// A recording as a Chrome trace on disk.

#pragma once

#include <string>

#include "collectors/trace/timeline.hpp"

namespace offledger::cli {

/// Zipped where the path ends in .gz. The file appears whole or not at all; throws Error(kNotMeasured) where
/// it cannot be written.
void write_trace(const trace::Timeline& timeline, const std::string& path);

}  // namespace offledger::cli
