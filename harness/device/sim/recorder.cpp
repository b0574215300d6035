// SPDX-License-Identifier: Apache-2.0

#include "harness/device/sim/recorder.hpp"

#include <algorithm>
#include <string_view>

namespace offledger::sim {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(HostApi::kCount)> kApiNames = {
    "cudaLaunchKernel",      "cudaMemcpyAsync",      "cudaEventRecord",
    "cudaStreamWaitEvent",   "cudaEventSynchronize", "cudaStreamSynchronize",
    "cudaDeviceSynchronize", "cudaMalloc",           "cudaFree",
    "cudaHostRegister"};

/// The process, thread and context of the simulated program.
constexpr std::uint32_t kPid = 1;
constexpr std::uint64_t kTid = 1;
constexpr std::uint32_t kContext = 1;

/// Longer runs grow their tables as they go.
constexpr std::uint64_t kMostReserved = 1 << 22;

std::int32_t slot_row(plan::SlotId slot) {
  return slot == plan::kResident ? trace::kNoRow : static_cast<std::int32_t>(slot);
}

}  // namespace

Recorder::Recorder(const plan::Plan& plan, const model::Workload& workload, std::uint32_t steps,
                   const std::string& device_name)
    : model_(plan.model) {
  const trace::DeviceId device{0};
  timeline_.device(device, device_name);
  const trace::ProcessRow process = timeline_.process(kPid, "offledger sim");
  thread_ = timeline_.thread(process, kTid, "host");
  // Stream 0 is CUDA's default stream, which no plan uses.
  for (std::size_t row = 0; row < plan.streams.size(); ++row) {
    streams_.push_back(timeline_.stream(process, device, kContext, row + 1, plan.streams[row].name));
  }
  reserve(plan, workload, steps);
  intern_names();
}

void Recorder::reserve(const plan::Plan& plan, const model::Workload& workload, std::uint32_t steps) {
  const model::OpCounts head = model::count_ops(plan.prologue, workload);
  const model::OpCounts body = model::count_ops(plan.body, workload);
  const model::OpCounts tail = model::count_ops(plan.epilogue, workload);
  const auto total = [&](std::uint64_t model::OpCounts::*count) {
    return std::min(kMostReserved, head.*count + steps * body.*count + tail.*count);
  };
  timeline_.kernels.reserve(total(&model::OpCounts::kernels));
  timeline_.copies.reserve(total(&model::OpCounts::copies));
  timeline_.event_records.reserve(total(&model::OpCounts::records));
  timeline_.calls.reserve(total(&model::OpCounts::calls) + 1);
  timeline_.syncs.reserve(total(&model::OpCounts::syncs) + 1);
  timeline_.ranges.reserve(total(&model::OpCounts::ranges));
}

void Recorder::intern_names() {
  for (std::size_t api = 0; api < apis_.size(); ++api) apis_[api] = timeline_.intern(kApiNames[api]);
  domain_ = timeline_.intern("offledger");
  host_work_ = timeline_.intern("host work");
  queue_full_ = timeline_.intern("command buffer full");
  std::vector<trace::StringId> groups;
  for (const plan::Group& group : model_.groups) groups.push_back(timeline_.intern(group.name));
  units_.reserve(model_.unit_count());
  std::string name;
  for (std::uint32_t layer = 0; layer < model_.layers; ++layer) {
    const std::string prefix = std::string("L").append(std::to_string(layer)).append(".");
    for (std::size_t row = 0; row < groups.size(); ++row) {
      const auto named = [&](std::string_view verb) {
        name.assign(verb).append(prefix).append(model_.groups[row].name);
        return timeline_.intern(name);
      };
      units_.push_back(
          {named(""), named("copy "), named("compute "), groups[row], static_cast<std::int32_t>(layer)});
    }
  }
}

trace::Correlation Recorder::call(HostApi api, Nanos begin, Nanos end) {
  const trace::Correlation correlation{++correlations_};
  timeline_.calls.push_back(
      {begin, end, thread_, apis_[static_cast<std::size_t>(api)], correlation, trace::Api::kRuntime, 0});
  return correlation;
}

void Recorder::queue_full(Nanos begin, Nanos end) {
  timeline_.overheads.push_back({begin, end, trace::OverheadKind::kCommandBufferFull, thread_, queue_full_});
}

void Recorder::sync(trace::SyncKind kind, Nanos begin, Nanos end, trace::StreamRow stream,
                    trace::EventSync event, trace::Correlation correlation) {
  timeline_.syncs.push_back({begin, end, kind, stream, event, correlation});
}

