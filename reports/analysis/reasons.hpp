// SPDX-License-Identifier: Apache-2.0
//
// Why an operation had not begun at an instant: the walk from it, through what it waited for, to what was
// really happening then.

#pragma once

#include "reports/analysis/blame.hpp"

namespace offledger::analysis {

/// An answer, and the time before which it does not change.
struct Reason {
  Cause cause = Cause::kUnknown;
  Sub sub = Sub::kNone;
  Via via = Via::kNone;
  bool host_blocked = false;
  OpRow culprit = kNoRow32;
  std::uint32_t call = kNoRow32;
  Nanos until = Nanos::max();
};

class Reasons {
 public:
  explicit Reasons(const BlameInput& input);

  /// Why `op` (which begins after `time`) had not begun. until > time.
  [[nodiscard]] Reason why_not(OpRow op, Nanos time) const;

  /// The H2D copies of the device, ascending by begin.
  [[nodiscard]] const std::vector<OpRow>& copies() const noexcept { return copies_; }
  /// The H2D copy that runs at `time`, or kNoRow32; lowers `until` to where that changes.
  [[nodiscard]] OpRow on_link(Nanos time, Nanos& until) const noexcept;
  /// When a copy is first needed, as far as units and events tell; the earliest time where they do not.
  [[nodiscard]] Nanos needed_at(OpRow copy) const noexcept;
  /// Whether a copy is needed only after `kernel` begins.
  [[nodiscard]] bool needed_later(OpRow copy, OpRow kernel) const noexcept;

 private:
  /// What is being explained, carried along the walk. A waiter of kNoRow32 below is the host.
  struct Walk {
    OpRow kernel;  ///< whose gap it is
    Nanos time;
    Via via = Via::kNone;
    int depth = 0;
  };
  struct Held;

  [[nodiscard]] Held held_by(OpRow op, Nanos time) const;
  [[nodiscard]] Reason walk(OpRow op, Walk at) const;
  void find_slot_readers();
  [[nodiscard]] Reason waiting_for(OpRow last, OpRow waiter, bool by_event, Walk at) const;
  [[nodiscard]] Reason running(OpRow op, OpRow waiter, bool by_event, Walk at) const;
  [[nodiscard]] bool slot_is_free(OpRow copy, OpRow held_by, Nanos time) const;
  [[nodiscard]] Reason free_to_run(OpRow op, Walk at) const;
  [[nodiscard]] Reason not_issued(OpRow op, Walk at) const;
  [[nodiscard]] Reason host_doing(OpRow op, Walk at) const;
  [[nodiscard]] Reason host_in_call(OpRow op, std::uint32_t call, Walk at) const;
  [[nodiscard]] Reason host_waiting(std::uint32_t call, Walk at) const;
  [[nodiscard]] Reason queue_full(OpRow op, std::uint32_t call, Walk at) const;

  const BlameInput* in_;
  const std::vector<GpuOp>* ops_;
  std::vector<OpRow> copies_;
  std::vector<OpRow> slot_reader_;  ///< by op: the kernel that read a copy's slot last; empty without slots
  std::vector<Nanos> copies_end_;   ///< running maximum of the ends of copies_
};

}  // namespace offledger::analysis
