// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/metrics/metrics.hpp"
#include "reports/render/cells.hpp"
#include "reports/render/number.hpp"
#include "reports/render/run_view.hpp"
#include "reports/render/table.hpp"

namespace offledger::render {
namespace {

using history::Cell;

std::optional<double> lower_median(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::string figure(const Cell& cell, std::string_view name, double divisor = 1) {
  const metrics::Metric* metric = metrics::find(name);
  std::optional<double> value = median_of(cell, name);
  if (metric == nullptr || !value) return kAbsent;
  return metrics::format(*metric, *value / divisor);
}

/// The cause that explains most idle time: "transfer_wait/link_bound (92.0 %)".
std::string dominant_cause(const Cell& cell) {
  std::set<std::string> names;
  for (const history::Rep& rep : cell.reps) {
    for (const auto& [name, ns] : rep.causes_ns) names.insert(name);
  }
  std::string most;
  double most_ns = 0;
  double sum = 0;
  for (const std::string& name : names) {
    const double ns = median_cause(cell, name).value_or(0);
    sum += ns;
    if (ns > most_ns) {
      most = name;
      most_ns = ns;
    }
  }
  return most.empty() ? std::string() : fmt::format("{} ({})", most, percent(most_ns / sum));
}

/// Dense matrix work runs at the power limit: how it should be is no doubt.
bool is_doubt(const history::FindingRow& finding) {
  return finding.id != "power_capped";
}

std::string doubts(const Cell& cell) {
  std::string out;
  for (const history::FindingRow& finding : cell.findings) {
    if (is_doubt(finding) && out.find(finding.id) == std::string::npos)
      out += (out.empty() ? "" : ", ") + finding.id;
  }
  return out;
}

bool refused(const Cell& cell) {
  return std::any_of(cell.findings.begin(), cell.findings.end(),
                     [](const auto& f) { return f.disqualifies; });
}

std::string step_table(const std::vector<const Cell*>& cells, const Style& style) {
  const bool repeated =
      std::any_of(cells.begin(), cells.end(), [](const Cell* c) { return c->reps.size() > 1; });
  const bool doubted =
      std::any_of(cells.begin(), cells.end(), [](const Cell* c) { return !doubts(*c).empty(); });
  std::vector<Table::Column> columns{{"schedule", Align::kLeft},
                                     {"wall"},
                                     {"blocked"},
                                     {"GPU idle"},
                                     {"overlap"},
                                     {"possible"},
                                     {"efficiency"}};
  if (repeated) columns.push_back({"n"});
  if (doubted) columns.push_back({"doubts", Align::kLeft});
  Table table(columns);
  for (const Cell* cell : cells) {
    std::vector<Table::Cell> row{
        cell->key.schedule,           figure(*cell, "wall_ns"), figure(*cell, "cpu_blocked_ns"),
        figure(*cell, "gpu_idle_ns"), figure(*cell, "overlap"), figure(*cell, "overlap_of_possible"),
        figure(*cell, "efficiency")};
    if (repeated) row.emplace_back(count(cell->reps.size()));
    if (doubted) row.emplace_back(doubts(*cell), refused(*cell) ? Ink::kBad : Ink::kDoubt);
    table.row(std::move(row));
  }
  return table.text(style);
}

std::string cause_table(const std::vector<const Cell*>& cells, const Style& style) {
  Table table({{"idle mostly for", Align::kLeft}, {"", Align::kLeft}});
  for (const Cell* cell : cells) {
    const std::string cause = dominant_cause(*cell);
    if (!cause.empty()) table.row({cell->key.schedule, cause});
  }
  return table.size() == 0 ? std::string() : fmt::format("\n{}", table.text(style));
}

std::string layer_table(const std::vector<const Cell*>& cells, std::uint32_t layers, const Style& style) {
  Table table(
      {{"a layer", Align::kLeft}, {"wall"}, {"blocked"}, {"GPU idle"}, {"exposed H2D"}, {"steady state"}});
  const double n = layers;
  for (const Cell* cell : cells) {
    table.row({cell->key.schedule, figure(*cell, "wall_ns", n), figure(*cell, "cpu_blocked_ns", n),
               figure(*cell, "gpu_idle_ns", n), figure(*cell, "h2d_exposed_ns", n),
               figure(*cell, "steady_layer_ns")});
  }
  return table.text(style);
}

}  // namespace

std::optional<double> median_of(const Cell& cell, std::string_view metric) {
  std::vector<double> values;
  for (const history::Rep& rep : cell.reps) {
    const auto it = rep.values.find(std::string(metric));
    if (it != rep.values.end() && it->second) values.push_back(*it->second);
  }
  return lower_median(std::move(values));
}

std::optional<double> median_cause(const Cell& cell, const std::string& cause) {
  std::vector<double> values;
  for (const history::Rep& rep : cell.reps) {
    const auto it = rep.causes_ns.find(cause);
    values.push_back(it == rep.causes_ns.end() ? 0 : it->second);
  }
  return lower_median(std::move(values));
}

std::string run_table(const history::Run& run, const Style& style, const RunTableOptions& options) {
  std::vector<std::string> workloads;
  for (const Cell& cell : run.cells) {
    if (std::find(workloads.begin(), workloads.end(), cell.key.workload) == workloads.end()) {
      workloads.push_back(cell.key.workload);
    }
  }
  std::string out;
  for (const std::string& workload : workloads) {
    std::vector<const Cell*> cells;
    for (const Cell& cell : run.cells) {
      if (cell.key.workload == workload) cells.push_back(&cell);
    }
    if (options.ranked) {
      std::stable_sort(cells.begin(), cells.end(), [](const Cell* a, const Cell* b) {
        return median_of(*a, "wall_ns").value_or(1e300) < median_of(*b, "wall_ns").value_or(1e300);
      });
    }
    const auto layers = options.layers_of.find(workload);
    const bool layered = layers != options.layers_of.end() && layers->second > 0;
    std::string title =
        fmt::format("{} on {}", printable(workload), printable(cells.front()->key.device_profile));
    title += layered ? fmt::format(", a step of {} layers", layers->second) : ", a step";
    out += fmt::format("{}{}\n{}", out.empty() ? "" : "\n", paint(title, Ink::kStrong, style),
                       step_table(cells, style));
    out += cause_table(cells, style);
    if (layered) out += fmt::format("\n{}", layer_table(cells, layers->second, style));
  }
  return out;
}

}  // namespace offledger::render
