// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/counter_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reports/analysis/counter_sampled.hpp"
#include "reports/analysis/findings.hpp"

namespace offledger::analysis {
namespace {

using Unit = CounterCheck::Unit;

double ns_of(Nanos time) noexcept {
  return static_cast<double>(time.count());
}

/// The records of one device in the time that samples cover.
class Records {
 public:
  Records(const Links& links, const DeviceWindow& device, const IntervalSet& covered) {
    std::array<std::vector<Interval>, kActivities> raw;
    std::vector<Interval> engines;
    for_each_op(links, device, [&](OpRow, const GpuOp& op) {
      const Interval whole{op.begin, op.end};
      const Nanos inside = covered.length_in(whole);
      if (inside.count() <= 0) return;
      raw[index(op.activity)].push_back(whole);
      if (op.kind != OpKind::kCopy) return;
      const trace::Copy& copy = links.copy_of(op);
      bytes_[index(op.activity)] += static_cast<double>(copy.bytes) * ns_of(inside) / ns_of(whole.length());
      ++copies_[index(op.activity)];
      if (copy.channel != trace::Channel::kCompute) engines.push_back(whole);
    });
    for (std::size_t a = 0; a < kActivities; ++a) sets_[a] = IntervalSet(std::move(raw[a])) & covered;
    engines_ = IntervalSet(std::move(engines)) & covered;
  }

  [[nodiscard]] const IntervalSet& set(Activity a) const noexcept { return sets_[index(a)]; }
  [[nodiscard]] double bytes(Activity a) const noexcept { return bytes_[index(a)]; }
  [[nodiscard]] std::uint64_t copies(Activity a) const noexcept { return copies_[index(a)]; }
  [[nodiscard]] std::uint64_t copies() const noexcept {
    return copies(Activity::kH2D) + copies(Activity::kD2H) + copies(Activity::kD2D);
  }
  [[nodiscard]] const IntervalSet& engines() const noexcept { return engines_; }
  [[nodiscard]] IntervalSet kernels() const { return set(Activity::kCompute) | set(Activity::kCollective); }

 private:
  std::array<IntervalSet, kActivities> sets_;
  IntervalSet engines_;
  std::array<double, kActivities> bytes_{};
  std::array<std::uint64_t, kActivities> copies_{};
};

/// One device's comparison.
class CounterComparison {
 public:
  /// `covered`: the time in `window` that samples cover.
  CounterComparison(const Links& links, const DeviceWindow& device, const CounterTracks& tracks,
                    Interval window, const IntervalSet& covered)
      : links_(links), tracks_(tracks), window_(window), records_(links, device, covered) {}

  void into(CounterReport& report) {
    bytes("h2d_bytes", "pcie_read", Activity::kH2D);
    bytes("d2h_bytes", "pcie_write", Activity::kD2H);
    engine();
    report.sampled = sampled_in(tracks_, window_, links_.timeline.source.link_bytes_per_s);
    kernels(report);
    overlap(report);
    if (report.samples < tolerances::kLeastSamples) {
      for (CounterCheck& check : checks_) check.judged = false, check.note = "too few samples";
    }
    report.checks = std::move(checks_);
  }

 private:
  void bytes(const char* id, const char* role, Activity direction) {
    const CounterTrack* const bus = tracks_.find(role);
    const double recorded = records_.bytes(direction);
    if (bus == nullptr || recorded <= 0) return;
    CounterCheck check{id,
                       Unit::kBytes,
                       recorded,
                       tracks_.sum(*bus, window_) / wire_factor(*bus),
                       recorded * tolerances::kBytes,
                       true,
                       ""};
    if (bus->wire_ppm == 0)
      check.judged = false, check.note = "on the wire: this chip's bus is not calibrated";
    if (recorded < static_cast<double>(tolerances::kLeastBytes))
      check.judged = false, check.note = "too few bytes";
    checks_.push_back(std::move(check));
  }

  void engine() {
    const CounterTrack* const engine = engine_of(tracks_);
    if (engine == nullptr) return;
    const bool of_direction = engine->role == "h2d_engine";
    const Nanos busy = of_direction ? records_.set(Activity::kH2D).length() : records_.engines().length();
    const std::uint64_t copies = of_direction ? records_.copies(Activity::kH2D) : records_.copies();
    if (copies == 0) return;
    const double allowed =
        ns_of(busy) * tolerances::kEngine + ns_of(tolerances::kEngineStart) * static_cast<double>(copies);
    checks_.push_back({of_direction ? "h2d_engine_ns" : "copy_engine_ns", Unit::kTime, ns_of(busy),
                       tracks_.sum(*engine, window_), allowed, of_direction,
                       of_direction ? "" : "one engine of several"});
  }

