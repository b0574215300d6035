// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/manifest.hpp"

#include <algorithm>
#include <tuple>

#include "schedules/plan/plan.hpp"

namespace offledger::analysis {
namespace {

void sort_rows(Manifest& manifest) {
  std::sort(manifest.copies.begin(), manifest.copies.end(), [](const ManifestCopy& a, const ManifestCopy& b) {
    return std::tie(a.unit, a.step, a.issued) < std::tie(b.unit, b.step, b.issued);
  });
  const auto key = [](const ManifestCompute& c) { return std::tie(c.unit, c.step); };
  std::stable_sort(manifest.computes.begin(), manifest.computes.end(),
                   [&](const ManifestCompute& a, const ManifestCompute& b) { return key(a) < key(b); });
  const auto end =
      std::unique(manifest.computes.begin(), manifest.computes.end(),
                  [&](const ManifestCompute& a, const ManifestCompute& b) { return key(a) == key(b); });
  manifest.computes.erase(end, manifest.computes.end());
}

/// Unrolls a plan in the host's order.
class Unroller {
 public:
  explicit Unroller(const plan::Plan& plan) : waiting_(plan.model.unit_count()) {}

  void play(const std::vector<plan::Op>& ops, std::uint32_t step) {
    for (const plan::Op& op : ops) {
      if (const auto* copy = std::get_if<plan::Copy>(&op)) add(*copy);
      if (const auto* compute = std::get_if<plan::Compute>(&op)) read(*compute, step);
    }
  }

  Manifest finish() {
    for (const std::vector<std::size_t>& rows : waiting_) {
      for (const std::size_t row : rows) out_.copies[row].lead = computes_ - out_.copies[row].lead;
    }
    sort_rows(out_);
    return std::move(out_);
  }

 private:
  void add(const plan::Copy& op) {
    if (op.direction != plan::Direction::kH2D || op.bytes == 0) return;
    ManifestCopy copy;
    copy.unit = static_cast<std::uint32_t>(op.unit);
    copy.bytes = op.bytes;
    copy.pageable = op.source == plan::Source::kPageable;
    copy.slot = static_cast<std::int32_t>(op.slot);
    copy.stream = static_cast<std::uint32_t>(op.stream);
    copy.lead = computes_;  // until its reader is known
    copy.issued = static_cast<std::uint32_t>(out_.copies.size());
    waiting_[copy.unit].push_back(out_.copies.size());
    out_.copies.push_back(copy);
  }

  void read(const plan::Compute& op, std::uint32_t step) {
    for (const std::size_t row : waiting_[index(op.unit)]) {
      out_.copies[row].step = step;
      out_.copies[row].lead = computes_ - out_.copies[row].lead;
    }
    waiting_[index(op.unit)].clear();
    out_.computes.push_back(
        {static_cast<std::uint32_t>(op.unit), step, static_cast<std::uint32_t>(op.stream)});
    ++computes_;
  }

  Manifest out_;
  std::vector<std::vector<std::size_t>> waiting_;  ///< by unit: rows of copies that nothing has read yet
  std::uint32_t computes_ = 0;
};

/// Reads the same off the records.
class Recorded {
 public:
  Recorded(const Links& links, const DeviceWindow& device, const DeviceUnits& units,
           const std::vector<std::uint32_t>& unit_of)
      : links_(links), device_(device), units_(units), unit_of_(unit_of) {
    for (const UnitInstance& instance : units.instances) {
      by_launch_.push_back(links.issued(links.ops.ops()[instance.first_kernel]));
    }
    std::sort(by_launch_.begin(), by_launch_.end());
  }

  Manifest read() {
    for (const UnitInstance& instance : units_.instances) {
      const GpuOp& kernel = links_.ops.ops()[instance.first_kernel];
      out_.computes.push_back(
          {unit_of_[instance.unit], static_cast<std::uint32_t>(instance.step_row), kernel.stream});
    }
    std::vector<std::pair<Nanos, OpRow>> order;
    for_each_op(links_, device_, [&](OpRow row, const GpuOp& op) {
      if (op.activity == Activity::kH2D) order.emplace_back(links_.issued(op), row);
    });
    std::sort(order.begin(), order.end());
    for (const auto& [time, row] : order) add(time, row);
    sort_rows(out_);
    return std::move(out_);
  }

 private:
  /// How many units the host had enqueued by then.
  std::uint32_t place(Nanos launch) const {
    return static_cast<std::uint32_t>(std::lower_bound(by_launch_.begin(), by_launch_.end(), launch) -
                                      by_launch_.begin());
  }

  void add(Nanos issued, OpRow row) {
    const GpuOp& op = links_.ops.ops()[row];
    const trace::Copy& record = links_.copy_of(op);
    ManifestCopy copy;
    if (op.unit != kNoUnit) copy.unit = unit_of_[op.unit];
    copy.bytes = record.bytes;
    copy.pageable = links_.pageable(op);
    copy.slot = op.slot;
    copy.stream = op.stream;
    copy.issued = static_cast<std::uint32_t>(out_.copies.size());
    std::uint32_t reader = static_cast<std::uint32_t>(by_launch_.size());
    if (const OpRow consumer = units_.consumer.empty() ? kNoRow32 : units_.consumer[row];
        consumer != kNoRow32) {
      const GpuOp& kernel = links_.ops.ops()[consumer];
      copy.step = static_cast<std::uint32_t>(device_.step_row(kernel.step, kernel.begin));
      reader = place(links_.issued(kernel));
    }
    const std::uint32_t before = place(issued);
    copy.lead = reader > before ? reader - before : 0;
    out_.copies.push_back(copy);
  }

  const Links& links_;
  const DeviceWindow& device_;
  const DeviceUnits& units_;
  const std::vector<std::uint32_t>& unit_of_;
  std::vector<Nanos> by_launch_;  ///< when each unit's first kernel was enqueued, ascending
  Manifest out_;
};

}  // namespace

Manifest manifest_of(const plan::Plan& plan, std::uint32_t steps) {
  Unroller unroller(plan);
  unroller.play(plan.prologue, 0);
  for (std::uint32_t step = 0; step < steps; ++step) unroller.play(plan.body, step);
  unroller.play(plan.epilogue, steps);
  return unroller.finish();
}

Manifest manifest_of(const Links& links, const DeviceWindow& device, const DeviceUnits& units,
                     const std::vector<std::uint32_t>& unit_of) {
  return Recorded(links, device, units, unit_of).read();
}

}  // namespace offledger::analysis
