// SPDX-License-Identifier: Apache-2.0
//
// The seam between plans and machines. A Device is a host thread, streams, events, slots and an engine that
// computes units; harness/execute drives it op by op. Two stand behind it: sim (a virtual clock) and cuda
// (the real thing). What is true of both is the contract suite in tests/contract/device.
//
// Use: prepare() once, then ops in the plan's order, then finish(). A device plays one plan.
// Errors: Error(kNotMeasured) for what the machine cannot do, before anything is allocated where that can be
// known. Threads: one, from prepare() to finish().

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "collectors/trace/timeline.hpp"
#include "harness/model/workload.hpp"
#include "schedules/plan/plan.hpp"

namespace offledger::device {

/// What a result is keyed by: figures of different identities are never compared.
struct Identity {
  trace::DeviceKind kind = trace::DeviceKind::kSim;
  std::string name;           ///< "sim:h200", "cuda:0"
  std::string description;    ///< "NVIDIA H200", "simulated NVIDIA H200"
  std::string profile_hash;   ///< content hash of a sim profile; empty for cuda
  std::string pci;            ///< "0000:18:00.0"; empty for sim
  bool deterministic = true;  ///< one repetition is exact
};

/// Which hardware counters a device is asked to sample while it plays.
struct CounterRequest {
  enum class Mode : std::uint8_t {
    kNone,
    kBeside,    ///< engines, SMs and buses, beside the records
    kFrontEnd,  ///< what the front end stands at, beside the records
    kOnly,      ///< engines, SMs and buses, and no activity records
  };
  Mode mode = Mode::kNone;
  Nanos interval{20'000};
};

class Device {
 public:
  virtual ~Device() = default;

  [[nodiscard]] virtual const Identity& identity() const noexcept = 0;

  /// Asks for counters, before prepare(). False where this device has none. A device that has some, and
  /// cannot be read now, plays all the same and notes why (`counters_unavailable`).
  virtual bool sample_counters(const CounterRequest&) { return false; }

  /// Makes streams, events, slots and host weights. `workload` has the plan's units (model::regroup). Both
  /// must outlive finish(). Throws Error(kUsage) for a plan that does not hold together (model::check_plan).
  virtual void prepare(const plan::Plan& plan, const model::Workload& workload) = 0;

  virtual void step_begin(std::uint32_t step) = 0;
  virtual void unit_begin(plan::UnitId unit) = 0;
  virtual void host_work(Nanos duration) = 0;
  virtual void alloc(plan::SlotId slot) = 0;
  virtual void free(plan::SlotId slot) = 0;
  virtual void pin(std::uint64_t bytes) = 0;
  virtual void copy(const plan::Copy& copy) = 0;
  virtual void record(plan::EventId event, plan::StreamId stream) = 0;
  virtual void stream_wait(plan::StreamId stream, plan::EventId event) = 0;
  virtual void host_wait(plan::EventId event) = 0;
  virtual void stream_sync(plan::StreamId stream) = 0;
  virtual void device_sync() = 0;
  virtual void compute(const plan::Compute& compute) = 0;
  virtual void release(const plan::Release& release) = 0;

  /// Waits for everything, ends open ranges, and gives what was recorded.
  virtual trace::Timeline finish() = 0;
};

}  // namespace offledger::device
