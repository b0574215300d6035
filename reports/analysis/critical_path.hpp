// SPDX-License-Identifier: Apache-2.0
//
// The chain of waits that a device's window consists of: from the end of its last operation, through what
// each thing waited for last, back to its beginning. Only what is on it could make the window shorter.

#pragma once

#include <vector>

#include "reports/analysis/analysis.hpp"
#include "reports/analysis/dependencies.hpp"

namespace offledger::analysis {

/// A stretch of the path.
enum class PathKind : std::uint8_t { kCompute, kCollective, kH2D, kOtherCopy, kHost, kLatency, kUnknown };
struct PathPiece {
  Interval time;
  PathKind kind = PathKind::kUnknown;
};

/// Ascending; they partition the window. Cost: linear in the path.
std::vector<PathPiece> critical_path(const Dependencies& dependencies, const DeviceWindow& device);

/// The path's times within a window.
CriticalPath path_within(const std::vector<PathPiece>& path, Interval window);

}  // namespace offledger::analysis
