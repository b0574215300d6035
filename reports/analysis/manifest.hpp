// SPDX-License-Identifier: Apache-2.0
//
// The copies of a run in the order in which the host issued them, each with what conformance holds it to; and
// the same of a plan that is unrolled. Two manifests are equal where the recording is what the plan says.

#pragma once

#include <cstdint>
#include <vector>

#include "reports/analysis/units.hpp"

namespace offledger::plan {
struct Plan;
}

namespace offledger::analysis {

/// The step of a copy that nothing consumes.
inline constexpr std::uint32_t kNoConsumer = 0xFFFFFFFF;

struct ManifestCopy {
  std::uint32_t unit = kNoUnit;      ///< of the plan's; kNoUnit where it is none of them
  std::uint32_t step = kNoConsumer;  ///< of the unit's compute that consumes it
  std::uint64_t bytes = 0;
  bool pageable = false;
  std::int32_t slot = trace::kNoRow;  ///< kNoRow: not told
  std::uint32_t stream = 0;           ///< of the plan's, or the Timeline's
  std::uint32_t lead = 0;             ///< units enqueued between it and its reader
  std::uint32_t issued = 0;           ///< its place among all copies
};

struct ManifestCompute {
  std::uint32_t unit = 0, step = 0, stream = 0;
};

struct Manifest {
  std::vector<ManifestCopy> copies;       ///< by unit, step, order of issue
  std::vector<ManifestCompute> computes;  ///< by unit, step; one each
};

/// The plan's prologue, `steps` bodies and epilogue. Ids are those of a plan that is well formed.
Manifest manifest_of(const plan::Plan& plan, std::uint32_t steps);

/// What was recorded; `unit_of` gives the plan's unit for each row of HostMarks::units, kNoUnit where it has
/// none.
Manifest manifest_of(const Links& links, const DeviceWindow& device, const DeviceUnits& units,
                     const std::vector<std::uint32_t>& unit_of);

}  // namespace offledger::analysis
