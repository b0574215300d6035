// SPDX-License-Identifier: Apache-2.0
//
// Follows a plan op by op as verify() needs it: clocks, slot contents, and the findings they give rise to.

#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "schedules/plan/finding.hpp"
#include "schedules/plan/happens_before.hpp"
#include "schedules/plan/slot_contents.hpp"

namespace offledger::plan {

/// One visit an op, in the host's order. Threads: one.
class Verifier {
 public:
  explicit Verifier(const Plan& plan);

  /// Plays a section whose first op has number `first_op`.
  void play(const std::vector<Op>& ops, std::uint32_t first_op, std::uint32_t step);
  /// After the epilogue: what was left allocated.
  void finish();

  /// All that hazards of later ops depend on: equal states go on alike.
  [[nodiscard]] std::vector<std::uint32_t> state() const;
  [[nodiscard]] const std::vector<Finding>& findings() const noexcept { return findings_; }
  [[nodiscard]] std::uint64_t peak_slot_bytes() const noexcept { return peak_bytes_; }

  void operator()(const StepBegin&) {}
  void operator()(const UnitBegin&) {}
  void operator()(const HostWork&) {}
  void operator()(const Pin&) {}
  void operator()(const Alloc& op);
  void operator()(const Free& op);
  void operator()(const Copy& op);
  void operator()(const Record& op);
  void operator()(const StreamWait& op);
  void operator()(const HostWait& op);
  void operator()(const StreamSync& op) { order_.stream_sync(op.stream); }
  void operator()(const DeviceSync&) { order_.device_sync(); }
  void operator()(const Compute& op);
  void operator()(const Release& op);

 private:
  /// Where a unit's copy was overwritten before it was read.
  struct Lost {
    SlotId slot = kResident;
    std::uint32_t op = 0, step = 0;
  };

  void find(Finding finding);
  void find_race(HazardKind kind, const Access& first, UnitId unit, SlotId slot);
  void find_unordered(const Access& copy, StreamId reader, UnitId unit, SlotId slot);
  void check_event(EventId event);
  void check_readers(const Copy& op, const SlotContents& slot);
  void check_contents(UnitId unit, SlotId slot, StreamId reader, std::uint64_t begin, std::uint64_t end);
  void read(const Reader& reader, SlotId slot);
  template <typename Gone>
  void release(SlotContents& slot, Gone gone);

  const Plan& plan_;
  HappensBefore order_;
  std::vector<SlotContents> slots_;
  std::vector<StreamId> copied_on_;  ///< by unit
  std::vector<Lost> lost_;           ///< by unit
  std::optional<Access> last_compute_;
  std::optional<UnitId> just_copied_;  ///< by the op before this one
  std::vector<std::optional<StreamId>>
      stray_;                    ///< by unit: the event after its copy is recorded on this other stream
  std::vector<bool> allocates_;  ///< by slot: the plan has an Alloc for it
  std::uint64_t bytes_ = 0, peak_bytes_ = 0;
  std::uint32_t op_ = 0, step_ = 0;
  std::vector<Finding> findings_;
  std::set<std::tuple<HazardKind, std::uint32_t, std::uint32_t>> seen_;
};

}  // namespace offledger::plan
