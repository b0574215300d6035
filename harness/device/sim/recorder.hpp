// SPDX-License-Identifier: Apache-2.0
//
// Writes what the simulated host did, and what the engine then did with it, as the Timeline that CUPTI would
// have given: a runtime call for each API call, a record for each kernel, copy, synchronisation and event,
// linked by correlation, and ranges for steps, units and ops. Names are interned once, in the constructor.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "collectors/trace/timeline.hpp"
#include "harness/device/sim/engine.hpp"
#include "harness/model/check_plan.hpp"
#include "harness/model/workload.hpp"
#include "schedules/plan/plan.hpp"

namespace offledger::sim {

enum class HostApi : std::uint8_t {
  kLaunchKernel,
  kMemcpyAsync,
  kEventRecord,
  kStreamWaitEvent,
  kEventSynchronize,
  kStreamSynchronize,
  kDeviceSynchronize,
  kMalloc,
  kFree,
  kHostRegister,
  kCount
};

class Recorder {
 public:
  /// Room is made for `steps` bodies. `device_name` is what the GPU is called.
  Recorder(const plan::Plan& plan, const model::Workload& workload, std::uint32_t steps,
           const std::string& device_name);

  trace::Correlation call(HostApi api, Nanos begin, Nanos end);
  void queue_full(Nanos begin, Nanos end);
  void sync(trace::SyncKind kind, Nanos begin, Nanos end, trace::StreamRow stream, trace::EventSync event,
            trace::Correlation correlation);

  /// What was enqueued, in the order of issue; the engine's instants are filled in by finish().
  void kernel(const plan::Compute& op, trace::Correlation correlation);
  void copy(const plan::Copy& op, trace::Correlation correlation);
  trace::EventSync event_record(plan::EventId event, plan::StreamId stream, trace::Correlation correlation);

  void begin_step(std::uint32_t step, Nanos now);
  void begin_unit(plan::UnitId unit, Nanos now);
  void end_unit(Nanos now);
  void end_step(Nanos now);
  void copy_range(const plan::Copy& op, Nanos begin, Nanos end);
  void compute_range(const plan::Compute& op, Nanos begin, Nanos end);
  void host_work_range(Nanos begin, Nanos end);

  /// Kernels, copies, event records and stream waits at most, as counted in the plan.
  [[nodiscard]] std::size_t expected_device_ops() const noexcept {
    return timeline_.kernels.capacity() + timeline_.copies.capacity() + timeline_.event_records.capacity() +
           timeline_.syncs.capacity();
  }
  [[nodiscard]] trace::StreamRow row(plan::StreamId stream) const noexcept { return streams_[index(stream)]; }

  /// Takes the engine's ops, which were pushed in the order of the records here, and gives the Timeline.
  trace::Timeline finish(const std::vector<Op>& ops);

 private:
  /// What the ranges and kernels of a unit say, looked up once.
  struct UnitNames {
    trace::StringId unit, copy, compute, group;
    std::int32_t layer = 0;
  };

  void reserve(const plan::Plan& plan, const model::Workload& workload, std::uint32_t steps);
  void intern_names();
  trace::Range unit_range(trace::RangeKind kind, plan::UnitId unit, trace::StringId name, Nanos begin) const;

  const plan::ModelShape& model_;
  trace::Timeline timeline_;
  trace::ThreadRow thread_{};
  std::vector<trace::StreamRow> streams_;
  std::vector<UnitNames> units_;
  std::array<trace::StringId, static_cast<std::size_t>(HostApi::kCount)> apis_{};
  trace::StringId domain_{}, host_work_{}, queue_full_{};
  std::uint64_t correlations_ = 0;
  std::int32_t step_ = trace::kNoRow;
  std::size_t open_step_ = kClosed, open_unit_ = kClosed;  ///< rows of ranges
  static constexpr std::size_t kClosed = SIZE_MAX;
};

}  // namespace offledger::sim
