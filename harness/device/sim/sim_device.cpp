// SPDX-License-Identifier: Apache-2.0
//
// The host's side of the simulation: one thread with a clock, which every call advances by its cost and
// blocking calls by what they wait for: rules R1, R2, R11 to R14, R16 and R18 of docs/simulated-device.md.
// The device's side is engine.hpp, the recording recorder.hpp.

#include "harness/device/sim/sim_device.hpp"

#include <fmt/format.h>

#include <cassert>
#include <optional>

#include "harness/device/sim/bandwidth.hpp"
#include "harness/device/sim/clock.hpp"
#include "harness/device/sim/costs.hpp"
#include "harness/device/sim/engine.hpp"
#include "harness/device/sim/noise.hpp"
#include "harness/device/sim/recorder.hpp"
#include "harness/model/check_plan.hpp"

namespace offledger::sim {
namespace {

class SimDevice final : public device::Device {
 public:
  SimDevice(const Profile& profile, const Noise& noise)
      : profile_(profile), noise_(noise), identity_(identity_of(profile, noise)) {}

  const device::Identity& identity() const noexcept override { return identity_; }
  void prepare(const plan::Plan& plan, const model::Workload& workload) override;

  void step_begin(std::uint32_t step) override { recorder_->begin_step(step, host_); }
  void unit_begin(plan::UnitId unit) override { recorder_->begin_unit(unit, host_); }
  void host_work(Nanos duration) override;
  void alloc(plan::SlotId slot) override;
  void free(plan::SlotId slot) override;
  void pin(std::uint64_t bytes) override;
  void copy(const plan::Copy& op) override;
  void record(plan::EventId event, plan::StreamId stream) override;
  void stream_wait(plan::StreamId stream, plan::EventId event) override;
  void host_wait(plan::EventId event) override;
  void stream_sync(plan::StreamId stream) override;
  void device_sync() override;
  void compute(const plan::Compute& op) override;
  void release(const plan::Release&) override {}

  trace::Timeline finish() override;

 private:
  /// The latest Record of an event.
  struct Event {
    OpId op = OpId::kNone;
    trace::EventSync sync = trace::EventSync::kNone;
  };

  static device::Identity identity_of(const Profile& profile, const Noise& noise);
  void spend(Nanos cost) { host_ = after(host_, noise_.scale(cost)); }
  void block_until(Nanos instant) { host_ = std::max(host_, instant); }
  void await_queue(plan::StreamId stream);
  static std::uint32_t row(plan::StreamId stream) { return static_cast<std::uint32_t>(stream); }

