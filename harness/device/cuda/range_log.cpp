// SPDX-License-Identifier: Apache-2.0
#include "harness/device/cuda/range_log.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include "collectors/cupti/collector.hpp"
#include "harness/device/cuda/nvtx_ranges.hpp"

namespace offledger::cuda {
namespace {

constexpr const char* kVerbs[] = {"", "copy ", "compute "};
constexpr std::size_t kReservedRows = 1 << 16;

/// The row that the collector made for this thread, or a new one.
trace::ThreadRow this_thread(trace::Timeline& timeline) {
  const auto tid = static_cast<std::uint64_t>(syscall(SYS_gettid));
  for (std::size_t row = 0; row < timeline.threads.size(); ++row) {
    if (timeline.threads[row].tid == tid) return trace::ThreadRow{static_cast<std::uint32_t>(row)};
  }
  return timeline.thread(timeline.process(static_cast<std::uint32_t>(getpid())), tid, "host");
}

}  // namespace

RangeLog::RangeLog(const plan::Plan& plan) : plan_(plan) {
  rows_.reserve(kReservedRows);
  for (std::size_t verb = 0; verb < std::size(kVerbs); ++verb) {
    for (std::uint32_t unit = 0; unit < plan.model.unit_count(); ++unit) {
      unit_names_[verb].push_back(kVerbs[verb] + plan.model.name_of(plan::UnitId{unit}));
    }
  }
}

Nanos RangeLog::now() noexcept {
  return cupti::Collector::now();
}

const std::string& RangeLog::name_of(const Row& row) const {
  static const std::string host_work = "host work";
  if (row.kind == trace::RangeKind::kHostWork) return host_work;
  return unit_names_[static_cast<std::size_t>(row.verb)][row.unit];
}

std::size_t RangeLog::open(trace::RangeKind kind, Verb verb, std::uint32_t unit, std::int32_t slot) {
  const std::size_t at = rows_.size();
  Row& row = rows_.emplace_back();
  row.kind = kind;
  row.verb = verb;
  row.step = step_;
  row.unit = unit;
  row.slot = slot;
  trace::NvtxPayload payload{kind, step_, trace::kNoRow, trace::kNoRow, slot};
  if (unit != kNoUnit) {
    payload.layer = static_cast<std::int32_t>(plan_.model.layer_of(plan::UnitId{unit}));
    payload.group_row = static_cast<std::int32_t>(plan_.model.group_row_of(plan::UnitId{unit}));
  }
  push_range(kind == trace::RangeKind::kStep ? step_name_.c_str() : name_of(row).c_str(), payload);
  row.begin = now();
  return at;
}

void RangeLog::close(std::size_t& row) {
  if (row == kClosed) return;
  rows_[row].end = now();
  row = kClosed;
  pop_range();
}

void RangeLog::begin_step(std::uint32_t step) {
  end_step();
  step_ = static_cast<std::int32_t>(step);
  step_name_ = "step " + std::to_string(step);
  open_step_ = open(trace::RangeKind::kStep, Verb::kNone, kNoUnit, trace::kNoRow);
}

void RangeLog::begin_unit(plan::UnitId unit) {
  end_unit();
  open_unit_ = open(trace::RangeKind::kUnit, Verb::kNone, static_cast<std::uint32_t>(unit), trace::kNoRow);
}

void RangeLog::end_unit() {
  close(open_unit_);
}

void RangeLog::end_step() {
  end_unit();
  close(open_step_);
}

void RangeLog::begin_op(Verb verb, plan::UnitId unit, plan::SlotId slot) {
  const std::int32_t row = slot == plan::kResident ? trace::kNoRow : static_cast<std::int32_t>(slot);
  open_op_ = open(trace::RangeKind::kOp, verb, static_cast<std::uint32_t>(unit), row);
}

void RangeLog::begin_host_work() {
  open_op_ = open(trace::RangeKind::kHostWork, Verb::kNone, kNoUnit, trace::kNoRow);
}

void RangeLog::begin_call(const char* name) {
  push_range(name, {trace::RangeKind::kOp, step_, trace::kNoRow, trace::kNoRow, trace::kNoRow});
}

void RangeLog::end_op() {
  if (open_op_ == kClosed) {
    pop_range();
  } else {
    close(open_op_);
  }
}

void RangeLog::write_to(trace::Timeline& timeline) const {
  const trace::ThreadRow thread = this_thread(timeline);
  const trace::StringId domain = timeline.intern(trace::kNvtxDomain);
  const Nanos origin{timeline.source.clock_origin};
  timeline.ranges.reserve(timeline.ranges.size() + rows_.size());
  for (const Row& row : rows_) {
    trace::Range& range = timeline.ranges.emplace_back();
    range.begin = row.begin - origin;
    range.end = row.end - origin;
    range.thread = thread;
    range.domain = domain;
    range.kind = row.kind;
    range.step = row.step;
    range.slot = row.slot;
    if (row.kind == trace::RangeKind::kStep) {
      range.name = timeline.intern("step " + std::to_string(row.step));
      continue;
    }
    range.name = timeline.intern(name_of(row));
    if (row.unit == kNoUnit) continue;
    const plan::UnitId unit{row.unit};
    range.layer = static_cast<std::int32_t>(plan_.model.layer_of(unit));
    range.group = timeline.intern(plan_.model.group_of(unit).name);
  }
}

}  // namespace offledger::cuda
