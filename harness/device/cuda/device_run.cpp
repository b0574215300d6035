// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "collectors/host/findings.hpp"
#include "harness/device/cuda/device_state.hpp"
#include "schedules/base/error.hpp"
#include "schedules/base/hash.hpp"

namespace offledger::cuda {

using model::TensorKind;
using model::cuda::Element;

void CudaDevice::State::begin_step(std::uint32_t next) {
  if (next >= most_steps) {
    throw Error(ErrorKind::kUsage,
                fmt::format("this run has room for {} steps; set \"steps\" in the workload to at "
                            "least {}",
                            most_steps, next + 1));
  }
  step = next;
  ranges->begin_step(next);
}

std::uint32_t CudaDevice::State::position() const noexcept {
  return workload->context + (workload->tokens == 1 ? step : 0);
}

std::byte* CudaDevice::State::slot_data(plan::SlotId id) const {
  std::byte* const data = slots[index(id)].data();
  if (data == nullptr) {
    throw Error(ErrorKind::kUsage, "the plan uses slot '" + plan->slots[index(id)].name +
                                       "' before its alloc or after its free: offledger verify says where");
  }
  return data;
}

void CudaDevice::State::delay(plan::StreamId id, Nanos duration) const {
  const std::optional<plan::StreamId>& only_on = options.delays.only_on;
  if (duration <= Nanos::zero() || (only_on && *only_on != id)) return;
  model::cuda::spin(static_cast<std::uint64_t>(duration.count()), stream(id));
}

std::byte* CudaDevice::State::landing(const plan::Copy& op) {
  const std::uint64_t bytes = plan->model.group_of(op.unit).bytes();
  const auto key = std::pair(op.source, bytes);
  const auto found = landings.find(key);
  HostBlock& block = found != landings.end()
                         ? found->second
                         : landings.emplace(key, HostBlock(op.source, bytes)).first->second;
  return block.data() + op.offset;
}

void CudaDevice::State::run_unit(const plan::Compute& op, const model::cuda::StreamWork& on) {
  const std::uint32_t layer = plan->model.layer_of(op.unit);
  const std::byte* base = op.slot == plan::kResident ? resident.at(op.unit).data() : slot_data(op.slot);
  for (const Piece& piece : map.groups[plan->model.group_row_of(op.unit)]) {
    if (!map.streams_norms && (piece.kind == TensorKind::kQuery || piece.kind == TensorKind::kGate)) {
      const TensorKind norm =
          piece.kind == TensorKind::kQuery ? TensorKind::kInputNorm : TensorKind::kPostNorm;
      core->run(norm, layer, core->norm(norm, layer), on);
    }
    core->run(piece.kind, layer, reinterpret_cast<const Element*>(base + piece.offset), on);
  }
}

void CudaDevice::State::poison(plan::SlotId slot) {
  OFFLEDGER_CUDA(cudaMemset(slots[index(slot)].data(), 0xFF, slots[index(slot)].size()));
  OFFLEDGER_CUDA(cudaDeviceSynchronize());
}

std::size_t CudaDevice::State::kept_bytes_a_step() const noexcept {
  return workload->batch * (std::size_t{source->config().vocab} * sizeof(float) + sizeof(std::int32_t));
}

void CudaDevice::State::keep_output(cudaStream_t stream) {
  std::byte* const to = kept->data() + step * kept_bytes_a_step();
  const std::size_t logits = std::size_t{workload->batch} * source->config().vocab * sizeof(float);
  OFFLEDGER_CUDA(cudaMemcpyAsync(to, core->logits(), logits, cudaMemcpyDeviceToHost, stream));
  OFFLEDGER_CUDA(cudaMemcpyAsync(to + logits, core->next_tokens(), workload->batch * sizeof(std::int32_t),
                                 cudaMemcpyDeviceToHost, stream));
}

void CudaDevice::State::read_outputs() {
  const std::size_t count = std::size_t{workload->batch} * source->config().vocab;
  for (std::uint32_t row = 0; row <= step; ++row) {
    const std::byte* from = kept->data() + row * kept_bytes_a_step();
    StepOutput& output = outputs.emplace_back();
    std::vector<float> logits(count);
    std::memcpy(logits.data(), from, count * sizeof(float));
    output.tokens.resize(workload->batch);
    std::memcpy(output.tokens.data(), from + count * sizeof(float), workload->batch * sizeof(std::int32_t));
    output.logits_hash = content_hash({reinterpret_cast<const char*>(logits.data()), count * sizeof(float)});
    for (const float logit : logits) output.finite = output.finite && std::isfinite(logit);
  }
}

/// Gives the streams the plan's names.
void CudaDevice::State::name_rows(trace::Timeline& timeline) const {
  for (std::size_t row = 0; row < streams.size(); ++row) {
    const std::optional<std::uint32_t> id = cupti::stream_id(streams[row].get());
    for (trace::StreamInfo& info : timeline.streams) {
      if (id && info.native_id == *id) info.name = timeline.intern(plan->streams[row].name);
    }
  }
}

/// Takes down where the weights lie, if it is not beside the GPU: only this process can see its own memory.
void CudaDevice::State::note_memory_place(trace::Timeline& timeline) const {
  const std::byte* const weights = host->first_block();
  if (weights == nullptr) return;
  offledger::host::Environment here;
  here.gpu_node = offledger::host::numa_node_of_pci(facts.pci);
  here.memory_node = offledger::host::numa_node_of_memory(weights);
  for (const offledger::host::EnvironmentFinding& finding : offledger::host::findings({here}, {})) {
    timeline.note(finding.id, finding.detail, finding.disqualifies);
  }
}

trace::Timeline CudaDevice::State::finish() {
  ranges->end_unit();
  OFFLEDGER_CUDA(cudaDeviceSynchronize());
  ranges->end_step();
  if (watch) watch->halt();
  trace::Timeline timeline;
  if (recording) {
    timeline = collector->stop();
  } else {
    timeline.source.clock_origin = begin.count();
    timeline.source.tool = watch ? "cupti counters" : "offledger ranges";
    timeline.device(trace::DeviceId{static_cast<std::uint32_t>(options.ordinal)}, facts.name);
  }
  timeline.source.device_kind = trace::DeviceKind::kCuda;
  timeline.source.device_profile = facts.name;
  timeline.source.schedule = plan->schedule;
  timeline.source.workload = workload->name;
  name_rows(timeline);
  ranges->write_to(timeline);
  if (watch) watch->add_to(timeline);
  note_memory_place(timeline);
  if (options.check) read_outputs();
  return timeline;
}

}  // namespace offledger::cuda
