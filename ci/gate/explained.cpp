// SPDX-License-Identifier: Apache-2.0
#include "ci/gate/explained.hpp"

#include <algorithm>

#include "ci/gate/scale.hpp"

namespace offledger::gate {
namespace {

struct Medians {
  double base = 0;
  double cand = 0;
  [[nodiscard]] double saved() const { return std::max(0.0, base - cand); }
};

Medians medians(const CellSamples& cell, std::string_view metric) {
  const auto at = cell.metrics.find(metric);
  if (at == cell.metrics.end() || at->second.base.empty() || at->second.cand.empty()) return {};
  return {median(at->second.base), median(at->second.cand)};
}

/// What a nanosecond of hidden transfer is worth in the metric; 0 for metrics that a faster device cannot
/// worsen.
double weight(std::string_view metric, const Medians& compute, const Medians& h2d, double wall) {
  const auto per = [](double length) { return length > 0 ? 1 / length : 0; };
  if (metric == "overlap") return per(h2d.base);
  if (metric == "overlap_of_possible") return per(std::min(h2d.base, compute.base));
  for (const auto* name : {"gpu_idle_ns", "device_idle_ns", "h2d_exposed_ns", "avoidable_exposed_ns"}) {
    if (metric == name) return per(wall);
  }
  return 0;
}

}  // namespace

double explained_by_device(std::string_view metric, const CellSamples& cell) {
  const Medians compute = medians(cell, "compute_ns");
  const Medians h2d = medians(cell, "h2d_ns");
  const double saved = compute.saved() + h2d.saved();
  if (metric == "cpu_blocked_ns") {
    const double wall = medians(cell, "wall_ns").base;
    return wall > 0 ? std::min(saved, medians(cell, "step_join_ns").saved()) / wall : 0;
  }
  const double idle = std::min(saved, medians(cell, "device_idle_ns").saved());
  return (saved + idle) * weight(metric, compute, h2d, medians(cell, "wall_ns").base);
}

double compute_change(const CellSamples& cell) {
  const Medians compute = medians(cell, "compute_ns");
  return compute.base > 0 ? (compute.cand - compute.base) / compute.base : 0;
}

}  // namespace offledger::gate
