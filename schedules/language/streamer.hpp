// SPDX-License-Identifier: Apache-2.0
//
// The weight manager that a plan is written through: it knows which units are held, where, and what protects
// a slot; fetching, waiting, computing and releasing a unit each append the ops that the policy's modes ask
// for. The compiler drives it from issue points, WeightManager (weight_manager.hpp) from code.
//
// One step is written from the state at its border: what the step before fetched for it. The body repeats
// where it ends in the state it began with; compile() finds that state.

#pragma once

#include <cstdint>
#include <vector>

#include "schedules/language/layout.hpp"
#include "schedules/plan/builder.hpp"

namespace offledger::language {

/// What a step leaves to the next.
struct Border {
  struct Held {
    plan::UnitId unit{};
    plan::SlotId slot{};
    bool operator==(const Held&) const = default;
  };
  std::vector<Held> head;              ///< fetched for the next step, in the order they were
  std::vector<plan::SlotId> recent;    ///< of the last fetches, as many as may be in flight
  std::vector<std::uint32_t> pool_of;  ///< of every slot: dynamic pools grow
  bool operator==(const Border&) const = default;
};

/// Writes one step into the builder's body. `policy`, `layout` and `builder` must outlive it. Threads: one.
class Streamer {
 public:
  Streamer(const Policy& policy, const Layout& layout, plan::Builder& builder, const Border& start);

  /// Held or in flight: fetching it again would compile to nothing.
  [[nodiscard]] bool held(plan::UnitId unit) const noexcept { return held_[index(unit)] != 0; }

  /// Begins an issue point: fenced fetches up to the next one share a fence.
  void begin_point() noexcept { fence_recorded_ = false; }
  /// Copies a unit that is not held into its slot. `wrapped`: for the next step. Throws Error(kUsage) where a
  /// dynamic pool has no slot left.
  void fetch(plan::UnitId unit, bool fenced, bool wrapped);
  /// The readiness wait, with a copy on demand where the unit is not held; on the stream that the policy has
  /// wait.
  void make_ready(plan::UnitId unit, ReadyMode mode);
  /// Orders the unit behind the one before it where that computes on another stream: data flows through every
  /// unit.
  void chain(plan::UnitId unit);
  /// The kernels, and what the next copy into the unit's slot will wait for.
  void compute(plan::UnitId unit);

  [[nodiscard]] Border end() const;
  /// Once the step is written: the prologue that puts a device in the state the step began with, and the
  /// epilogue.
  void finish();

 private:
  struct EventUse {
    plan::StreamId stream{};  ///< of its latest Record
    bool recorded = false;
    bool waited_first = false;  ///< the body waits for it before recording it
  };
  struct SlotState {
    plan::EventId ready = kNone, free = kNone;
    plan::StreamId copied_on{};
    std::uint32_t pool = 0;
    bool taken = false;
  };
  static constexpr plan::EventId kNone{~0U};

  const GroupLayout& group_of(plan::UnitId unit) const {
    return layout_.groups[layout_.model.group_row_of(unit)];
  }
  plan::SlotId add_slot(std::uint32_t pool);
  plan::SlotId take_slot(plan::UnitId unit);
  plan::StreamId copy_stream(plan::UnitId unit, plan::SlotId slot) const;
  plan::EventId event(plan::EventId& id, const char* what, const std::string& of);
  plan::EventId ready_event(plan::SlotId slot);
  plan::EventId free_event(plan::SlotId slot);
  plan::EventId stream_event(std::vector<plan::EventId>& ids, const char* what, plan::StreamId stream);
  void record(plan::EventId event, plan::StreamId stream);
  void stream_wait(plan::StreamId stream, plan::EventId event);
  void host_wait(plan::EventId event);
  void note_wait(plan::EventId event);
  void bound_in_flight(plan::SlotId slot);
  void fence(plan::StreamId stream);
  void protect(plan::SlotId slot, plan::StreamId stream);
  void copy(plan::UnitId unit, plan::SlotId slot, plan::StreamId stream);
  void release(plan::UnitId unit);

  const Policy& policy_;
  const Layout& layout_;
  plan::Builder& builder_;
  const Border start_;
  const bool records_ready_, records_free_;

  std::vector<std::uint8_t> held_;     ///< by unit
  std::vector<plan::SlotId> slot_of_;  ///< by unit, while held
  std::vector<SlotState> slots_;
  std::vector<std::vector<plan::SlotId>> pools_;
  std::vector<EventUse> events_;
  std::vector<plan::EventId> chain_, tail_, fence_;  ///< by stream
  std::vector<Border::Held> head_;
  std::vector<plan::SlotId> recent_;
  plan::StreamId current_;  ///< the compute stream that everything computed so far is behind
  bool fence_recorded_ = false;
  std::uint32_t fenced_ = 0;  ///< copy streams that wait for the fence, a bit each
};

}  // namespace offledger::language
