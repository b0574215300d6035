// SPDX-License-Identifier: Apache-2.0
//
// What counters add to causes, and what stands in for causes where there are only counters.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <tuple>

#include "reports/analysis/counter_checks.hpp"
#include "reports/analysis/counter_sampled.hpp"
#include "reports/analysis/findings.hpp"
#include "schedules/base/error.hpp"

namespace offledger::analysis {
namespace {

/// What the front end can stand at, by the counter that shows it.
struct Place {
  const char* role;
  std::optional<Nanos> CounterEvidence::*time;
};
constexpr std::array<Place, 4> kPlaces{{{"semaphore_wait", &CounterEvidence::semaphore_wait},
                                        {"queue_idle", &CounterEvidence::queue_idle},
                                        {"async_queue_idle", &CounterEvidence::async_queue_idle},
                                        {"all_queues_idle", &CounterEvidence::all_queues_idle}}};

/// The front end's counters, as sums over samples that lie wholly within a cause's pieces.
class FrontEnd {
 public:
  explicit FrontEnd(const CounterTracks& tracks) : tracks_(tracks) {
    for (std::size_t p = 0; p < kPlaces.size(); ++p) found_[p] = tracks.find(kPlaces[p].role);
  }
  [[nodiscard]] bool counted() const noexcept {
    return std::ranges::any_of(found_, [](const CounterTrack* track) { return track != nullptr; });
  }

  void add(const Piece& piece) {
    Sums& sums = sums_[{piece.cause, piece.sub, piece.via}];
    const auto samples = tracks_.samples();
    for (std::size_t i = tracks_.first_after(piece.time.begin); i < samples.size(); ++i) {
      if (samples[i].end > piece.time.end) break;
      if (samples[i].begin < piece.time.begin) continue;
      sums.time += samples[i].length();
      for (std::size_t p = 0; p < kPlaces.size(); ++p) {
        if (found_[p] != nullptr) sums.active[p] += found_[p]->counts[i];
      }
    }
  }

  [[nodiscard]] std::vector<CounterEvidence> list() const {
    std::vector<CounterEvidence> out;
    for (const auto& [key, sums] : sums_) {
      if (sums.time.count() == 0) continue;
      const auto& [cause, sub, via] = key;
      CounterEvidence one{std::string(name_of(cause)),
                          std::string(name_of(sub)),
                          std::string(name_of(via)),
                          sums.time,
                          {},
                          {},
                          {},
                          {}};
      for (std::size_t p = 0; p < kPlaces.size(); ++p) {
        if (found_[p] != nullptr) one.*kPlaces[p].time = Nanos(static_cast<std::int64_t>(sums.active[p]));
      }
      out.push_back(std::move(one));
    }
    std::ranges::stable_sort(out, std::ranges::greater(), &CounterEvidence::time);
    return out;
  }

 private:
  struct Sums {
    Nanos time{};
    std::array<double, kPlaces.size()> active{};
  };

