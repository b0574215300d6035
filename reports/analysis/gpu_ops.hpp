// SPDX-License-Identifier: Apache-2.0
//
// Every GPU operation of a Timeline in one table, in the order of its stream, linked to the host call that
// enqueued it and to the step and unit that the host was at. The second pass of analysis: records come in no
// order, so nothing can be linked while they are read.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "collectors/trace/timeline.hpp"
#include "reports/analysis/atoms.hpp"
#include "reports/analysis/call_class.hpp"
#include "reports/analysis/correlation_map.hpp"
#include "reports/analysis/host_marks.hpp"

namespace offledger::analysis {

/// A row of GpuOps::ops().
using OpRow = std::uint32_t;

enum class OpKind : std::uint8_t { kKernel, kCopy, kMemset };

struct GpuOp {
  Nanos begin{}, end{};
  std::uint32_t stream = 0;       ///< row of Timeline::streams
  std::uint32_t call = kNoRow32;  ///< row of Timeline::calls that enqueued it
  std::uint32_t record = 0;       ///< row of Timeline::kernels, ::copies or ::memsets
  std::uint32_t unit = kNoUnit;   ///< row of HostMarks::units
  std::int32_t step = kNoStep;
  std::int32_t slot = trace::kNoRow;
  OpKind kind = OpKind::kKernel;
  Activity activity = Activity::kCompute;
};

/// What could not be linked or used; each is tolerated and none is silent.
struct LinkCounts {
  std::uint64_t no_stream = 0;  ///< operations on a stream that is not in the table: left out
  std::uint64_t bad_times = 0;  ///< end before begin, or beyond 292 years: left out
  std::uint64_t no_call = 0;    ///< operations whose host call is not recorded
  std::uint64_t early = 0;      ///< kernels that begin before their launch call does
  Nanos skew{};                 ///< the most by which one does
};

class GpuOps {
 public:
  GpuOps(const trace::Timeline& timeline, const HostMarks& marks);

  /// By stream, then begin, then end.
  [[nodiscard]] const std::vector<GpuOp>& ops() const noexcept { return ops_; }
  [[nodiscard]] std::span<const GpuOp> stream(std::size_t row) const noexcept {
    return {ops_.data() + first_[row], first_[row + 1] - first_[row]};
  }
  [[nodiscard]] std::size_t streams() const noexcept { return first_.size() - 1; }
  /// Row in ops() of a stream's first op.
  [[nodiscard]] std::size_t first_of(std::size_t stream_row) const noexcept { return first_[stream_row]; }
  struct Launches {
    std::uint32_t thread = 0;  ///< row of Timeline::threads
    std::uint64_t kernels = 0;
  };
  /// Who launched a stream's kernels.
  [[nodiscard]] const std::vector<Launches>& launches(std::size_t stream_row) const noexcept {
    return launches_[stream_row];
  }
  [[nodiscard]] const LinkCounts& counts() const noexcept { return counts_; }
  [[nodiscard]] const CorrelationMap& calls() const noexcept { return calls_; }

 private:
  void gather(const trace::Timeline& timeline);
  void order();
  void link(const trace::Timeline& timeline, const HostMarks& marks);
  void count_launch(const GpuOp& op, trace::ThreadRow thread);

  std::vector<GpuOp> ops_;
  std::vector<std::size_t> first_;
  std::vector<std::vector<Launches>> launches_;  ///< by stream
  CorrelationMap calls_;
  LinkCounts counts_;
};

Activity activity_of(const trace::Copy& copy) noexcept;

}  // namespace offledger::analysis
