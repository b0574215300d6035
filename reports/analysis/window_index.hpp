// SPDX-License-Identifier: Apache-2.0
//
// One device of a Timeline, ready to be asked: its window, its atoms, its steps. Everything a report says of
// a device is computed from this and from nothing else.

#pragma once

#include <cstdint>
#include <vector>

#include "reports/analysis/atoms.hpp"
#include "reports/analysis/gpu_ops.hpp"

namespace offledger::analysis {

/// What is linked once for the whole Timeline.
struct Links {
  explicit Links(const trace::Timeline& t)
      : timeline(t), marks(t), ops(t, marks), call_class(classify_strings(t)) {}

  [[nodiscard]] CallClass class_of(const trace::HostCall& call) const noexcept {
    return index(call.name) < call_class.size() ? call_class[index(call.name)] : CallClass::kOther;
  }
  /// The host call that enqueued an op, or nullptr.
  [[nodiscard]] const trace::HostCall* call_of(const GpuOp& op) const noexcept {
    return op.call == kNoRow32 ? nullptr : &timeline.calls[op.call];
  }
  /// When the host asked for it: the begin of its call, or its own begin where none is recorded.
  [[nodiscard]] Nanos issued(const GpuOp& op) const noexcept {
    return op.call == kNoRow32 ? op.begin : timeline.calls[op.call].begin;
  }
  [[nodiscard]] const trace::Copy& copy_of(const GpuOp& op) const noexcept {
    return timeline.copies[op.record];
  }
  /// Whether it is a node of a CUDA graph.
  [[nodiscard]] bool in_graph(const GpuOp& op) const noexcept {
    switch (op.kind) {
      case OpKind::kKernel: return timeline.kernels[op.record].graph != 0;
      case OpKind::kCopy: return copy_of(op).graph != 0;
      case OpKind::kMemset: return timeline.memsets[op.record].graph != 0;
    }
    return false;
  }
  /// Whether the host memory of a copy is pageable: such a copy holds the thread that issues it.
  [[nodiscard]] static bool pageable(const trace::Copy& copy) noexcept;
  [[nodiscard]] bool pageable(const GpuOp& op) const noexcept {
    return op.kind == OpKind::kCopy && pageable(copy_of(op));
  }

  const trace::Timeline& timeline;
  HostMarks marks;
  GpuOps ops;
  std::vector<CallClass> call_class;  ///< by StringId
};

/// A step of a device. Steps partition its window.
struct StepWindow {
  std::int32_t step = 0;
  Interval window;
};

struct DeviceWindow {
  trace::DeviceId device{};
  std::vector<std::size_t> streams;  ///< rows of Timeline::streams with an op on this device
  Atoms atoms;
  std::vector<StepWindow> steps;           ///< never empty
  std::uint32_t launch_thread = kNoRow32;  ///< the host thread that launches most of its kernels

  [[nodiscard]] Interval window() const noexcept { return atoms.window(); }
  /// Row in `steps` of a step number, or of the step whose window holds the time.
  [[nodiscard]] std::size_t step_row(std::int32_t step, Nanos time) const noexcept;
};

/// The devices with an op, ascending by id. Throws Error(kNotMeasured) where there is none.
std::vector<DeviceWindow> device_windows(const Links& links);

/// Calls fn(op row, op) for each op of the device, stream by stream.
template <typename Fn>
void for_each_op(const Links& links, const DeviceWindow& device, Fn&& fn) {
  for (const std::size_t stream : device.streams) {
    std::size_t row = links.ops.first_of(stream);
    for (const GpuOp& op : links.ops.stream(stream)) fn(static_cast<OpRow>(row++), op);
  }
}

}  // namespace offledger::analysis
