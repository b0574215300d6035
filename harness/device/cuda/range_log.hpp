// SPDX-License-Identifier: Apache-2.0
//
// The device's own ranges, kept as they happen: steps, units and ops, on CUPTI's clock. Recording one is two
// clock reads and a push; the same ranges go to NVTX, domain "offledger", for other tools that watch.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "collectors/trace/nvtx_payload.hpp"
#include "collectors/trace/timeline.hpp"
#include "schedules/plan/plan.hpp"

namespace offledger::cuda {

/// Threads: one, whose ranges these are.
class RangeLog {
 public:
  /// The plan must outlive this.
  explicit RangeLog(const plan::Plan& plan);
  RangeLog(const RangeLog&) = delete;
  RangeLog& operator=(const RangeLog&) = delete;

  /// Ends the open step, and its open unit, and begins one.
  void begin_step(std::uint32_t step);
  /// Ends the open unit, and begins one.
  void begin_unit(plan::UnitId unit);
  void end_unit();
  void end_step();

  enum class Verb : std::uint8_t { kNone, kCopy, kCompute };
  void begin_op(Verb verb, plan::UnitId unit, plan::SlotId slot);
  void begin_host_work();
  /// An op that acts for no unit ("alloc", "stream_sync"): for NVTX alone, the Timeline has the call itself.
  void begin_call(const char* name);
  /// Ends the op, host work or call that began last.
  void end_op();

  /// Appends what was recorded to a timeline whose clock_origin is set.
  void write_to(trace::Timeline& timeline) const;

  /// This instant on the recording's clock.
  [[nodiscard]] static Nanos now() noexcept;

 private:
  static constexpr std::uint32_t kNoUnit = UINT32_MAX;
  static constexpr std::size_t kClosed = SIZE_MAX;
  struct Row {
    Nanos begin{}, end{};
    trace::RangeKind kind{};
    Verb verb{};
    std::int32_t step = trace::kNoRow;
    std::uint32_t unit = kNoUnit;
    std::int32_t slot = trace::kNoRow;
  };

  std::size_t open(trace::RangeKind kind, Verb verb, std::uint32_t unit, std::int32_t slot);
  void close(std::size_t& row);
  [[nodiscard]] const std::string& name_of(const Row& row) const;

  const plan::Plan& plan_;
  std::vector<Row> rows_;
  std::vector<std::string> unit_names_[3];  ///< by verb, then by unit
  std::string step_name_;
  std::size_t open_step_ = kClosed, open_unit_ = kClosed, open_op_ = kClosed;
  std::int32_t step_ = trace::kNoRow;
};

}  // namespace offledger::cuda
