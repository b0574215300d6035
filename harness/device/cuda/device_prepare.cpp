// SPDX-License-Identifier: Apache-2.0
//
// From a plan to a device that can play it: first what it needs, then whether that fits, then the memory.
#include <fmt/format.h>

#include <algorithm>

#include "harness/device/cuda/device_state.hpp"
#include "harness/model/check_plan.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cuda {

using model::cuda::DeviceMemory;
using model::cuda::StreamWork;

namespace {

/// Steps that a device makes room for beyond what the workload says, in the KV cache and in check mode's
/// outputs.
constexpr std::uint32_t kLeastSteps = 64;
/// What cuBLAS, the context's growth and fragmentation take beyond our own allocations.
constexpr std::uint64_t kDeviceReserve = std::uint64_t{512} << 20;

std::uint64_t largest_unit(const plan::ModelShape& shape) {
  std::uint64_t bytes = 0;
  for (const plan::Group& group : shape.groups) bytes = std::max(bytes, group.bytes());
  return bytes;
}

template <typename Visit>
void for_each_op(const plan::Plan& plan, Visit visit) {
  for (const auto* ops : {&plan.prologue, &plan.body, &plan.epilogue}) {
    for (const plan::Op& op : *ops) std::visit(visit, op);
  }
}

}  // namespace

Stream::Stream(int priority) {
  OFFLEDGER_CUDA(cudaStreamCreateWithPriority(&stream_, cudaStreamNonBlocking, priority));
}

Stream::~Stream() {
  if (stream_ != nullptr) OFFLEDGER_CUDA_NOTHROW(cudaStreamDestroy(stream_));
}

Event::Event() {
  OFFLEDGER_CUDA(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming));
}

Event::~Event() {
  if (event_ != nullptr) OFFLEDGER_CUDA_NOTHROW(cudaEventDestroy(event_));
}

CudaDevice::State::State(const Options& chosen) : options(chosen), identity(cuda::identity(chosen.ordinal)) {}

/// Whatever an exception left running must end before its memory goes. Without a plan nothing runs, and the
/// call would make a context.
CudaDevice::State::~State() {
  if (plan != nullptr) OFFLEDGER_CUDA_NOTHROW(cudaDeviceSynchronize());
}

model::cuda::CoreShape CudaDevice::State::core_shape() const {
  const std::uint32_t new_positions = workload->tokens == 1 ? most_steps : workload->tokens;
  return {workload->batch, workload->tokens, workload->context + new_positions};
}

void CudaDevice::State::scan_plan() {
  for_each_op(*plan, [&](const auto& op) {
    using Op = std::decay_t<decltype(op)>;
    if constexpr (std::is_same_v<Op, plan::Release>) {
      released.emplace(op.slot, op.reader);
    } else if constexpr (std::is_same_v<Op, plan::Compute>) {
      if (op.slot == plan::kResident) resident.try_emplace(op.unit);
    }
  });
}

Requirements CudaDevice::State::requirements() const {
  Requirements needed;
  for (const plan::SlotInfo& slot : plan->slots) needed.device_bytes += model::cuda::aligned(slot.bytes);
  for (const auto& [unit, memory] : resident) needed.device_bytes += plan->model.group_of(unit).bytes();
  const std::uint64_t core_and_workspaces =
      model::cuda::core_bytes(source->config(), core_shape()) + 2 * StreamWork::kWorkspaceBytes;
  needed.device_bytes += core_and_workspaces;
  for (const plan::StreamInfo& info : plan->streams) {
    if (info.kind == plan::StreamKind::kCompute) needed.device_bytes += StreamWork::kWorkspaceBytes;
  }
  // The buffer through which host weights are made is gone before the slots come.
  needed.device_bytes =
      std::max(needed.device_bytes, core_and_workspaces + largest_unit(plan->model)) + kDeviceReserve;
  needed.host_bytes = host->bytes_for(*plan);
  return needed;
}

counters::Options counter_options(const device::CounterRequest& request, std::uint32_t ordinal) {
  counters::Options wanted;
  wanted.device = ordinal;
  wanted.interval = request.interval;
  if (request.mode == device::CounterRequest::Mode::kFrontEnd) wanted.purpose = counters::Purpose::kFrontEnd;
  return wanted;
}

