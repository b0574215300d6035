// SPDX-License-Identifier: Apache-2.0
//
// What the thread that launches most kernels spent in CUDA calls that held it: waits, blocking copies,
// allocation, registration, and launches into a full queue. The wait after a step's last enqueue is the join,
// and no blocking: a fully asynchronous program waits there, and nowhere else, for all its work.

#pragma once

#include <optional>

#include "reports/analysis/window_index.hpp"

namespace offledger::analysis {

struct HostTime {
  IntervalSet blocked;  ///< without `join`
  IntervalSet join;
};

/// Null where the recording has no host calls that launch this device's kernels.
std::optional<HostTime> host_time(const Links& links, const DeviceWindow& device);

/// Time inside launch and enqueue calls of a thread while the command buffer was full.
IntervalSet queue_full(const Links& links, std::uint32_t thread);

}  // namespace offledger::analysis
