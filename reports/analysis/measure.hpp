// SPDX-License-Identifier: Apache-2.0
//
// The figures of analyse(), from links that the caller keeps: explain() asks the same links for causes.

#pragma once

#include <optional>
#include <vector>

#include "reports/analysis/host_time.hpp"
#include "reports/analysis/units.hpp"

namespace offledger::analysis {

/// What figures rest on, of one device.
struct Booked {
  DeviceUnits units;
  std::optional<HostTime> host;
};

/// `windows` are device_windows(links). Without what explain() adds. Leaves in `booked` what it found, device
/// by device.
Report measure(const Links& links, const std::vector<DeviceWindow>& windows, std::vector<Booked>& booked);

}  // namespace offledger::analysis
