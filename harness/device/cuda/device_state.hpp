// SPDX-License-Identifier: Apache-2.0
//
// What a CudaDevice holds while it plays a plan, and how it comes to hold it. Members are destroyed in
// reverse: what runs on the device before what it runs on.

#pragma once

#include <cuda_runtime.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "collectors/cupti/collector.hpp"
#include "harness/device/cuda/cuda_device.hpp"
#include "harness/device/cuda/host_weights.hpp"
#include "harness/device/cuda/preflight.hpp"
#include "harness/device/cuda/range_log.hpp"
#include "harness/device/cuda/unit_map.hpp"
#include "harness/model/cuda/core.hpp"
#include "harness/model/cuda/cuda_error.hpp"

namespace offledger::cuda {

/// Owns a stream. Move-only.
class Stream {
 public:
  explicit Stream(int priority);
  Stream(Stream&& other) noexcept : stream_(std::exchange(other.stream_, nullptr)) {}
  Stream& operator=(Stream&&) = delete;
  ~Stream();
  [[nodiscard]] cudaStream_t get() const noexcept { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

/// Owns an event without timing: timing would cost each record device work. Move-only.
class Event {
 public:
  Event();
  Event(Event&& other) noexcept : event_(std::exchange(other.event_, nullptr)) {}
  Event& operator=(Event&&) = delete;
  ~Event();
  [[nodiscard]] cudaEvent_t get() const noexcept { return event_; }

 private:
  cudaEvent_t event_ = nullptr;
};

struct CudaDevice::State {
  explicit State(const Options& chosen);
  ~State();

  /// Counters to sample from prepare() to finish().
  void ask_for(const device::CounterRequest& request);
  void prepare(const plan::Plan& chosen_plan, const model::Workload& chosen_workload);
  void begin_step(std::uint32_t step);
  trace::Timeline finish();

  [[nodiscard]] cudaStream_t stream(plan::StreamId id) const noexcept { return streams[index(id)].get(); }
  [[nodiscard]] cudaEvent_t event(plan::EventId id) const noexcept { return events[index(id)].get(); }
  /// Throws Error(kUsage) for a slot that the plan has freed, or not yet allocated.
  [[nodiscard]] std::byte* slot_data(plan::SlotId id) const;
  /// Spins on the op's stream where the options delay that stream.
  void delay(plan::StreamId id, Nanos duration) const;
  /// Where a device-to-host copy lands.
  [[nodiscard]] std::byte* landing(const plan::Copy& op);
  /// The position of the current step's first token.
  [[nodiscard]] std::uint32_t position() const noexcept;

  void run_unit(const plan::Compute& op, const model::cuda::StreamWork& on);
  /// Enqueues the copy of the step's logits and tokens to the host.
  void keep_output(cudaStream_t stream);
  /// Fills a slot with NaN and waits for it: before any stream uses the slot.
  void poison(plan::SlotId slot);

  Options options;
  std::unique_ptr<cupti::Collector> collector;  ///< from prepare() on, before the context
  std::optional<counters::Watch> watch;
  bool only_counters = false;  ///< no records where counters can be had
  bool recording = false;      ///< the collector records
  Nanos begin{};               ///< of the play, on the recording's clock
  DeviceFacts facts;
  device::Identity identity;

  const plan::Plan* plan = nullptr;
  const model::Workload* workload = nullptr;
  std::unique_ptr<model::WeightSource> source;
  UnitMap map;
  std::uint32_t unique_layers = 0;
  std::uint32_t most_steps = 0;
  std::uint32_t step = 0;
  bool pin_pending = false;
  std::set<std::pair<plan::SlotId, plan::UnitId>> released;

  std::optional<RangeLog> ranges;
  std::optional<HostWeights> host;
  std::map<std::pair<plan::Source, std::uint64_t>, HostBlock> landings;
  std::optional<HostBlock> kept;  ///< logits and tokens of each step
  std::vector<StepOutput> outputs;

  std::vector<model::cuda::DeviceMemory> slots;
  std::map<plan::UnitId, model::cuda::DeviceMemory> resident;
  std::vector<Stream> streams;
  std::vector<Event> events;
  std::map<std::size_t, model::cuda::StreamWork> work;  ///< by stream row: those that compute
  std::optional<model::cuda::Core> core;

 private:
  [[nodiscard]] model::cuda::CoreShape core_shape() const;
  [[nodiscard]] Requirements requirements() const;
  [[nodiscard]] std::size_t kept_bytes_a_step() const noexcept;
  void scan_plan();
  void make_streams();
  void make_memory();
  void name_rows(trace::Timeline& timeline) const;
  void note_memory_place(trace::Timeline& timeline) const;
  void read_outputs();
};

}  // namespace offledger::cuda
