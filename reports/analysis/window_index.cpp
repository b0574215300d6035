// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/window_index.hpp"

#include <algorithm>
#include <map>

#include "schedules/base/error.hpp"

namespace offledger::analysis {
namespace {

/// Streams with ops, by device.
std::map<trace::DeviceId, std::vector<std::size_t>> streams_by_device(const Links& links) {
  std::map<trace::DeviceId, std::vector<std::size_t>> devices;
  for (std::size_t s = 0; s < links.ops.streams(); ++s) {
    if (!links.ops.stream(s).empty()) devices[links.timeline.streams[s].device].push_back(s);
  }
  return devices;
}

Atoms atoms_of(const Links& links, const std::vector<std::size_t>& streams) {
  std::array<std::vector<Interval>, kActivities> raw;
  Interval window{Nanos::max(), Nanos::min()};
  std::array<std::size_t, kActivities> count{};
  for (const std::size_t s : streams) {
    for (const GpuOp& op : links.ops.stream(s)) ++count[index(op.activity)];
  }
  for (std::size_t a = 0; a < kActivities; ++a) raw[a].reserve(count[a]);
  for (const std::size_t s : streams) {
    for (const GpuOp& op : links.ops.stream(s)) {
      raw[index(op.activity)].push_back({op.begin, op.end});
      window.begin = std::min(window.begin, op.begin);
      window.end = std::max(window.end, op.end);
    }
  }
  std::array<IntervalSet, kActivities> sets;
  for (std::size_t a = 0; a < kActivities; ++a) sets[a] = IntervalSet(std::move(raw[a]));
  return Atoms(window, sets);
}

/// A step starts at its first kernel and ends where the next step's first kernel starts.
std::vector<StepWindow> steps_of(const Links& links, const DeviceWindow& device) {
  std::map<std::int32_t, Nanos> first_kernel;
  if (links.marks.has_steps()) {
    std::map<std::int32_t, Nanos>::iterator last = first_kernel.end();
    for_each_op(links, device, [&](OpRow, const GpuOp& op) {
      if (op.kind != OpKind::kKernel || op.step == kNoStep) return;
      if (last == first_kernel.end() || last->first != op.step) {
        last = first_kernel.try_emplace(op.step, op.begin).first;
      }
      last->second = std::min(last->second, op.begin);
    });
  }
  if (first_kernel.empty()) return {{0, device.window()}};
  std::vector<StepWindow> steps;
  Nanos begin = device.window().begin;
  for (auto it = first_kernel.begin(); it != first_kernel.end(); ++it) {
    const auto next = std::next(it);
    // Kernels of neighbouring steps may run out of order; boundaries never do.
    const Nanos end = next == first_kernel.end() ? device.window().end : std::max(begin, next->second);
    steps.push_back({it->first, {begin, end}});
    begin = end;
  }
  return steps;
}

std::uint32_t launch_thread_of(const Links& links, const DeviceWindow& device) {
  std::map<std::uint32_t, std::uint64_t> kernels;
  for (const std::size_t stream : device.streams) {
    for (const GpuOps::Launches& launches : links.ops.launches(stream))
      kernels[launches.thread] += launches.kernels;
  }
  const auto most = std::max_element(kernels.begin(), kernels.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == kernels.end() ? kNoRow32 : most->first;
}

}  // namespace

bool Links::pageable(const trace::Copy& copy) noexcept {
  if (copy.direction == trace::CopyDirection::kH2D) return copy.source == trace::MemoryKind::kPageable;
  if (copy.direction == trace::CopyDirection::kD2H) return copy.target == trace::MemoryKind::kPageable;
  return false;
}

std::size_t DeviceWindow::step_row(std::int32_t step, Nanos time) const noexcept {
  if (step != kNoStep) {
    const auto it = std::lower_bound(steps.begin(), steps.end(), step,
                                     [](const StepWindow& w, std::int32_t s) { return w.step < s; });
    if (it != steps.end() && it->step == step) return static_cast<std::size_t>(it - steps.begin());
  }
  const auto after = std::upper_bound(steps.begin(), steps.end(), time,
                                      [](Nanos t, const StepWindow& w) { return t < w.window.begin; });
  return after == steps.begin() ? 0 : static_cast<std::size_t>(after - steps.begin()) - 1;
}

std::vector<DeviceWindow> device_windows(const Links& links) {
  std::vector<DeviceWindow> devices;
  for (auto& [id, streams] : streams_by_device(links)) {
    DeviceWindow device{id, streams, atoms_of(links, streams), {}, kNoRow32};
    device.steps = steps_of(links, device);
    device.launch_thread = launch_thread_of(links, device);
    devices.push_back(std::move(device));
  }
  if (devices.empty()) {
    throw Error(
        ErrorKind::kNotMeasured,
        "expected GPU operations (kernels, copies, memsets), found none: nothing ran on a device while this "
        "was recorded, or the collector did not record device activity");
  }
  return devices;
}

}  // namespace offledger::analysis
