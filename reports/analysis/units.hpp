// SPDX-License-Identifier: Apache-2.0
//
// Who consumed which copy. A unit is a (layer, group) that ranges name; a copy feeds the unit whose range
// encloses its launch call; the kernel that consumes it is the unit's first kernel *launched* at or after the
// copy was. Program order, not time, so that a kernel that ran before its weights arrived shows as a negative
// lead and not as a copy for the step after.

#pragma once

#include <cstdint>
#include <vector>

#include "reports/analysis/window_index.hpp"

namespace offledger::analysis {

/// Records of one direction, without times.
struct Traffic {
  std::uint64_t bytes = 0, copies = 0, pageable_copies = 0;
  std::uint64_t moved = 0;  ///< bytes of copies that ran within the window, each taken as even
  void add(const trace::Copy& copy, bool pageable) noexcept;
};

/// What one step consumed.
struct StepTraffic {
  Traffic h2d, d2h;
  std::vector<Nanos> leads;  ///< one a consuming kernel, ascending
  /// Of H2D copies that feed no unit that ranges name: what ran within the step, each taken as even.
  std::uint64_t unnamed_bytes = 0;
};

struct UnitInstance {
  std::uint32_t unit = 0;    ///< row of HostMarks::units
  std::size_t step_row = 0;  ///< row of DeviceWindow::steps
  OpRow first_kernel = 0;
  UnitReport report;  ///< but for `gap`
};

struct DeviceUnits {
  Traffic total_h2d, total_d2h, unconsumed;
  std::vector<StepTraffic> steps;       ///< by row of DeviceWindow::steps
  std::vector<UnitInstance> instances;  ///< in order of compute
  std::vector<OpRow>
      consumer;  ///< by op row: the kernel that consumes a copy, else kNoRow32; empty without units
};

/// Of a copy's bytes, or of several copies' from first to last, those that a window saw, the copy taken as
/// even.
std::uint64_t bytes_within(Interval window, Interval copy, std::uint64_t bytes) noexcept;

DeviceUnits book_units(const Links& links, const DeviceWindow& device);

}  // namespace offledger::analysis
