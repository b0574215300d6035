// SPDX-License-Identifier: Apache-2.0
//
// The figures of analyse(), from links that the caller keeps: explain() asks the same links for causes.

#pragma once

#include <vector>

#include "reports/analysis/window_index.hpp"

namespace offledger::analysis {

/// `windows` are device_windows(links). Without what explain() adds.
Report measure(const Links& links, const std::vector<DeviceWindow>& windows);

}  // namespace offledger::analysis
