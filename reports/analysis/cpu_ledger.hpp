// SPDX-License-Identifier: Apache-2.0
//
// The CPU's ledger: by thread and API, how long calls held the host, and for what. It stays apart from the
// GPU's: host time inside a wait is no GPU stall unless the GPU was idle then.

#pragma once

#include <vector>

#include "reports/analysis/blame.hpp"

namespace offledger::analysis {

/// Of the threads that enqueue mostly on this device, clipped to its window; longest first.
std::vector<CpuTime> cpu_ledger(const BlameInput& input);

}  // namespace offledger::analysis
