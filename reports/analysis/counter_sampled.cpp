// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/counter_sampled.hpp"

#include <algorithm>
#include <cmath>

namespace offledger::analysis {
namespace {

Nanos rounded(double ns) noexcept {
  return Nanos(static_cast<std::int64_t>(std::llround(std::clamp(ns, 0.0, 4e18))));
}

/// The tracks that figures are made of.
struct Tracks {
  const CounterTrack* graphics;
  const CounterTrack* sm;
  const CounterTrack* engine;
  const CounterTrack* bus;
  double bytes_per_ns = 0;  ///< on the wire, at the plateau; 0 where unknown

  Tracks(const CounterTracks& tracks, std::uint64_t link_bytes_per_s)
      : graphics(tracks.find("graphics_active")),
        sm(tracks.find("sm_active")),
        engine(engine_of(tracks)),
        bus(tracks.find("pcie_read")) {
    if (bus == nullptr) return;
    bytes_per_ns = static_cast<double>(link_bytes_per_s) * wire_factor(*bus) / 1e9;
    if (bytes_per_ns > 0) return;
    for (std::size_t i = 0; i < bus->counts.size(); ++i) {
      const auto length = static_cast<double>(tracks.samples()[i].length().count());
      bytes_per_ns = std::max(bytes_per_ns, bus->counts[i] / length);
    }
    // A bus that never carried a gigabyte a second carried no transfer, and says nothing of what it could.
    if (bytes_per_ns < 1) bytes_per_ns = 0;
  }
  [[nodiscard]] bool enough() const noexcept { return (graphics || sm) && (engine || bus); }

  [[nodiscard]] double compute(std::size_t i, double length) const noexcept {
    if (sm != nullptr && sm->counts[i] <= 0) return 0;
    return std::min(1.0, (graphics != nullptr ? graphics : sm)->counts[i] / length);
  }
  [[nodiscard]] double by_engine(std::size_t i, double length) const noexcept {
    return engine == nullptr ? 0 : std::min(1.0, engine->counts[i] / length);
  }
  [[nodiscard]] double by_bus(std::size_t i, double length) const noexcept {
    return bus == nullptr || bytes_per_ns <= 0 ? 0 : std::min(1.0, bus->counts[i] / (bytes_per_ns * length));
  }
};

std::optional<double> ratio(Nanos part, Nanos whole) noexcept {
  if (whole.count() <= 0) return std::nullopt;
  return static_cast<double>(part.count()) / static_cast<double>(whole.count());
}

/// Sums of a window, in ns.
struct Sums {
  double compute = 0, h2d = 0, low = 0, high = 0, beside_engine = 0;
};

Sampled figures_of(const Sums& sums, Interval window) {
  Sampled out;
  out.window = window;
  const double hidden = (sums.low + sums.high) / 2;
  out.compute = rounded(sums.compute);
  out.h2d = rounded(sums.h2d);
  out.hidden = rounded(hidden);
  out.open = rounded((sums.high - sums.low) / 2);
  out.exposed = std::max(Nanos{}, out.h2d - out.hidden);
  out.idle = std::max(Nanos{}, window.length() - out.compute - out.exposed);
  out.zero_copy_time = rounded(sums.beside_engine);
  // A tenth of the transfer that no engine shows is not the rounding of either.
  out.zero_copy = sums.beside_engine > 0.1 * sums.h2d;
  return out;
}

}  // namespace

std::optional<double> Sampled::overlap_of_possible() const noexcept {
  const std::optional<double> share = ratio(hidden, std::min(h2d, compute));
  return share ? std::optional(std::min(1.0, *share)) : std::nullopt;
}

std::optional<double> Sampled::overlap_open() const noexcept {
  return ratio(open, std::min(h2d, compute));
}

const CounterTrack* engine_of(const CounterTracks& tracks) noexcept {
  const CounterTrack* of_direction = tracks.find("h2d_engine");
  return of_direction != nullptr ? of_direction : tracks.find("copy_engine");
}

double wire_factor(const CounterTrack& bus) noexcept {
  return bus.wire_ppm == 0 ? 1.0 : static_cast<double>(bus.wire_ppm) / 1e6;
}

std::optional<Sampled> sampled_in(const CounterTracks& tracks, Interval window,
                                  std::uint64_t link_bytes_per_s) {
  if (tracks.empty() || window.length().count() <= 0) return std::nullopt;
  const Tracks use(tracks, link_bytes_per_s);
  if (!use.enough()) return std::nullopt;
  Sums sums;
  const std::span<const Interval> samples = tracks.samples();
  for (std::size_t i = tracks.first_after(window.begin); i < samples.size() && samples[i].begin < window.end;
       ++i) {
    const auto whole = static_cast<double>(samples[i].length().count());
    const Nanos part = std::min(samples[i].end, window.end) - std::max(samples[i].begin, window.begin);
    const auto inside = static_cast<double>(part.count());
    const double c = use.compute(i, whole);
    const double engine = use.by_engine(i, whole);
    const double t = std::max(engine, use.by_bus(i, whole));
    sums.compute += c * inside;
    sums.h2d += t * inside;
    sums.low += std::max(0.0, c + t - 1) * inside;
    sums.high += std::min(c, t) * inside;
    if (use.engine != nullptr && engine <= 0) sums.beside_engine += t * inside;
  }
  Sampled out = figures_of(sums, window);
  if (use.bus != nullptr) {
    out.h2d_bytes = static_cast<std::uint64_t>(
        std::clamp(tracks.sum(*use.bus, window) / wire_factor(*use.bus), 0.0, 1e18));
  }
  return out;
}

std::optional<Interval> active_window(const CounterTracks& tracks, std::uint64_t link_bytes_per_s) {
  // Launches and completions cross the bus too: less than this of what it carries is no transfer.
  constexpr double kLeastBus = 0.05;
  const Tracks use(tracks, link_bytes_per_s);
  std::optional<Interval> window;
  for (std::size_t i = 0; i < tracks.samples().size(); ++i) {
    const auto length = static_cast<double>(tracks.samples()[i].length().count());
    const bool computes = (use.graphics || use.sm) && use.compute(i, length) > 0;
    if (!computes && use.by_engine(i, length) <= 0 && use.by_bus(i, length) < kLeastBus) continue;
    if (!window) window = tracks.samples()[i];
    window->end = tracks.samples()[i].end;
  }
  return window;
}

}  // namespace offledger::analysis
