// SPDX-License-Identifier: Apache-2.0
#include "harness/device/cuda/timing.hpp"

#include <algorithm>
#include <cmath>

#include "harness/model/cuda/cuda_error.hpp"

namespace offledger::cuda {

TimedEvent::TimedEvent() {
  OFFLEDGER_CUDA(cudaEventCreate(&event_));
}
TimedEvent::~TimedEvent() {
  OFFLEDGER_CUDA_NOTHROW(cudaEventDestroy(event_));
}
void TimedEvent::record(cudaStream_t stream) {
  OFFLEDGER_CUDA(cudaEventRecord(event_, stream));
}
void TimedEvent::wait() const {
  OFFLEDGER_CUDA(cudaEventSynchronize(event_));
}

Nanos TimedEvent::since(const TimedEvent& begin) const {
  float ms = 0.0F;
  OFFLEDGER_CUDA(cudaEventElapsedTime(&ms, begin.event_, event_));
  return Nanos(std::llround(static_cast<double>(ms) * 1e6));
}

Nanos host_now() noexcept {
  return std::chrono::duration_cast<Nanos>(std::chrono::steady_clock::now().time_since_epoch());
}

Nanos device_time(cudaStream_t stream, const std::function<void()>& enqueue) {
  TimedEvent begin, end;
  begin.record(stream);
  enqueue();
  end.record(stream);
  end.wait();
  return end.since(begin);
}

Nanos host_time_a_call(int calls, const std::function<void()>& call) {
  OFFLEDGER_CUDA(cudaDeviceSynchronize());
  const Nanos begin = host_now();
  for (int i = 0; i < calls; ++i) call();
  const Nanos end = host_now();
  OFFLEDGER_CUDA(cudaDeviceSynchronize());
  return (end - begin) / calls;
}

Nanos median(std::vector<Nanos> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::uint64_t rate(std::uint64_t bytes, Nanos time) noexcept {
  if (time <= Nanos::zero()) return 0;
  return static_cast<std::uint64_t>(static_cast<double>(bytes) * 1e9 / static_cast<double>(time.count()));
}

}  // namespace offledger::cuda
