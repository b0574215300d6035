// SPDX-License-Identifier: Apache-2.0
#include "harness/device/cuda/cuda_device.hpp"

#include <fmt/format.h>

#include "harness/device/cuda/device_state.hpp"

namespace offledger::cuda {
namespace {

using model::cuda::StreamWork;

/// A range that a call into CUDA may leave by an exception.
class OpRange {
 public:
  OpRange(RangeLog& log, RangeLog::Verb verb, plan::UnitId unit, plan::SlotId slot) : log_(log) {
    log_.begin_op(verb, unit, slot);
  }
  OpRange(RangeLog& log, const char* name) : log_(log) { log_.begin_call(name); }
  ~OpRange() { log_.end_op(); }
  OpRange(const OpRange&) = delete;
  OpRange& operator=(const OpRange&) = delete;

 private:
  RangeLog& log_;
};

constexpr int kPoison = 0xFF;  // bf16 0xFFFF: a NaN in every element

}  // namespace

CudaDevice::CudaDevice(const Options& options) : state_(std::make_unique<State>(options)) {}
CudaDevice::~CudaDevice() = default;

const device::Identity& CudaDevice::identity() const noexcept {
  return state_->identity;
}

bool CudaDevice::sample_counters(const device::CounterRequest& request) {
  state_->ask_for(request);
  return true;
}

void CudaDevice::prepare(const plan::Plan& plan, const model::Workload& workload) {
  state_->prepare(plan, workload);
}

void CudaDevice::step_begin(std::uint32_t step) {
  state_->begin_step(step);
}

void CudaDevice::unit_begin(plan::UnitId unit) {
  state_->ranges->begin_unit(unit);
}

/// Spins, as a slow Python loop would: the thread keeps its core. On the recording's clock, so that the range
/// is no shorter than what was asked for.
void CudaDevice::host_work(Nanos duration) {
  state_->ranges->begin_host_work();
  const Nanos end = RangeLog::now() + duration;
  while (RangeLog::now() < end) {
  }
  state_->ranges->end_op();
}

void CudaDevice::alloc(plan::SlotId slot) {
  const OpRange range(*state_->ranges, "alloc");
  state_->slots[index(slot)] = model::cuda::DeviceMemory(state_->plan->slots[index(slot)].bytes);
  if (state_->options.check) state_->poison(slot);
}

void CudaDevice::free(plan::SlotId slot) {
  const OpRange range(*state_->ranges, "free");
  state_->slots[index(slot)] = model::cuda::DeviceMemory();
}

void CudaDevice::pin(std::uint64_t) {
  state_->pin_pending = true;
}

void CudaDevice::copy(const plan::Copy& op) {
  const OpRange range(*state_->ranges, RangeLog::Verb::kCopy, op.unit, op.slot);
  const cudaStream_t stream = state_->stream(op.stream);
  state_->delay(op.stream, state_->options.delays.before_copy);
  std::byte* const slot = state_->slot_data(op.slot) + op.offset;
  if (op.direction == plan::Direction::kD2H) {
    OFFLEDGER_CUDA(cudaMemcpyAsync(state_->landing(op), slot, op.bytes, cudaMemcpyDeviceToHost, stream));
    return;
  }
  HostBlock& block = state_->host->block(op.unit, op.source);
  if (op.source == plan::Source::kPinnedOnTheFly && state_->pin_pending) {
    state_->pin_pending = false;
    block.pin_again();
  }
  OFFLEDGER_CUDA(cudaMemcpyAsync(slot, block.data() + op.offset, op.bytes, cudaMemcpyHostToDevice, stream));
  block.used_by(stream);
}

void CudaDevice::record(plan::EventId event, plan::StreamId stream) {
  const OpRange range(*state_->ranges, "record");
  OFFLEDGER_CUDA(cudaEventRecord(state_->event(event), state_->stream(stream)));
}

void CudaDevice::stream_wait(plan::StreamId stream, plan::EventId event) {
  const OpRange range(*state_->ranges, "stream_wait");
  OFFLEDGER_CUDA(cudaStreamWaitEvent(state_->stream(stream), state_->event(event), cudaEventWaitDefault));
}

void CudaDevice::host_wait(plan::EventId event) {
  const OpRange range(*state_->ranges, "host_wait");
  OFFLEDGER_CUDA(cudaEventSynchronize(state_->event(event)));
}

void CudaDevice::stream_sync(plan::StreamId stream) {
  const OpRange range(*state_->ranges, "stream_sync");
  OFFLEDGER_CUDA(cudaStreamSynchronize(state_->stream(stream)));
}

void CudaDevice::device_sync() {
  const OpRange range(*state_->ranges, "device_sync");
  OFFLEDGER_CUDA(cudaDeviceSynchronize());
}

void CudaDevice::compute(const plan::Compute& op) {
  State& s = *state_;
  const OpRange range(*s.ranges, RangeLog::Verb::kCompute, op.unit, op.slot);
  const StreamWork& work = s.work.at(index(op.stream));
  s.delay(op.stream, s.options.delays.before_compute);
  if (index(op.unit) == 0) s.core->begin(s.position(), s.workload->tokens, work);
  s.run_unit(op, work);
  if (index(op.unit) + 1 == s.plan->model.unit_count()) {
    s.core->end(work);
    if (s.workload->tokens == 1) s.core->feed(work);
    if (s.options.check) s.keep_output(work.stream());
  }
  // In the reader's own stream and before the plan's next op there: whatever the plan records next covers it,
  // and a copy that waits for the slot as it should waits for the poison too.
  if (s.options.check && s.released.contains({op.slot, op.unit})) {
    OFFLEDGER_CUDA(
        cudaMemsetAsync(s.slot_data(op.slot), kPoison, s.plan->slots[index(op.slot)].bytes, work.stream()));
  }
}

void CudaDevice::release(const plan::Release&) {}

trace::Timeline CudaDevice::finish() {
  return state_->finish();
}

const std::vector<StepOutput>& CudaDevice::outputs() const noexcept {
  return state_->outputs;
}

device::Identity identity(int ordinal) {
  device::Identity found;
  found.kind = trace::DeviceKind::kCuda;
  found.name = fmt::format("cuda:{}", ordinal);
  const DeviceFacts facts = look_at_device(ordinal);
  found.description = facts.name;
  found.pci = facts.pci;
  found.deterministic = false;
  return found;
}

std::unique_ptr<device::Device> make_device(const Options& options) {
  return std::make_unique<CudaDevice>(options);
}

}  // namespace offledger::cuda