  /// Pauses that the graphics engine's lag does not bridge.
  [[nodiscard]] static std::size_t pauses(const IntervalSet& set) noexcept {
    std::size_t count = set.empty() ? 0 : 1;
    for (std::size_t i = 1; i < set.spans().size(); ++i) {
      if (set.spans()[i].begin - set.spans()[i - 1].end > tolerances::kGraphicsLag) ++count;
    }
    return count;
  }

  void kernels(CounterReport& report) {
    const IntervalSet ran = records_.kernels();
    const double busy = ns_of(ran.length());
    if (busy <= 0) return;
    const double lag = ns_of(tolerances::kGraphicsLag) * static_cast<double>(pauses(ran));
    if (tracks_.find("graphics_active") != nullptr && report.sampled) {
      checks_.push_back({"graphics_ns", Unit::kTime, busy, ns_of(report.sampled->compute),
                         busy * tolerances::kGraphics + lag, true, ""});
    }
    if (const CounterTrack* const sm = tracks_.find("sm_active")) {
      const double active = tracks_.sum(*sm, window_);
      report.sm_share = active / busy;
      // A mean over SMs: kernels that fill part of the chip show as less than their time, none as more.
      const double least = busy * tolerances::kLeastSmShare;
      const bool bounded = active >= least && active <= busy * (1 + tolerances::kGraphics) + lag;
      checks_.push_back(
          {"sm_ns", Unit::kTime, busy, active, bounded ? busy + active : 0, true, "mean over the SMs"});
    }
    if (const CounterTrack* const tensor = tracks_.find("tensor_active")) {
      report.tensor_share = tracks_.sum(*tensor, window_) / busy;
    }
  }

  void overlap(const CounterReport& report) {
    if (!report.sampled) return;
    const IntervalSet& h2d = records_.set(Activity::kH2D);
    const IntervalSet& compute = records_.set(Activity::kCompute);
    const Nanos possible = std::min(h2d.length(), compute.length());
    const std::optional<double> seen = report.sampled->overlap_of_possible();
    if (possible.count() <= 0 || !seen) return;
    checks_.push_back({"overlap_of_possible", Unit::kShare, ns_of((h2d & compute).length()) / ns_of(possible),
                       *seen, tolerances::kOverlap + report.sampled->overlap_open().value_or(0), true, ""});
  }

  const Links& links_;
  const CounterTracks& tracks_;
  Interval window_;
  Records records_;
  std::vector<CounterCheck> checks_;
};

std::uint64_t samples_in(const CounterTracks& tracks, Interval window) {
  std::uint64_t count = 0;
  for (const Interval& sample : tracks.samples()) {
    if (sample.begin < window.end && sample.end > window.begin) ++count;
  }
  return count;
}

std::string quantity(const CounterCheck& check, double value) {
  switch (check.unit) {
    case Unit::kBytes: return fmt::format("{:.0f} bytes", value);
    case Unit::kTime: return fmt::format("{:.3f} ms", value / 1e6);
    case Unit::kShare: break;
  }
  return fmt::format("{:.1f} %", value * 100);
}

void add_findings(const CounterReport& counters, std::vector<Finding>& findings) {
  for (const CounterCheck& check : counters.checks) {
    if (!check.breached()) continue;
    findings.push_back({"counter_mismatch",
                        fmt::format("{}: {} by record, {} by counter; they may differ by {}", check.id,
                                    quantity(check, check.record), quantity(check, check.counter),
                                    quantity(check, check.allowed)),
                        false});
  }
}

}  // namespace

std::optional<CounterReport> counter_report(const Links& links, const DeviceWindow& device) {
  const CounterTracks tracks(links.timeline, device.device);
  if (tracks.empty()) return std::nullopt;
  const Interval window{std::max(device.window().begin, tracks.span().begin),
                        std::min(device.window().end, tracks.span().end)};
  if (window.length().count() <= 0) return std::nullopt;
  CounterReport report;
  report.interval = tracks.interval();
  report.samples = samples_in(tracks, window);
  std::vector<Interval> samples(tracks.samples().begin(), tracks.samples().end());
  const IntervalSet covered = IntervalSet(std::move(samples)) & IntervalSet({device.window()});
  report.coverage = tracks.coverage(device.window());
  CounterComparison(links, device, tracks, window, covered).into(report);
  return report;
}

void put_counters(const Links& links, const std::vector<DeviceWindow>& windows, Report& report) {
  if (links.timeline.counters.empty()) return;
  for (std::size_t d = 0; d < windows.size(); ++d) {
    report.devices[d].counters = counter_report(links, windows[d]);
    if (report.devices[d].counters) add_findings(*report.devices[d].counters, report.findings);
  }
}

}  // namespace offledger::analysis
