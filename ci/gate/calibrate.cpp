// SPDX-License-Identifier: Apache-2.0
#include "ci/gate/calibrate.hpp"

#include <algorithm>
#include <cmath>

#include "ci/gate/hodges_lehmann.hpp"
#include "ci/gate/random.hpp"

namespace offledger::gate {

std::vector<double> meaningless_shifts(const CellSamples& cell, std::string_view metric, const Rule& rule,
                                       std::uint64_t seed) {
  const auto at = cell.metrics.find(metric);
  if (at == cell.metrics.end() || at->second.base.size() < 2 || at->second.cand.size() < 2) return {};
  const auto wall = cell.metrics.find("wall_ns");
  const bool has_wall = wall != cell.metrics.end() && !wall->second.base.empty();
  const double wall_ns = has_wall ? median(wall->second.base) : 0;
  if (rule.klass == metrics::Class::kPointsOfWall && wall_ns <= 0) return {};
  const Scale scale(rule.klass, rule.better, wall_ns);
  auto pooled = scale.of(at->second.base);
  const auto cand = scale.of(at->second.cand);
  if (!pooled || !cand) return {};
  pooled->insert(pooled->end(), cand->begin(), cand->end());
  const std::span<const double> all(*pooled);
  const std::size_t n_base = at->second.base.size();
  Random random(seed);
  std::vector<double> shifts;
  for (int i = 0; i < kRelabellings; ++i) {
    random.shuffle(*pooled);
    const double shift = hodges_lehmann(all.first(n_base), all.subspan(n_base));
    shifts.push_back(std::abs(scale.delta(std::abs(shift))));
  }
  return shifts;
}

double quantile(std::vector<double> values, double q) {
  const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size())));
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(std::clamp<std::size_t>(rank, 1, values.size()) - 1);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

Margins calibrate(const std::vector<std::pair<history::Run, history::Run>>& sittings, const Margins& floors,
                  std::uint64_t seed) {
  std::map<std::string, std::vector<double>> shifts;
  for (const auto& [base, cand] : sittings) {
    for (const auto& cell : pair_cells(base, cand)) {
      if (cell.deterministic || !cell.disqualified.empty()) continue;
      for (const auto& metric : metrics::all()) {
        if (metric.klass == metrics::Class::kExact || metric.klass == metrics::Class::kInformation) continue;
        const Rule rule{metric.klass, metric.better, metric.gates, metric.needs_company};
        const auto name = std::string(metric.name);
        const auto of_cell = meaningless_shifts(cell, name, rule, seed ^ seed_of(name_of(cell) + "/" + name));
        shifts[name].insert(shifts[name].end(), of_cell.begin(), of_cell.end());
      }
    }
  }
  Margins margins = floors;
  for (auto& [name, all] : shifts) {
    if (all.empty()) continue;
    const auto floor = floors.by_metric.find(name);
    const double least = floor != floors.by_metric.end() ? floor->second : 0;
    const double found = quantile(std::move(all), 0.99);
    // A margin of 0 could never be kept: values that are all alike keep the class's margin.
    if (found > 0) margins.by_metric[name] = std::max(least, found);
  }
  return margins;
}

}  // namespace offledger::gate
