// SPDX-License-Identifier: Apache-2.0
//
// What each host thread was doing at any time: in which outermost CUDA call, in the plan's own work, held by
// the profiler or by a full queue, or outside CUDA.

#pragma once

#include <cstdint>
#include <vector>

#include "reports/analysis/window_index.hpp"

namespace offledger::analysis {

class HostThreads {
 public:
  explicit HostThreads(const Links& links);

  struct At {
    std::uint32_t call = kNoRow32;  ///< the outermost call the thread was in
    bool host_work = false;
    bool profiler = false;  ///< inside the collector's own overhead, or while it was off between steps
    bool queue_full = false;
    Nanos until{};  ///< no change before then
  };
  [[nodiscard]] At at(std::uint32_t thread, Nanos time) const noexcept;

  /// When an op's call had handed it to the device: the call's begin, or the last time within it that the
  /// queue was full.
  [[nodiscard]] Nanos submitted(const GpuOp& op) const noexcept;

  /// A thread's outermost calls, ascending.
  [[nodiscard]] const std::vector<std::uint32_t>& calls(std::uint32_t thread) const noexcept {
    return threads_[thread].calls;
  }
  [[nodiscard]] std::size_t size() const noexcept { return threads_.size(); }
  [[nodiscard]] const IntervalSet& full(std::uint32_t thread) const noexcept { return threads_[thread].full; }

 private:
  struct Thread {
    std::vector<std::uint32_t> calls;
    IntervalSet full, profiler;
  };
  const Links* links_;
  std::vector<Thread> threads_;
};

}  // namespace offledger::analysis
