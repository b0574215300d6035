// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "ci/gate/comparison.hpp"
#include "ci/gate/explained.hpp"

namespace offledger::gate {
namespace {

using metrics::Class;
using metrics::Direction;

/// Shown in every verdict although it never fails: without it a reader cannot tell a lost overlap from faster
/// kernels.
constexpr std::string_view kContext = "compute_ns";

bool is_compared(const Rule& rule) {
  return rule.klass != Class::kInformation && rule.better != Direction::kNone;
}

/// The catalogue's order, then the configuration's names.
std::vector<std::string> order_of(const CellSamples& cell) {
  std::vector<std::string> names;
  for (const auto& metric : metrics::all()) {
    if (cell.metrics.contains(metric.name)) names.emplace_back(metric.name);
  }
  for (const auto& [name, sides] : cell.metrics) {
    if (metrics::find(name) == nullptr) names.push_back(name);
  }
  return names;
}

double median_or_zero(const CellSamples& cell, std::string_view metric) {
  const auto at = cell.metrics.find(metric);
  return at == cell.metrics.end() || at->second.base.empty() ? 0 : median(at->second.base);
}

void settle(Comparison& comparison, const char* state, std::string reason) {
  comparison.row.state = state;
  comparison.row.reason = std::move(reason);
}

/// One side has no value: what that means.
void settle_half(Comparison& comparison, const CellSamples& cell, const Sides& sides) {
  if (sides.base.empty()) {
    comparison.row.gates = false;
    return settle(comparison, "pass", "new: the baseline has no value to compare with");
  }
  const auto bytes = cell.metrics.find("h2d_bytes");
  const bool no_transfers =
      bytes != cell.metrics.end() && !bytes->second.cand.empty() && median(bytes->second.cand) == 0;
  if (no_transfers && metrics::find(comparison.row.metric) != nullptr) {
    comparison.row.gates = false;
    return settle(comparison, "pass", "not applicable: the candidate transfers nothing");
  }
  settle(comparison, "missing", "the baseline has this value and the candidate does not");
}

void fill(Comparison& comparison, const CellSamples& cell, const Sides& sides, const Config& config) {
  auto& row = comparison.row;
  const Rule& rule = comparison.rule;
  row.n_base = static_cast<std::uint32_t>(sides.base.size());
  row.n_cand = static_cast<std::uint32_t>(sides.cand.size());
  if (!sides.base.empty()) row.base = median(sides.base, rule.klass);
  if (!sides.cand.empty()) row.cand = median(sides.cand, rule.klass);
  if (!cell.disqualified.empty()) {
    comparison.no_data = true;
    return settle(comparison, "inconclusive", "not measured: " + cell.disqualified);
  }
  if (sides.base.empty() || sides.cand.empty()) return settle_half(comparison, cell, sides);
  const double wall = median_or_zero(cell, "wall_ns");
  if (rule.klass == Class::kPointsOfWall && wall <= 0) {
    comparison.no_data = true;
    return settle(comparison, "inconclusive", "not measured: the baseline has no wall_ns to take shares of");
  }
  comparison.scale = Scale(rule.klass, rule.better, wall > 0 ? wall : 1);
  auto base = comparison.scale.of(sides.base);
  auto cand = comparison.scale.of(sides.cand);
  if (!base || !cand) {
    comparison.no_data = true;
    return settle(comparison, "inconclusive", "not measured: expected values above 0, found one that is not");
  }
  comparison.base = std::move(*base);
  comparison.cand = std::move(*cand);
  comparison.one_value = cell.deterministic || rule.klass == Class::kExact;
  if (rule.klass == Class::kExact) return;
  row.margin = config.margins.of(row.metric, rule.klass);
  comparison.explained = explained_by_device(row.metric, cell);
  comparison.margin = comparison.scale.margin(*row.margin) + comparison.explained;
}

Comparison named(const CellSamples& cell, std::size_t index) {
  Comparison comparison;
  comparison.cell = index;
  comparison.row.schedule = cell.schedule;
  comparison.row.workload = cell.workload;
  comparison.row.cell = cell.name;
  return comparison;
}

void lay_out_cell(std::vector<Comparison>& out, const CellSamples& cell, std::size_t index,
                  const Config& config, bool all_gate) {
  if (cell.vanished || cell.added || (cell.metrics.empty() && !cell.disqualified.empty())) {
    auto& whole = out.emplace_back(named(cell, index));
    whole.row.metric = "wall_ns";
    if (cell.vanished)
      return settle(whole, "missing", "the baseline has this cell and the candidate does not");
    if (!cell.disqualified.empty()) {
      whole.no_data = true;
      return settle(whole, "inconclusive", "not measured: " + cell.disqualified);
    }
    whole.row.gates = false;
    return settle(whole, "pass", "new: the baseline has no such cell");
  }
  for (const auto& name : order_of(cell)) {
    const auto rule = rule_of(name, config);
    if (!rule || !is_compared(*rule)) continue;
    if (!rule->gates && !rule->needs_company && !all_gate && name != kContext) continue;
    auto& comparison = out.emplace_back(named(cell, index));
    comparison.rule = *rule;
    comparison.rule.gates |= all_gate && !rule->needs_company;
    comparison.row.metric = name;
    comparison.row.gates = comparison.rule.gates;
    fill(comparison, cell, cell.metrics.find(name)->second, config);
  }
}

}  // namespace

std::optional<Rule> rule_of(std::string_view metric, const Config& config) {
  if (const auto* known = metrics::find(metric)) {
    return Rule{known->klass, known->better, known->gates, known->needs_company};
  }
  const auto custom = config.custom_metrics.find(metric);
  if (custom == config.custom_metrics.end()) return std::nullopt;
  return Rule{custom->second.klass, custom->second.better, true, false};
}

std::vector<Comparison> lay_out(const std::vector<CellSamples>& cells, const Config& config, bool all_gate) {
  std::vector<Comparison> comparisons;
  for (std::size_t i = 0; i < cells.size(); ++i) lay_out_cell(comparisons, cells[i], i, config, all_gate);
  return comparisons;
}

double Margins::of(std::string_view name, Class klass) const {
  if (klass == Class::kExact || klass == Class::kInformation) return 0;
  if (const auto at = by_metric.find(name); at != by_metric.end()) return at->second;
  if (klass == Class::kPositive) return positive;
  return klass == Class::kPointsOfWall ? points_of_wall : ratio;
}

double Margins::of(const metrics::Metric& metric) const {
  return of(metric.name, metric.klass);
}

}  // namespace offledger::gate
