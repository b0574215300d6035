// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/bound.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace offledger::analysis {
namespace {

__extension__ using Wide = unsigned __int128;

struct Layer {
  Nanos end = Nanos::min();
  bool streamed = false;  ///< its weights were copied
};

std::vector<Layer> layers_of(std::span<const UnitInstance> units) {
  std::map<std::int32_t, Layer> layers;
  for (const UnitInstance& unit : units) {
    Layer& layer = layers[unit.report.layer];
    layer.end = std::max(layer.end, unit.report.compute.end);
    layer.streamed |= unit.report.h2d_bytes > 0;
  }
  std::vector<Layer> out;
  for (const auto& [number, layer] : layers) out.push_back(layer);
  return out;
}

/// Layers after which the pattern of streamed and resident ones repeats: 1 where all are streamed, g where
/// the last n of each g are.
std::size_t offload_period(const std::vector<Layer>& layers) {
  for (std::size_t period = 1; period < layers.size(); ++period) {
    bool repeats = true;
    for (std::size_t l = 0; l + period < layers.size() && repeats; ++l) {
      repeats = layers[l].streamed == layers[l + period].streamed;
    }
    if (repeats) return period;
  }
  return layers.size();
}

/// Of a unit's bytes, those that came from `begin` on.
std::uint64_t bytes_from(Nanos begin, const UnitReport& unit) {
  return unit.transfer ? bytes_within({begin, Nanos::max()}, *unit.transfer, unit.h2d_bytes) : unit.h2d_bytes;
}

}  // namespace

Nanos transfer_time(std::uint64_t bytes, std::uint64_t bytes_per_s) noexcept {
  const Wide ns = (static_cast<Wide>(bytes) * 1'000'000'000U + bytes_per_s - 1) / bytes_per_s;
  constexpr auto kMost = static_cast<Wide>(INT64_MAX / 4);
  return Nanos(static_cast<std::int64_t>(std::min(ns, kMost)));
}

bool overlaps_previous(Interval step, std::span<const UnitInstance> units) noexcept {
  return std::any_of(units.begin(), units.end(), [&](const UnitInstance& unit) {
    return unit.report.transfer && unit.report.transfer->begin < step.begin;
  });
}

std::optional<Nanos> bound(const trace::Provenance& source, std::span<const UnitInstance> units,
                           StepPlace place, Nanos begin, Nanos compute, std::uint64_t unnamed_bytes) {
  if (source.link_bytes_per_s == 0) return std::nullopt;
  std::uint64_t bytes = 0;
  Nanos makespan{};
  for (const UnitInstance& unit : units) {
    const std::uint64_t own =
        place == StepPlace::kLast ? bytes_from(begin, unit.report) : unit.report.h2d_bytes;
    bytes += own;
    // A resident unit waits for nothing of its own.
    const Nanos ready = own != 0 ? transfer_time(bytes, source.link_bytes_per_s) : Nanos{};
    makespan = std::max(makespan, ready) + unit.report.busy;
  }
  const Nanos floor = std::max(compute, transfer_time(bytes + unnamed_bytes, source.link_bytes_per_s));
  return place == StepPlace::kOverlaps ? floor : std::max(makespan, floor);
}

std::optional<Nanos> steady_layer(std::span<const UnitInstance> units) {
  const std::vector<Layer> layers = layers_of(units);
  if (layers.size() < 4) return std::nullopt;
  const std::size_t period = offload_period(layers);
  const std::size_t first = layers.size() / 4;
  const std::size_t last = layers.size() * 3 / 4;  // at most the last layer but one
  const std::size_t count = (last - first) / period * period;
  if (count == 0) return std::nullopt;
  return (layers[first + count].end - layers[first].end) / static_cast<std::int64_t>(count);
}

std::uint32_t distinct_layers(std::span<const UnitInstance> units) {
  return static_cast<std::uint32_t>(layers_of(units).size());
}

}  // namespace offledger::analysis