void Recorder::kernel(const plan::Compute& op, trace::Correlation correlation) {
  trace::Kernel& kernel = timeline_.kernels.emplace_back();
  kernel.stream = row(op.stream);
  kernel.name = units_[index(op.unit)].group;
  kernel.correlation = correlation;
}

void Recorder::copy(const plan::Copy& op, trace::Correlation correlation) {
  const bool to_device = op.direction == plan::Direction::kH2D;
  const trace::MemoryKind host =
      op.source == plan::Source::kPageable ? trace::MemoryKind::kPageable : trace::MemoryKind::kPinned;
  trace::Copy& copy = timeline_.copies.emplace_back();
  copy.stream = row(op.stream);
  copy.correlation = correlation;
  copy.bytes = op.bytes;
  copy.direction = to_device ? trace::CopyDirection::kH2D : trace::CopyDirection::kD2H;
  copy.source = to_device ? host : trace::MemoryKind::kDevice;
  copy.target = to_device ? trace::MemoryKind::kDevice : host;
  copy.channel = trace::Channel::kAsyncCopy;
  copy.channel_id = to_device ? 1 : 2;
}

trace::EventSync Recorder::event_record(plan::EventId event, plan::StreamId stream,
                                        trace::Correlation correlation) {
  trace::EventRecord& record = timeline_.event_records.emplace_back();
  record.event = trace::EventSync{timeline_.event_records.size()};
  record.stream = row(stream);
  record.correlation = correlation;
  record.handle = index(event) + 1;
  return record.event;
}

trace::Range Recorder::unit_range(trace::RangeKind kind, plan::UnitId unit, trace::StringId name,
                                  Nanos begin) const {
  trace::Range range;
  range.begin = begin;
  range.thread = thread_;
  range.name = name;
  range.domain = domain_;
  range.kind = kind;
  range.step = step_;
  range.layer = units_[index(unit)].layer;
  range.group = units_[index(unit)].group;
  return range;
}

void Recorder::begin_step(std::uint32_t step, Nanos now) {
  end_unit(now);
  end_step(now);
  step_ = static_cast<std::int32_t>(step);
  open_step_ = timeline_.ranges.size();
  trace::Range& range = timeline_.ranges.emplace_back();
  range.begin = now;
  range.thread = thread_;
  range.name = timeline_.intern(std::string("step ").append(std::to_string(step)));
  range.domain = domain_;
  range.kind = trace::RangeKind::kStep;
  range.step = step_;
}

void Recorder::begin_unit(plan::UnitId unit, Nanos now) {
  end_unit(now);
  open_unit_ = timeline_.ranges.size();
  timeline_.ranges.push_back(unit_range(trace::RangeKind::kUnit, unit, units_[index(unit)].unit, now));
}

void Recorder::end_unit(Nanos now) {
  if (open_unit_ != kClosed) timeline_.ranges[open_unit_].end = now;
  open_unit_ = kClosed;
}

void Recorder::end_step(Nanos now) {
  if (open_step_ != kClosed) timeline_.ranges[open_step_].end = now;
  open_step_ = kClosed;
}

void Recorder::copy_range(const plan::Copy& op, Nanos begin, Nanos end) {
  trace::Range& range = timeline_.ranges.emplace_back(
      unit_range(trace::RangeKind::kOp, op.unit, units_[index(op.unit)].copy, begin));
  range.end = end;
  range.slot = slot_row(op.slot);
}

void Recorder::compute_range(const plan::Compute& op, Nanos begin, Nanos end) {
  trace::Range& range = timeline_.ranges.emplace_back(
      unit_range(trace::RangeKind::kOp, op.unit, units_[index(op.unit)].compute, begin));
  range.end = end;
  range.slot = slot_row(op.slot);
}

void Recorder::host_work_range(Nanos begin, Nanos end) {
  trace::Range& range = timeline_.ranges.emplace_back();
  range.begin = begin;
  range.end = end;
  range.thread = thread_;
  range.name = host_work_;
  range.domain = domain_;
  range.kind = trace::RangeKind::kHostWork;
  range.step = step_;
}

trace::Timeline Recorder::finish(const std::vector<Op>& ops) {
  auto kernel = timeline_.kernels.begin();
  auto copy = timeline_.copies.begin();
  auto record = timeline_.event_records.begin();
  for (const Op& op : ops) {
    switch (op.kind) {
      case OpKind::kKernel: kernel->begin = op.begin, (kernel++)->end = op.end; break;
      case OpKind::kCopy: copy->begin = op.begin, (copy++)->end = op.end; break;
      case OpKind::kRecord: (record++)->device_time = op.end; break;
      case OpKind::kWait: break;
    }
  }
  return std::move(timeline_);
}

}  // namespace offledger::sim
