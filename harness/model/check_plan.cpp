// SPDX-License-Identifier: Apache-2.0

#include "harness/model/check_plan.hpp"

#include <fmt/format.h>

#include "schedules/base/error.hpp"

namespace offledger::model {
namespace {

/// Checks one op; `problem` is set where it names what the plan does not have.
class OpCheck {
 public:
  explicit OpCheck(const plan::Plan& plan) : plan_(plan), units_(plan.model.unit_count()) {}

  void operator()(const plan::UnitBegin& op) { unit(op.unit); }
  void operator()(const plan::HostWork& op) {
    if (op.duration < Nanos::zero()) problem_ = "a negative duration";
  }
  void operator()(const plan::Alloc& op) { slot(op.slot); }
  void operator()(const plan::Free& op) { slot(op.slot); }
  void operator()(const plan::Copy& op) {
    unit(op.unit);
    slot(op.slot);
    stream(op.stream);
    if (problem_ != nullptr) return;
    const plan::Group& group = plan_.model.group_of(op.unit);
    const std::uint64_t unit_bytes = group.bytes();
    const std::uint64_t slot_bytes = plan_.slots[index(op.slot)].bytes;
    if (op.tensor != plan::kSlab && op.tensor >= group.tensors.size()) {
      problem_ = "a tensor the unit does not have";
    } else if (op.bytes == 0) {
      problem_ = "a copy of no bytes";
    } else if (op.offset > unit_bytes || op.bytes > unit_bytes - op.offset) {
      problem_ = "bytes beyond the unit's end";
    } else if (op.offset > slot_bytes || op.bytes > slot_bytes - op.offset) {
      problem_ = "bytes beyond the slot's end";
    }
  }
  void operator()(const plan::Record& op) { event(op.event), stream(op.stream); }
  void operator()(const plan::StreamWait& op) { stream(op.stream), event(op.event); }
  void operator()(const plan::HostWait& op) { event(op.event); }
  void operator()(const plan::StreamSync& op) { stream(op.stream); }
  void operator()(const plan::Compute& op) {
    unit(op.unit);
    stream(op.stream);
    if (op.slot != plan::kResident) slot(op.slot);
  }
  void operator()(const plan::Release& op) { slot(op.slot), unit(op.reader); }
  void operator()(const plan::StepBegin&) {}
  void operator()(const plan::Pin&) {}
  void operator()(const plan::DeviceSync&) {}

  [[nodiscard]] const char* problem() const noexcept { return problem_; }

 private:
  void unit(plan::UnitId id) {
    if (index(id) >= units_) problem_ = "a unit the model does not have";
  }
  void slot(plan::SlotId id) {
    if (index(id) >= plan_.slots.size()) problem_ = "a slot the plan does not have";
  }
  void stream(plan::StreamId id) {
    if (index(id) >= plan_.streams.size()) problem_ = "a stream the plan does not have";
  }
  void event(plan::EventId id) {
    if (index(id) >= plan_.events.size()) problem_ = "an event the plan does not have";
  }

  const plan::Plan& plan_;
  std::size_t units_;
  const char* problem_ = nullptr;
};

void check_ops(const plan::Plan& plan, const std::vector<plan::Op>& ops, std::string_view section) {
  OpCheck check(plan);
  for (std::size_t row = 0; row < ops.size(); ++row) {
    std::visit(check, ops[row]);
    if (check.problem() == nullptr) continue;
    throw Error(ErrorKind::kUsage,
                fmt::format("the plan of schedule '{}' is malformed: op {} of its {} ({}) names {}",
                            plan.schedule, row, section, plan::op_name(ops[row]), check.problem()));
  }
}

struct Counter {
  const Workload& workload;
  OpCounts counts;

  void operator()(const plan::StepBegin&) { ++counts.ranges; }
  void operator()(const plan::UnitBegin&) { ++counts.ranges; }
  void operator()(const plan::HostWork&) { ++counts.ranges; }
  void operator()(const plan::Alloc&) { ++counts.calls; }
  void operator()(const plan::Free&) { ++counts.calls; }
  void operator()(const plan::Pin&) { ++counts.calls; }
  void operator()(const plan::Copy&) { ++counts.calls, ++counts.copies, ++counts.ranges; }
  void operator()(const plan::Record&) { ++counts.calls, ++counts.records; }
  void operator()(const plan::StreamWait&) { ++counts.calls, ++counts.syncs; }
  void operator()(const plan::HostWait&) { ++counts.calls, ++counts.syncs; }
  void operator()(const plan::StreamSync&) { ++counts.calls, ++counts.syncs; }
  void operator()(const plan::DeviceSync&) { ++counts.calls, ++counts.syncs; }
  void operator()(const plan::Compute& op) {
    const std::uint32_t kernels = workload.costs[workload.shape.group_row_of(op.unit)].kernels;
    counts.calls += kernels;
    counts.kernels += kernels;
    ++counts.ranges;
  }
  void operator()(const plan::Release&) {}
};

}  // namespace

void check_plan(const plan::Plan& plan, const Workload& workload) {
  if (plan.model != workload.shape || workload.costs.size() != workload.shape.groups.size()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("workload '{}' is not cut into the units that schedule '{}' was compiled for; "
                            "model::regroup does that",
                            workload.name, plan.schedule));
  }
  check_ops(plan, plan.prologue, "prologue");
  check_ops(plan, plan.body, "body");
  check_ops(plan, plan.epilogue, "epilogue");
}

OpCounts count_ops(const std::vector<plan::Op>& ops, const Workload& workload) {
  Counter counter{workload, {}};
  for (const plan::Op& op : ops) std::visit(counter, op);
  counter.counts.ops = ops.size();
  return counter.counts;
}

}  // namespace offledger::model