  Profile profile_;
  NoiseSource noise_;
  device::Identity identity_;
  const plan::Plan* plan_ = nullptr;
  std::optional<Costs> costs_;
  std::optional<Engine> engine_;
  std::optional<Recorder> recorder_;
  std::vector<Event> events_;
  trace::Provenance source_;
  Nanos host_{};  ///< the host thread's clock
};

device::Identity SimDevice::identity_of(const Profile& profile, const Noise& noise) {
  device::Identity identity;
  identity.kind = trace::DeviceKind::kSim;
  identity.name = "sim:" + profile.name;
  // Runs with the same noise and other seeds are samples of one device.
  if (noise.permille != 0) identity.name += fmt::format("+noise={}", noise.permille);
  identity.description = "simulated " + profile.description;
  identity.profile_hash = profile.hash;
  identity.deterministic = noise.permille == 0;
  return identity;
}

void SimDevice::prepare(const plan::Plan& plan, const model::Workload& workload) {
  assert(plan_ == nullptr && "a device plays one plan");
  model::check_plan(plan, workload);
  check_memory(plan, profile_);
  plan_ = &plan;
  costs_.emplace(profile_, workload);
  engine_.emplace(static_cast<std::uint32_t>(plan.streams.size()), costs_->link(), Power(costs_->power()));
  recorder_.emplace(plan, workload, workload.steps, identity_.description);
  engine_->reserve(recorder_->expected_device_ops());
  events_.assign(plan.events.size(), {});
  source_.device_kind = trace::DeviceKind::kSim;
  source_.tool = "offledger sim";
  source_.device_profile = identity_.name;
  source_.schedule = plan.schedule;
  source_.workload = workload.name;
  source_.link_bytes_per_s = costs_->h2d_plateau();
}

void SimDevice::host_work(Nanos duration) {
  const Nanos begin = host_;
  spend(duration);
  recorder_->host_work_range(begin, host_);
}

void SimDevice::alloc(plan::SlotId) {
  const Nanos begin = host_;
  spend(profile_.alloc);
  recorder_->call(HostApi::kMalloc, begin, host_);
}

/// cudaFree returns once the device has done all it was given.
void SimDevice::free(plan::SlotId) {
  const Nanos begin = host_;
  block_until(engine_->run_until_idle());
  spend(profile_.free);
  recorder_->call(HostApi::kFree, begin, host_);
}

void SimDevice::pin(std::uint64_t bytes) {
  const Nanos begin = host_;
  spend(costs_->pin(bytes));
  recorder_->call(HostApi::kHostRegister, begin, host_);
}

/// Blocks the host while the stream's queue is full.
void SimDevice::await_queue(plan::StreamId stream) {
  if (engine_->pending(row(stream)) < profile_.launch_queue) return;
  engine_->run_to(host_);
  if (engine_->pending(row(stream)) < profile_.launch_queue) return;
  const Nanos begin = host_;
  block_until(engine_->run_until_below(row(stream), profile_.launch_queue));
  recorder_->queue_full(begin, host_);
}

void SimDevice::copy(const plan::Copy& op) {
  const Nanos begin = host_;
  await_queue(op.stream);
  spend(profile_.copy_enqueue);
  const Nanos visible = after(host_, profile_.copy_latency);
  const OpId pushed = engine_->push_copy(row(op.stream), visible,
                                         {op.bytes, costs_->copy_ceiling(op), noise_.next(), op.direction});
  if (op.source == plan::Source::kPageable) block_until(engine_->run_until_done(pushed));
  recorder_->copy(op, recorder_->call(HostApi::kMemcpyAsync, begin, host_));
  recorder_->copy_range(op, begin, host_);
}

void SimDevice::compute(const plan::Compute& op) {
  const Nanos begin = host_;
  const Costs::Unit& unit = costs_->unit(plan_->model.group_row_of(op.unit));
  for (std::uint32_t kernel = 0; kernel < unit.kernels; ++kernel) {
    const Nanos call_begin = host_;
    await_queue(op.stream);
    spend(profile_.launch);
    engine_->push_kernel(row(op.stream), after(host_, profile_.launch_latency),
                         noise_.scale(unit.rested.of(kernel)), unit.slowdown.of(kernel));
    recorder_->kernel(op, recorder_->call(HostApi::kLaunchKernel, call_begin, host_));
  }
  recorder_->compute_range(op, begin, host_);
}

void SimDevice::record(plan::EventId event, plan::StreamId stream) {
  const Nanos begin = host_;
  spend(profile_.event_record);
  const trace::Correlation correlation = recorder_->call(HostApi::kEventRecord, begin, host_);
  events_[index(event)] = {engine_->push_record(row(stream), after(host_, profile_.launch_latency)),
                           recorder_->event_record(event, stream, correlation)};
}

/// A wait for an event that was never recorded does nothing, as in CUDA.
void SimDevice::stream_wait(plan::StreamId stream, plan::EventId event) {
  const Nanos begin = host_;
  spend(profile_.stream_wait);
  const Event& latest = events_[index(event)];
  const trace::Correlation correlation = recorder_->call(HostApi::kStreamWaitEvent, begin, host_);
  recorder_->sync(trace::SyncKind::kStreamWait, begin, host_, recorder_->row(stream), latest.sync,
                  correlation);
  if (latest.op != OpId::kNone) {
    engine_->push_wait(row(stream), after(host_, profile_.launch_latency), latest.op);
  }
}

void SimDevice::host_wait(plan::EventId event) {
  const Nanos begin = host_;
  const Event& latest = events_[index(event)];
  if (latest.op != OpId::kNone) block_until(engine_->run_until_done(latest.op));
  spend(profile_.sync_call);
  const trace::Correlation correlation = recorder_->call(HostApi::kEventSynchronize, begin, host_);
  recorder_->sync(trace::SyncKind::kEvent, begin, host_, trace::StreamRow::kNone, latest.sync, correlation);
}

void SimDevice::stream_sync(plan::StreamId stream) {
  const Nanos begin = host_;
  block_until(engine_->run_until_idle(row(stream)));
  spend(profile_.sync_call);
  const trace::Correlation correlation = recorder_->call(HostApi::kStreamSynchronize, begin, host_);
  recorder_->sync(trace::SyncKind::kStream, begin, host_, recorder_->row(stream), trace::EventSync::kNone,
                  correlation);
}

void SimDevice::device_sync() {
  const Nanos begin = host_;
  block_until(engine_->run_until_idle());
  spend(profile_.sync_call);
  const trace::Correlation correlation = recorder_->call(HostApi::kDeviceSynchronize, begin, host_);
  recorder_->sync(trace::SyncKind::kDevice, begin, host_, trace::StreamRow::kNone, trace::EventSync::kNone,
                  correlation);
}

trace::Timeline SimDevice::finish() {
  recorder_->end_unit(host_);
  device_sync();
  recorder_->end_step(host_);
  trace::Timeline timeline = recorder_->finish(engine_->ops());
  timeline.source = source_;
  return timeline;
}

}  // namespace

std::unique_ptr<device::Device> make_device(const Profile& profile, const Noise& noise) {
  return std::make_unique<SimDevice>(profile, noise);
}

}  // namespace offledger::sim
