// SPDX-License-Identifier: Apache-2.0
//
// Clocks for calibration: what a stream took by device events, what a call took by the host's clock, and
// medians.

#pragma once

#include <cuda_runtime.h>

#include <functional>
#include <vector>

#include "schedules/base/units.hpp"

namespace offledger::cuda {

/// An event that knows when the stream reached it. Owned; neither copied nor moved.
class TimedEvent {
 public:
  TimedEvent();
  ~TimedEvent();
  TimedEvent(const TimedEvent&) = delete;
  TimedEvent& operator=(const TimedEvent&) = delete;
  void record(cudaStream_t stream);
  void wait() const;
  /// After wait() on both.
  [[nodiscard]] Nanos since(const TimedEvent& begin) const;
  [[nodiscard]] cudaEvent_t get() const noexcept { return event_; }

 private:
  cudaEvent_t event_ = nullptr;
};

[[nodiscard]] Nanos host_now() noexcept;

/// The device's time for what `enqueue` puts on `stream`.
[[nodiscard]] Nanos device_time(cudaStream_t stream, const std::function<void()>& enqueue);

/// The host's time a call, over `calls` calls made while the device is idle and its queues are empty.
[[nodiscard]] Nanos host_time_a_call(int calls, const std::function<void()>& call);

/// The middle value; the lower of the two middle ones. `values` is not empty.
[[nodiscard]] Nanos median(std::vector<Nanos> values);

/// bytes / time in bytes a second, rounded down; 0 where no time passed.
[[nodiscard]] std::uint64_t rate(std::uint64_t bytes, Nanos time) noexcept;

}  // namespace offledger::cuda