  const CounterTracks& tracks_;
  std::array<const CounterTrack*, kPlaces.size()> found_{};
  std::map<std::tuple<Cause, Sub, Via>, Sums> sums_;
};

/// Figures as a ledger has them. Copies are not counted: samples do not tell one from the next.
Figures figures_of(const Sampled& sampled) {
  Figures figures;
  figures.window = sampled.window;
  figures.ledger.hidden = sampled.hidden;
  figures.ledger.exposed = sampled.exposed;
  figures.ledger.compute_only = std::max(Nanos{}, sampled.compute - sampled.hidden);
  const Nanos busy = figures.ledger.hidden + figures.ledger.exposed + figures.ledger.compute_only;
  figures.ledger.idle = std::max(Nanos{}, sampled.window.length() - busy);
  figures.compute = sampled.compute;
  figures.h2d.busy = sampled.h2d;
  figures.h2d.hidden = sampled.hidden;
  figures.h2d.exposed = sampled.exposed;
  figures.h2d.bytes = sampled.h2d_bytes;
  figures.h2d.moved = sampled.h2d_bytes;
  return figures;
}

Finding partial(double coverage) {
  return {
      "counters_partial",
      fmt::format("samples cover {:.1f} % of the window, and nothing else was recorded: the rest counts as "
                  "idle; sample less often (--counters-us)",
                  coverage * 100),
      true};
}

std::vector<Nanos> step_begins(const trace::Timeline& timeline) {
  std::vector<Nanos> begins;
  for (const trace::Range& range : timeline.ranges) {
    if (range.kind == trace::RangeKind::kStep) begins.push_back(range.begin);
  }
  std::ranges::sort(begins);
  return begins;
}

/// Sampling that a program's first step starts begins within it: figures are then of what follows, from the
/// next step on. Says so; a run without another step is not wholly sampled.
std::optional<Finding> begin_with_a_step(Interval& window, const trace::Timeline& timeline,
                                         const CounterTracks& tracks) {
  const std::vector<Nanos> begins = step_begins(timeline);
  if (begins.empty() || begins.front() >= window.end) return std::nullopt;
  const Nanos sampled = tracks.samples().front().begin;
  const Nanos missed = sampled - begins.front(), whole = window.end - begins.front();
  if (static_cast<double>(missed.count()) <=
      (1 - tolerances::kLeastCoverage) * static_cast<double>(whole.count()))
    return std::nullopt;
  const auto next = std::ranges::lower_bound(begins, sampled);
  const bool another = next != begins.end() && *next < window.end;
  if (another) window.begin = std::max(window.begin, *next);
  return Finding{"counters_partial",
                 fmt::format("sampling began {:.1f} ms after the first step did: {}", milliseconds(missed),
                             another ? "figures are of the steps after it"
                                     : "that much is in no figure; mark a step before it"),
                 !another};
}

}  // namespace

void put_evidence(const trace::Timeline& timeline, const std::vector<Piece>& pieces, DeviceReport& device) {
  if (!device.counters) return;
  const CounterTracks tracks(timeline, device.device);
  FrontEnd front_end(tracks);
  if (!front_end.counted()) return;
  for (const Piece& piece : pieces) front_end.add(piece);
  device.counters->evidence = front_end.list();
}

bool only_sampled(const trace::Timeline& timeline) noexcept {
  return timeline.gpu_op_count() == 0 && !timeline.samples.empty() && !timeline.counters.empty();
}

Report sampled_report(const trace::Timeline& timeline) {
  Report report;
  report.source = timeline.source;
  report.defects = timeline.defects;
  for (const trace::DeviceId id : sampled_devices(timeline)) {
    const CounterTracks tracks(timeline, id);
    std::optional<Interval> window = active_window(tracks, timeline.source.link_bytes_per_s);
    if (!window) continue;
    if (const auto late = begin_with_a_step(*window, timeline, tracks)) report.findings.push_back(*late);
    const std::optional<Sampled> sampled = sampled_in(tracks, *window, timeline.source.link_bytes_per_s);
    if (!sampled) continue;
    DeviceReport device;
    device.device = id;
    for (const trace::DeviceInfo& info : timeline.devices) {
      if (info.id == id) device.name = timeline.text(info.name);
    }
    device.total = figures_of(*sampled);
    StepReport step;
    step.figures = device.total;
    device.steps.push_back(step);
    CounterReport counters;
    counters.only = true;
    counters.coverage = tracks.coverage(*window);
    if (counters.coverage < tolerances::kLeastCoverage) report.findings.push_back(partial(counters.coverage));
    counters.interval = tracks.interval();
    counters.samples = tracks.samples().size();
    counters.sampled = sampled;
    device.counters = std::move(counters);
    report.devices.push_back(std::move(device));
  }
  if (report.devices.empty()) {
    throw Error(
        ErrorKind::kNotMeasured,
        "expected samples of SMs and of the link in which something ran, found none: nothing ran on a device "
        "while this was recorded");
  }
  add_notes(timeline, report.findings);
  return report;
}

}  // namespace offledger::analysis
