// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/units.hpp"

#include <algorithm>
#include <cassert>
#include <optional>

namespace offledger::analysis {
namespace {

/// A kernel that computes a unit.
struct UnitKernel {
  Nanos launched{};
  OpRow op = 0;
  std::uint32_t unit = 0;
  std::size_t instance = 0;
};

/// The kernels of each unit, in the order of their launch.
class KernelsByUnit {
 public:
  KernelsByUnit(const Links& links, const DeviceWindow& device) : first_(links.marks.units().size() + 1, 0) {
    if (links.marks.units().empty()) return;
    for_each_op(links, device, [&](OpRow row, const GpuOp& op) {
      if (op.kind != OpKind::kKernel || op.unit == kNoUnit) return;
      kernels_.push_back({links.issued(op), row, op.unit, 0});
    });
    std::sort(kernels_.begin(), kernels_.end(), [](const UnitKernel& a, const UnitKernel& b) {
      if (a.unit != b.unit) return a.unit < b.unit;
      return a.launched != b.launched ? a.launched < b.launched : a.op < b.op;
    });
    for (const UnitKernel& kernel : kernels_) ++first_[kernel.unit + 1];
    for (std::size_t u = 1; u < first_.size(); ++u) first_[u] += first_[u - 1];
  }

  [[nodiscard]] std::span<UnitKernel> of(std::uint32_t unit) noexcept {
    return {kernels_.data() + first_[unit], first_[unit + 1] - first_[unit]};
  }
  [[nodiscard]] std::size_t units() const noexcept { return first_.size() - 1; }

