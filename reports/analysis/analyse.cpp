// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cassert>
#include <span>

#include "reports/analysis/analysis.hpp"
#include "reports/analysis/bound.hpp"
#include "reports/analysis/counter_checks.hpp"
#include "reports/analysis/findings.hpp"
#include "reports/analysis/host_time.hpp"
#include "reports/analysis/measure.hpp"
#include "reports/analysis/units.hpp"
#include "reports/analysis/window_index.hpp"

namespace offledger::analysis {
namespace {

/// The value at rank floor(share x (n - 1)): one that was measured, never a mean of two. `ascending` is not
/// empty.
Nanos quantile(std::span<const Nanos> ascending, double share) {
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(ascending.size() - 1));
  return ascending[rank];
}

void put(Transfer& transfer, const Traffic& traffic) {
  transfer.bytes = traffic.bytes;
  transfer.copies = traffic.copies;
  transfer.pageable_copies = traffic.pageable_copies;
  transfer.moved = traffic.moved;
}

void put_leads(Figures& figures, std::span<const Nanos> leads) {
  if (leads.empty()) return;
  figures.lead_median = quantile(leads, 0.5);
  figures.lead_p05 = quantile(leads, 0.05);
}

/// One device's figures, window by window.
class Measure {
 public:
  Measure(const Links& links, const DeviceWindow& device, const Booked& booked)
      : links_(links), device_(device), booked_(booked.units), host_(booked.host) {
    by_step_.resize(device.steps.size());
    for (const UnitInstance& unit : booked_.instances) by_step_[unit.step_row].push_back(unit);
  }

  DeviceReport report() const {
    DeviceReport out;
    out.device = device_.device;
    for (const trace::DeviceInfo& info : links_.timeline.devices) {
      if (info.id == device_.device) out.name = links_.timeline.text(info.name);
    }
    out.unconsumed_h2d_bytes = booked_.unconsumed.bytes;
    out.unconsumed_h2d_copies = booked_.unconsumed.copies;
    for (std::size_t row = 0; row < device_.steps.size(); ++row) out.steps.push_back(step(row));
    out.total = total();
    out.units = units();
    assert(closes(out));
    return out;
  }

 private:
  Figures times(Interval window) const {
    Figures figures;
    figures.window = window;
    const AtomSums sums = device_.atoms.sums(window);
    figures.ledger = ledger_of(sums);
    assert(figures.ledger.wall() == window.length());
    figures.compute = busy_of(sums, Activity::kCompute);
    figures.h2d = transfer_of(sums, Activity::kH2D);
    figures.d2h = transfer_of(sums, Activity::kD2H);
    if (host_) {
      figures.cpu_blocked = host_->blocked.length_in(window);
      figures.step_join = host_->join.length_in(window);
    }
    if (links_.marks.has_host_work() && device_.launch_thread != kNoRow32) {
      figures.host_work = links_.marks.host_work(trace::ThreadRow{device_.launch_thread}).length_in(window);
    }
    return figures;
  }

  StepReport step(std::size_t row) const {
    const std::vector<UnitInstance>& units = by_step_[row];
    StepReport out;
    out.step = static_cast<std::uint32_t>(device_.steps[row].step);
    out.cold = row == 0 && device_.steps.size() > 1;
    Figures& figures = out.figures;
    figures = times(device_.steps[row].window);
    put(figures.h2d, booked_.steps[row].h2d);
    put(figures.d2h, booked_.steps[row].d2h);
    put_leads(figures, booked_.steps[row].leads);
    put_layers(figures, units);
    const bool overlaps = links_.timeline.source.wraps || overlaps_previous(figures.window, units);
    const bool last = row > 0 && row + 1 == device_.steps.size();
    const StepPlace place = !overlaps ? StepPlace::kAlone : last ? StepPlace::kLast : StepPlace::kOverlaps;
    figures.bound = bound(links_.timeline.source, units, place, figures.window.begin, figures.compute,
                          booked_.steps[row].unnamed_bytes);
    return out;
  }

  static void put_layers(Figures& figures, std::span<const UnitInstance> units) {
    figures.layers = distinct_layers(units);
    figures.steady_layer = steady_layer(units);
    if (figures.steady_layer) figures.fill = figures.window.length() - *figures.steady_layer * figures.layers;
  }

  Figures total() const {
    Figures figures = times(device_.window());
    put(figures.h2d, booked_.total_h2d);
    put(figures.d2h, booked_.total_d2h);
    std::vector<Nanos> leads;
    for (const StepTraffic& step : booked_.steps)
      leads.insert(leads.end(), step.leads.begin(), step.leads.end());
    std::sort(leads.begin(), leads.end());
    put_leads(figures, leads);
    if (device_.steps.size() == 1) {
      put_layers(figures, booked_.instances);
    } else {
      figures.layers = distinct_layers(booked_.instances);  // steady state and fill are a step's, not a run's
    }
    // The run is one pipeline over all its steps' units.
    std::uint64_t unnamed_bytes = 0;
    for (const StepTraffic& step : booked_.steps) unnamed_bytes += step.unnamed_bytes;
    figures.bound = bound(links_.timeline.source, booked_.instances, StepPlace::kAlone,
                          device_.window().begin, figures.compute, unnamed_bytes);
    return figures;
  }

  std::vector<UnitReport> units() const {
    std::vector<UnitReport> out;
    Nanos before = device_.window().begin;
    for (const UnitInstance& unit : booked_.instances) {
      out.push_back(unit.report);
      out.back().gap = device_.atoms.sm_idle({before, unit.report.compute.begin});
      before = std::max(before, unit.report.compute.end);
    }
    return out;
  }

#ifndef NDEBUG
  static bool closes(const DeviceReport& out) {
    Ledger sum;
    for (const StepReport& step : out.steps) {
      const Ledger& l = step.figures.ledger;
      sum.compute_only += l.compute_only;
      sum.hidden += l.hidden;
      sum.exposed += l.exposed;
      sum.collective += l.collective;
      sum.collective_copy += l.collective_copy;
      sum.idle += l.idle;
    }
    return sum == out.total.ledger;
  }
#endif

  const Links& links_;
  const DeviceWindow& device_;
  const DeviceUnits& booked_;
  std::vector<std::vector<UnitInstance>> by_step_;
  const std::optional<HostTime>& host_;
};

}  // namespace

Report measure(const Links& links, const std::vector<DeviceWindow>& windows, std::vector<Booked>& booked) {
  Report report;
  const trace::Timeline& t = links.timeline;
  report.source = t.source;
  report.records = {t.kernels.size(), t.copies.size(), t.memsets.size(), t.calls.size()};
  report.defects = links.timeline.defects;
  report.defects.orphan_references += links.ops.counts().no_stream;
  report.defects.negative_durations += links.ops.counts().bad_times;
  report.clock_skew = links.ops.counts().skew;
  for (const DeviceWindow& device : windows) {
    booked.push_back({book_units(links, device), host_time(links, device)});
    report.devices.push_back(Measure(links, device, booked.back()).report());
  }
  report.findings = recording_findings(links);
  put_counters(links, windows, report);
  return report;
}

Report analyse(const trace::Timeline& timeline) {
  if (only_sampled(timeline)) return sampled_report(timeline);
  const Links links(timeline);
  std::vector<Booked> booked;
  return measure(links, device_windows(links), booked);
}

std::vector<const StepReport*> warm_steps(const DeviceReport& device) {
  std::vector<const StepReport*> warm;
  for (const StepReport& step : device.steps) {
    if (!step.cold) warm.push_back(&step);
  }
  return warm;
}

}  // namespace offledger::analysis
