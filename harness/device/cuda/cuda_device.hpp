// SPDX-License-Identifier: Apache-2.0
//
// The CUDA device: the seam's ops done for real. Streams with priorities, events, slots in plain device
// memory, host weights of the kind that each copy names, and the reference core as the engine that computes
// units. Recordings come from CUPTI; ranges are the device's own, on CUPTI's clock.
//
//     cuda::CudaDevice device({.ordinal = 0});
//     trace::Timeline timeline = execute::run(plan, workload, steps, device);
//
// Check mode (DESIGN: every layer distinct, slots filled with NaN until a copy arrives and again after their
// last reader) keeps what each step computed, so that a wait that a schedule lacks is a wrong answer. Delays
// make it show on every run, not on an unlucky one.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "collectors/cupti/counters/recorded.hpp"
#include "collectors/cupti/level.hpp"
#include "harness/device/device.hpp"

namespace offledger::cuda {

/// Spin kernels put before ops, so that what does not wait for them overtakes them.
struct Delays {
  Nanos before_copy{};                    ///< on the copy's stream
  Nanos before_compute{};                 ///< on the compute's stream: a slot's reader is late
  std::optional<plan::StreamId> only_on;  ///< where set, ops of other streams are not delayed
};

struct Options {
  int ordinal = 0;
  bool record = true;  ///< with CUPTI, of which a process has one; false: the Timeline holds ranges only
  cupti::Level level = cupti::Level::kDriver;
  std::string checkpoint;  ///< a Hugging Face directory; empty: synthetic weights
  std::uint64_t seed = 1;
  counters::MakeSource counter_source = counters::chip_source;
  bool check = false;
  Delays delays;
};

/// What one step computed.
struct StepOutput {
  std::vector<std::int32_t> tokens;  ///< one a sequence
  std::string logits_hash;           ///< content_hash of the fp32 logits' bytes
  bool finite = true;                ///< no logit is NaN or infinite
  bool operator==(const StepOutput&) const = default;
};

/// Of the device of that ordinal, without a CUDA context: a process that only names the device leaves it to
/// those that use it. Throws Error(kNotMeasured) where there is no such device or it is too old.
[[nodiscard]] device::Identity identity(int ordinal);

/// Of any GPU, without a CUDA context on it. Throws Error(kNotMeasured) where there is none of that ordinal.
[[nodiscard]] std::string gpu_name(std::uint32_t ordinal);

/// What the sampler is told for a request of counters that is not kNone.
[[nodiscard]] counters::Options counter_options(const device::CounterRequest& request, std::uint32_t ordinal);

/// Invariant of the seam holds: prepare() once, ops, finish(). Until prepare() it holds neither the GPU nor
/// CUPTI.
class CudaDevice final : public device::Device {
 public:
  /// Throws as identity() does.
  explicit CudaDevice(const Options& options);
  ~CudaDevice() override;

  [[nodiscard]] const device::Identity& identity() const noexcept override;
  bool sample_counters(const device::CounterRequest& request) override;
  /// Throws Error(kNotMeasured) where the device is busy, CUPTI cannot record, or the plan does not fit:
  /// nothing is allocated before its memory, on the device and on the host, is known to fit.
  void prepare(const plan::Plan& plan, const model::Workload& workload) override;

  void step_begin(std::uint32_t step) override;
  void unit_begin(plan::UnitId unit) override;
  void host_work(Nanos duration) override;
  /// cudaMalloc and cudaFree, which synchronise: what an engine without a caching allocator pays.
  void alloc(plan::SlotId slot) override;
  void free(plan::SlotId slot) override;
  /// Announces memory that the next pinned-on-the-fly copies register (cudaHostRegister), each time they run.
  void pin(std::uint64_t bytes) override;
  void copy(const plan::Copy& copy) override;
  void record(plan::EventId event, plan::StreamId stream) override;
  void stream_wait(plan::StreamId stream, plan::EventId event) override;
  void host_wait(plan::EventId event) override;
  void stream_sync(plan::StreamId stream) override;
  void device_sync() override;
  void compute(const plan::Compute& compute) override;
  void release(const plan::Release& release) override;
  trace::Timeline finish() override;

  /// In check mode, after finish(): one a step.
  [[nodiscard]] const std::vector<StepOutput>& outputs() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::unique_ptr<device::Device> make_device(const Options& options);

}  // namespace offledger::cuda