 private:
  std::vector<UnitKernel> kernels_;
  std::vector<std::size_t> first_;
};

/// Groups a unit's kernels by step into instances, and gives each its compute.
void make_instances(const Links& links, const DeviceWindow& device, KernelsByUnit& kernels,
                    std::vector<UnitInstance>& instances) {
  for (std::uint32_t unit = 0; unit < kernels.units(); ++unit) {
    const std::span<UnitKernel> all = kernels.of(unit);
    const std::size_t first_instance = instances.size();
    std::vector<std::vector<Interval>> busy;
    for (UnitKernel& kernel : all) {
      const GpuOp& op = links.ops.ops()[kernel.op];
      const std::size_t step = device.step_row(op.step, op.begin);
      const auto known =
          std::find_if(instances.rbegin(), instances.rend() - static_cast<std::ptrdiff_t>(first_instance),
                       [&](const UnitInstance& i) { return i.step_row == step; });
      const bool fresh = known == instances.rend() - static_cast<std::ptrdiff_t>(first_instance);
      if (fresh) {
        UnitInstance instance{unit, step, kernel.op, {}};
        const UnitKey key = links.marks.units()[unit];
        instance.report.step = static_cast<std::uint32_t>(device.steps[step].step);
        instance.report.layer = key.layer;
        instance.report.group = links.timeline.text(key.group);
        instance.report.compute = {op.begin, op.end};
        instances.push_back(instance);
        busy.emplace_back();
      }
      kernel.instance = fresh ? instances.size() - 1 : static_cast<std::size_t>(instances.rend() - known) - 1;
      UnitInstance& instance = instances[kernel.instance];
      if (op.begin < instance.report.compute.begin) instance.first_kernel = kernel.op;
      instance.report.compute.begin = std::min(instance.report.compute.begin, op.begin);
      instance.report.compute.end = std::max(instance.report.compute.end, op.end);
      busy[kernel.instance - first_instance].push_back({op.begin, op.end});
    }
    for (std::size_t i = 0; i < busy.size(); ++i) {
      instances[first_instance + i].report.busy = IntervalSet(std::move(busy[i])).length();
    }
  }
}

/// Books a copy's bytes where it ran, in the steps and in the whole.
void book_moved(const DeviceWindow& device, const GpuOp& op, std::uint64_t bytes, bool unnamed,
                DeviceUnits& out) {
  const bool h2d = op.activity == Activity::kH2D;
  (h2d ? out.total_h2d : out.total_d2h).moved += bytes_within(device.window(), {op.begin, op.end}, bytes);
  auto at = std::ranges::upper_bound(device.steps, op.begin, {},
                                     [](const StepWindow& step) { return step.window.end; });
  for (; at != device.steps.end() && at->window.begin < op.end; ++at) {
    StepTraffic& step = out.steps[static_cast<std::size_t>(at - device.steps.begin())];
    const std::uint64_t part = bytes_within(at->window, {op.begin, op.end}, bytes);
    (h2d ? step.h2d : step.d2h).moved += part;
    if (unnamed) step.unnamed_bytes += part;
  }
}

/// A consuming kernel and the end of one of its copies.
struct Feed {
  const UnitKernel* kernel = nullptr;
  Nanos copy_end{};
};

void book_copy(const Links& links, const GpuOp& op, const UnitKernel& kernel, UnitInstance& instance,
               std::vector<Feed>& feeds) {
  std::optional<Interval>& transfer = instance.report.transfer;
  if (!transfer) transfer = Interval{op.begin, op.end};
  transfer->begin = std::min(transfer->begin, op.begin);
  transfer->end = std::max(transfer->end, op.end);
  instance.report.h2d_bytes += links.copy_of(op).bytes;
  feeds.push_back({&kernel, op.end});
}

void take_leads(const Links& links, std::vector<Feed>& feeds, DeviceUnits& out) {
  std::sort(feeds.begin(), feeds.end(), [](const Feed& a, const Feed& b) {
    return a.kernel != b.kernel ? a.kernel < b.kernel : a.copy_end < b.copy_end;
  });
  for (std::size_t i = 0; i < feeds.size(); ++i) {
    if (i + 1 < feeds.size() && feeds[i + 1].kernel == feeds[i].kernel) continue;  // not its last copy
    const Nanos lead = links.ops.ops()[feeds[i].kernel->op].begin - feeds[i].copy_end;
    UnitInstance& instance = out.instances[feeds[i].kernel->instance];
    out.steps[instance.step_row].leads.push_back(lead);
    instance.report.lead = instance.report.lead ? std::min(*instance.report.lead, lead) : lead;
  }
  for (StepTraffic& step : out.steps) std::sort(step.leads.begin(), step.leads.end());
}

#ifndef NDEBUG
bool closes(const DeviceUnits& out) {
  std::uint64_t bytes = out.unconsumed.bytes, copies = out.unconsumed.copies, d2h = 0;
  for (const StepTraffic& step : out.steps) {
    bytes += step.h2d.bytes;
    copies += step.h2d.copies;
    d2h += step.d2h.bytes;
  }
  return bytes == out.total_h2d.bytes && copies == out.total_h2d.copies && d2h == out.total_d2h.bytes;
}
#endif

}  // namespace

void Traffic::add(const trace::Copy& copy, bool pageable) noexcept {
  bytes += copy.bytes;
  copies += copy.count;
  if (pageable) pageable_copies += copy.count;
}

std::uint64_t bytes_within(Interval window, Interval copy, std::uint64_t bytes) noexcept {
  const Nanos part = std::min(copy.end, window.end) - std::max(copy.begin, window.begin);
  if (part >= copy.length()) return bytes;
  if (part.count() <= 0) return 0;
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(static_cast<Wide>(bytes) * static_cast<std::uint64_t>(part.count()) /
                                    static_cast<std::uint64_t>(copy.length().count()));
}

DeviceUnits book_units(const Links& links, const DeviceWindow& device) {
  DeviceUnits out;
  out.steps.resize(device.steps.size());
  KernelsByUnit kernels(links, device);
  make_instances(links, device, kernels, out.instances);
  if (!out.instances.empty()) out.consumer.assign(links.ops.ops().size(), kNoRow32);

  std::vector<Feed> feeds;
  for_each_op(links, device, [&](OpRow row, const GpuOp& op) {
    if (op.activity != Activity::kH2D && op.activity != Activity::kD2H) return;
    const bool h2d = op.activity == Activity::kH2D;
    const trace::Copy& copy = links.copy_of(op);
    (h2d ? out.total_h2d : out.total_d2h).add(copy, links.pageable(op));
    std::size_t step = device.step_row(op.step, op.begin);
    if (h2d && op.unit != kNoUnit && !kernels.of(op.unit).empty()) {
      const std::span<UnitKernel> all = kernels.of(op.unit);
      const auto at = std::lower_bound(all.begin(), all.end(), links.issued(op),
                                       [](const UnitKernel& k, Nanos t) { return k.launched < t; });
      if (at == all.end()) {
        out.unconsumed.add(copy, links.pageable(op));
        book_moved(device, op, copy.bytes, false, out);
        return;
      }
      UnitInstance& instance = out.instances[at->instance];
      step = instance.step_row;
      out.consumer[row] = at->op;
      book_copy(links, op, *at, instance, feeds);
    }
    const bool unnamed = h2d && (out.consumer.empty() || out.consumer[row] == kNoRow32);
    book_moved(device, op, copy.bytes, unnamed, out);
    (h2d ? out.steps[step].h2d : out.steps[step].d2h).add(copy, links.pageable(op));
  });
  take_leads(links, feeds, out);
  std::sort(out.instances.begin(), out.instances.end(), [](const UnitInstance& a, const UnitInstance& b) {
    const Interval x = a.report.compute, y = b.report.compute;
    if (x.begin != y.begin) return x.begin < y.begin;
    return x.end != y.end ? x.end < y.end : a.first_kernel < b.first_kernel;
  });
  assert(closes(out));
  return out;
}

}  // namespace offledger::analysis
