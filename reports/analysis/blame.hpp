// SPDX-License-Identifier: Apache-2.0
//
// One cause for each nanosecond in which the SMs had no work. docs/blame.md defines causes and sub-causes.
//
// A gap ends with a kernel. At each instant of the gap that kernel was held by the constraint that was met
// last: its launch, the op before it on its stream, or an event. Following that constraint, and what held
// *it*, ends at something that ran (a copy), at a host that was doing something else, or at nothing. The gap
// is cut wherever the answer changes, so the pieces partition it.

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "reports/analysis/graph.hpp"
#include "reports/analysis/host_thread.hpp"
#include "reports/analysis/units.hpp"

namespace offledger::analysis {

enum class Cause : std::uint8_t {
  kTransferWait,
  kLaunchStarved,
  kDependencyWait,
  kLaunchLatency,
  kDrain,
  kProfiler,
  kUnknown,
};

enum class Sub : std::uint8_t {
  kNone,
  // kTransferWait
  kLinkBound,      ///< a needed copy ran, and could not have run earlier
  kLateIssue,      ///< the link stood idle and the host had not issued the copy
  kHeadOfLine,     ///< a copy that is needed later ran
  kSlotWait,       ///< the copy waited for a slot's last reader
  kFenced,         ///< its slot was free, and it waited for kernels that do not read it
  kBehindCompute,  ///< the copy queued behind kernels of its own stream
  kStaging,        ///< the host was filling the staging buffer of a pageable copy
  kCopyLatency,    ///< issued and free to run
  // kLaunchStarved
  kAllocation,
  kPinning,
  kHostWork,
  kApiCalls,  ///< in CUDA calls that wait for nothing
  kOutsideCuda,
  // kDependencyWait
  kKernel,
  kCollective,
  kMemset,
  kD2H,
  kD2D,
};

/// How the wait reached the GPU.
enum class Via : std::uint8_t { kNone, kEvent, kStreamOrder, kHostBlock, kBackPressure };

std::string_view name_of(Cause cause) noexcept;
std::string_view name_of(Sub sub) noexcept;
std::string_view name_of(Via via) noexcept;

/// A part of a gap with one cause.
struct Piece {
  Interval time;
  Cause cause = Cause::kUnknown;
  Sub sub = Sub::kNone;
  Via via = Via::kNone;
  bool host_blocked = false;  ///< the host stood in a blocking call, and so had not issued what was awaited
  OpRow next = kNoRow32;      ///< the kernel that the gap ends with; none in a drain
  OpRow culprit = kNoRow32;   ///< the copy or op that it waited for
  std::uint32_t call = kNoRow32;  ///< the host call that it waited for
};

/// What is asked of one device.
struct BlameInput {
  const Links& links;
  const DeviceWindow& device;
  const DeviceUnits& units;
  const Graph& graph;
  const HostThreads& host;
};

/// Pieces ascending, cut at step boundaries; they partition the device's SM-idle time.
std::vector<Piece> blame(const BlameInput& input);

}  // namespace offledger::analysis