void CudaDevice::State::ask_for(const device::CounterRequest& request) {
  using Mode = device::CounterRequest::Mode;
  if (request.mode == Mode::kNone) return;
  watch.emplace(counter_options(request, static_cast<std::uint32_t>(options.ordinal)),
                options.counter_source);
  only_counters = request.mode == Mode::kOnly;
}

void CudaDevice::State::prepare(const plan::Plan& chosen_plan, const model::Workload& chosen_workload) {
  if (plan != nullptr) throw Error(ErrorKind::kUsage, "a device plays one plan: make another for the next");
  model::check_plan(chosen_plan, chosen_workload);
  if (options.record) {
    collector = std::make_unique<cupti::Collector>(cupti::Options{options.level, false, true, false});
  }
  facts = open_device(options.ordinal);
  plan = &chosen_plan;
  workload = &chosen_workload;
  source = options.checkpoint.empty() ? model::synthetic_weights(model::config_of(*workload), options.seed)
                                      : model::open_checkpoint(options.checkpoint);
  map = map_units(plan->model, source->config());
  unique_layers =
      options.check || workload->unique_layers == 0 ? plan->model.layers : workload->unique_layers;
  most_steps = std::max(workload->steps, kLeastSteps);
  model::cuda::check_supported(source->config(), core_shape());
  scan_plan();
  host.emplace(plan->model, unique_layers);
  check_memory(requirements(), available_memory());

  make_streams();
  make_memory();
  ranges.emplace(*plan);
  if (watch) watch->open();
  OFFLEDGER_CUDA(cudaDeviceSynchronize());
  begin = RangeLog::now();
  if (watch) watch->start();
  // Without counters, records are better than nothing: the note says which it is.
  recording = collector && !(only_counters && watch->problem().empty());
  if (recording) collector->start();
}

void CudaDevice::State::make_streams() {
  for (const plan::StreamInfo& info : plan->streams) {
    if (info.priority > facts.least_priority || info.priority < facts.greatest_priority) {
      throw Error(
          ErrorKind::kUsage,
          fmt::format("stream '{}': priority {} is outside this device's {} (most urgent) to {} (least)",
                      info.name, info.priority, facts.greatest_priority, facts.least_priority));
    }
    streams.emplace_back(info.priority);
  }
  events.resize(plan->events.size());
}

void CudaDevice::State::make_memory() {
  const Stream setup(facts.least_priority);
  {
    const StreamWork loading(setup.get());
    const DeviceMemory staging(largest_unit(plan->model));
    core.emplace(*source, core_shape(), unique_layers, loading);
    OFFLEDGER_CUDA(cudaMemset(staging.data(), 0, staging.size()));
    core->warm_up(staging.as<model::cuda::Element>(), loading);
    host->fill(*plan, map, *source, staging.data(), setup.get());
  }
  std::set<plan::SlotId> allocated_in_steps;
  for_each_op(*plan, [&](const auto& op) {
    if constexpr (std::is_same_v<std::decay_t<decltype(op)>, plan::Alloc>) allocated_in_steps.insert(op.slot);
    if constexpr (std::is_same_v<std::decay_t<decltype(op)>, plan::Compute>) {
      if (!work.contains(index(op.stream))) work.emplace(index(op.stream), StreamWork(stream(op.stream)));
    }
  });
  for (std::uint32_t slot = 0; slot < plan->slots.size(); ++slot) {
    const bool later = allocated_in_steps.contains(plan::SlotId{slot});
    slots.emplace_back(later ? DeviceMemory() : DeviceMemory(plan->slots[slot].bytes));
    if (options.check && !later) poison(plan::SlotId{slot});
  }
  for (auto& [unit, memory] : resident) {
    memory = DeviceMemory(plan->model.group_of(unit).bytes());
    host->load_unit(unit, map, *source, memory.data(), setup.get());
  }
  const std::size_t tokens = std::size_t{workload->batch} * workload->tokens;
  core->set_tokens(model::synthetic_tokens(source->config(), tokens, options.seed), setup.get());
  if (options.check) kept.emplace(plan::Source::kPinned, kept_bytes_a_step() * most_steps);
}

}  // namespace offledger::cuda
