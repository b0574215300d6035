// SPDX-License-Identifier: Apache-2.0
//
// The device's side of the simulation: FIFO streams, event records, one compute engine, the link. A pure
// engine: it knows no plan and no recording, only ops, the instant at which the device can see each, and when
// it ran. Rules R3 to R5 and R10 of docs/simulated-device.md; link.hpp has R8 and R9, bandwidth.hpp R7,
// power.hpp R20, costs.hpp the rest.
//
// The host's side drives it: ops are pushed at instants that never precede what the engine has played, and
// the engine plays on only as far as the host needs to know.

#pragma once

#include <cstdint>
#include <vector>

#include "harness/device/sim/link.hpp"
#include "harness/device/sim/power.hpp"
#include "schedules/base/units.hpp"
#include "schedules/plan/plan.hpp"

namespace offledger::sim {

/// The row of an op in the order of issue.
enum class OpId : std::uint32_t { kNone = 0xFFFFFFFF };

enum class OpKind : std::uint8_t { kKernel, kCopy, kRecord, kWait };

/// What a copy asks of the link.
struct Transfer {
  std::uint64_t bytes = 0;
  std::uint64_t ceiling = 0;      ///< its bandwidth alone, bytes/s
  std::uint32_t permille = 1000;  ///< how much work a byte is: noise
  plan::Direction direction{};
};

/// One cache line: a step of a large model is thousands of these.
struct Op {
  Nanos begin{};
  Nanos end{};
  Nanos visible{};             ///< the device cannot see it before
  Nanos duration{};            ///< kernels: on a rested device
  Nanos slowdown{};            ///< kernels: what they take more on a busy one
  std::uint32_t transfer = 0;  ///< copies: the row of what they ask
  OpId record = OpId::kNone;   ///< waits: what they wait for
  OpId next = OpId::kNone;     ///< of the same stream
  std::uint32_t stream = 0;
  OpKind kind{};
  bool done = false;
};
static_assert(sizeof(Op) <= 64);

/// Invariant: everything up to now() has been played; an op that is done has its begin and end.
/// Cost: O(streams) an op.
class Engine {
 public:
  Engine(std::uint32_t streams, const Link& link, const Power& power)
      : link_(link), power_(power), streams_(streams) {}
  void reserve(std::size_t ops) { ops_.reserve(ops); }

  /// See power.hpp for the two times.
  OpId push_kernel(std::uint32_t stream, Nanos visible, Nanos rested, Nanos slowdown);
  OpId push_copy(std::uint32_t stream, Nanos visible, const Transfer& transfer);
  OpId push_record(std::uint32_t stream, Nanos visible);
  /// `record` is a record pushed before; the stream goes on once it is done.
  OpId push_wait(std::uint32_t stream, Nanos visible, OpId record);

  [[nodiscard]] Nanos now() const noexcept { return now_; }

  /// Plays everything up to and including the instant.
  void run_to(Nanos instant);
  /// Plays until the op, a record, a copy, or the last of its stream, is done; its end.
  Nanos run_until_done(OpId op);
  /// Plays until the stream, or every stream, has done all it was given; the end of the last op, 0 where
  /// none.
  Nanos run_until_idle(std::uint32_t stream);
  Nanos run_until_idle();
  /// Plays until fewer than `limit` of the stream's kernels and copies are unfinished; now().
  Nanos run_until_below(std::uint32_t stream, std::uint32_t limit);

  /// Kernels and copies pushed and, as far as the engine has played, unfinished.
  [[nodiscard]] std::uint32_t pending(std::uint32_t stream) const noexcept {
    return streams_[stream].pending;
  }
  [[nodiscard]] const Op& at(OpId op) const noexcept { return ops_[index(op)]; }
  [[nodiscard]] const std::vector<Op>& ops() const noexcept { return ops_; }

 private:
  struct Stream {
    OpId head = OpId::kNone;  ///< the first op that is not done
    OpId last = OpId::kNone;  ///< the last op ever pushed
    std::uint32_t pending = 0;
    bool ready = false;  ///< the head is a kernel that waits for the compute engine since its `begin`
    bool waits = false;  ///< the head is a wait whose record is not done
    /// When there is next something to be done for the stream as it stands: the head becomes visible, or is
    /// to be looked at again. Never while the head runs, is ready, or waits.
    Nanos wake = Nanos::max();
  };

  Op& push(std::uint32_t stream, OpKind kind, Nanos visible);
  [[nodiscard]] OpId last() const noexcept { return OpId{static_cast<std::uint32_t>(ops_.size() - 1)}; }
  bool play_next(Nanos limit);
  void play_kernels(Nanos limit);
  void settle();
  bool settle(Stream& stream);
  void wake_waiting();
  void start_copy(const Op& op);
  void start_kernel();
  void run_kernel(Op& op);
  void retire();
  void finish_head(Stream& stream, Nanos begin);
  [[nodiscard]] Nanos next_event() const noexcept;

  Link link_;
  Power power_;
  std::vector<Stream> streams_;
  std::vector<Op> ops_;
  std::vector<Transfer> transfers_;
  OpId running_ = OpId::kNone;  ///< on the compute engine
  std::uint32_t ready_ = 0;     ///< streams whose head is a ready kernel
  Nanos now_{};
};

}  // namespace offledger::sim
