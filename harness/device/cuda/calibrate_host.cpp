// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "harness/device/cuda/calibrate.hpp"
#include "harness/device/cuda/device_state.hpp"
#include "harness/device/cuda/timing.hpp"

namespace offledger::cuda {
namespace {

constexpr int kBatch = 200;  // well below any queue's depth
constexpr int kHostRepeats = 15;
constexpr std::uint64_t kSlotBytes = std::uint64_t{256} << 20;
constexpr std::uint64_t kSmallCopy = 64 << 10;
constexpr std::uint32_t kMostLaunches = 1 << 16;

/// The median of batches' mean cost a call.
Nanos cost(const std::function<void()>& call, int batch = kBatch) {
  std::vector<Nanos> times;
  for (int i = 0; i < kHostRepeats; ++i) times.push_back(host_time_a_call(batch, call));
  return median(times);
}

/// Median time from before a call until its work is done, less the call's and the synchronisation's own cost.
Nanos latency(cudaStream_t stream, Nanos call_cost, Nanos sync_cost, const std::function<void()>& call) {
  std::vector<Nanos> times;
  for (int i = 0; i < 10 * kHostRepeats; ++i) {
    OFFLEDGER_CUDA(cudaStreamSynchronize(stream));
    const Nanos begin = host_now();
    call();
    OFFLEDGER_CUDA(cudaStreamSynchronize(stream));
    times.push_back(host_now() - begin);
  }
  return std::max(Nanos::zero(), median(times) - call_cost - sync_cost);
}

/// Launches behind a spinning kernel until one takes as long as only waiting takes.
std::uint32_t queue_depth(cudaStream_t stream) {
  constexpr auto kSpin = std::chrono::milliseconds(200);
  constexpr auto kBlocked = std::chrono::milliseconds(5);
  model::cuda::spin(static_cast<std::uint64_t>(Nanos(kSpin).count()), stream);
  std::uint32_t launches = 1;
  for (; launches < kMostLaunches; ++launches) {
    const Nanos begin = host_now();
    model::cuda::no_work(stream);
    if (host_now() - begin > kBlocked) break;
  }
  OFFLEDGER_CUDA(cudaStreamSynchronize(stream));
  return launches;
}

std::uint64_t pin_rate() {
  const HostBlock memory(plan::Source::kPageable, kSlotBytes);
  std::vector<Nanos> times;
  for (int i = 0; i < 5; ++i) {
    const Nanos begin = host_now();
    OFFLEDGER_CUDA(cudaHostRegister(memory.data(), kSlotBytes, cudaHostRegisterDefault));
    times.push_back(host_now() - begin);
    OFFLEDGER_CUDA(cudaHostUnregister(memory.data()));
  }
  return rate(kSlotBytes, median(times));
}

void measure_allocator(HostFigures& figures) {
  std::vector<Nanos> allocs, frees;
  for (int i = 0; i < kHostRepeats; ++i) {
    void* memory = nullptr;
    const Nanos begin = host_now();
    OFFLEDGER_CUDA(cudaMalloc(&memory, kSlotBytes));
    const Nanos between = host_now();
    OFFLEDGER_CUDA(cudaFree(memory));
    allocs.push_back(between - begin);
    frees.push_back(host_now() - between);
  }
  figures.alloc = median(allocs);
  figures.free = median(frees);
}

}  // namespace

HostFigures measure_host() {
  HostFigures figures;
  const Stream stream(0), other(0);
  const Event event;
  const model::cuda::DeviceMemory device(kSmallCopy);
  const HostBlock host(plan::Source::kPinned, kSmallCopy);
  const auto launch = [&] { model::cuda::no_work(stream.get()); };
  const auto copy = [&] {
    OFFLEDGER_CUDA(
        cudaMemcpyAsync(device.data(), host.data(), kSmallCopy, cudaMemcpyHostToDevice, stream.get()));
  };
  const auto tiny_copy = [&] {
    OFFLEDGER_CUDA(cudaMemcpyAsync(device.data(), host.data(), 4, cudaMemcpyHostToDevice, stream.get()));
  };
  launch();  // loads the module
  figures.launch = cost(launch);
  figures.copy_enqueue = cost(copy);
  figures.event_record = cost([&] { OFFLEDGER_CUDA(cudaEventRecord(event.get(), stream.get())); });
  figures.stream_wait =
      cost([&] { OFFLEDGER_CUDA(cudaStreamWaitEvent(other.get(), event.get(), cudaEventWaitDefault)); });
  figures.sync_call = cost([&] { OFFLEDGER_CUDA(cudaEventSynchronize(event.get())); });
  figures.launch_latency = latency(stream.get(), figures.launch, figures.sync_call, launch);
  figures.copy_latency = latency(stream.get(), figures.copy_enqueue, figures.sync_call, tiny_copy);
  measure_allocator(figures);
  figures.pin_bytes_per_s = pin_rate();
  figures.launch_queue = queue_depth(stream.get());
  return figures;
}

}  // namespace offledger::cuda
