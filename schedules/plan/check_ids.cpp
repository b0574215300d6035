// SPDX-License-Identifier: Apache-2.0

#include "schedules/plan/check_ids.hpp"

#include <fmt/format.h>

#include "schedules/base/error.hpp"

namespace offledger::plan {
namespace {

/// True where every id of the op is in range.
struct Known {
  const Plan& plan;

  bool unit(UnitId id) const { return index(id) < plan.model.unit_count(); }
  bool slot(SlotId id) const { return index(id) < plan.slots.size(); }
  bool stream(StreamId id) const { return index(id) < plan.streams.size(); }
  bool event(EventId id) const { return index(id) < plan.events.size(); }

  bool operator()(const StepBegin&) const { return true; }
  bool operator()(const HostWork&) const { return true; }
  bool operator()(const Pin&) const { return true; }
  bool operator()(const DeviceSync&) const { return true; }
  bool operator()(const UnitBegin& op) const { return unit(op.unit); }
  bool operator()(const Alloc& op) const { return slot(op.slot); }
  bool operator()(const Free& op) const { return slot(op.slot); }
  bool operator()(const Record& op) const { return event(op.event) && stream(op.stream); }
  bool operator()(const StreamWait& op) const { return event(op.event) && stream(op.stream); }
  bool operator()(const HostWait& op) const { return event(op.event); }
  bool operator()(const StreamSync& op) const { return stream(op.stream); }
  bool operator()(const Release& op) const { return slot(op.slot) && unit(op.reader); }
  bool operator()(const Compute& op) const {
    return unit(op.unit) && stream(op.stream) && (op.slot == kResident || slot(op.slot));
  }
  bool operator()(const Copy& op) const {
    if (!unit(op.unit) || !slot(op.slot) || !stream(op.stream)) return false;
    const std::uint64_t bytes = plan.slots[index(op.slot)].bytes;
    return op.offset <= bytes && op.bytes <= bytes - op.offset;
  }
};

}  // namespace

void check_ids(const Plan& plan) {
  std::size_t row = 0;
  for (const auto* ops : {&plan.prologue, &plan.body, &plan.epilogue}) {
    for (const Op& op : *ops) {
      if (!std::visit(Known{plan}, op)) {
        throw Error(
            ErrorKind::kUsage,
            fmt::format(
                "the plan of '{}' is malformed: op {}, \"{}\", names what the plan does not have, or bytes "
                "beyond its slot's end",
                plan.schedule, row, to_string(plan, op)));
      }
      ++row;
    }
  }
}

}  // namespace offledger::plan
