// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <set>

#include "reports/metrics/metrics.hpp"
#include "reports/render/cells.hpp"
#include "reports/render/number.hpp"
#include "reports/render/run_view.hpp"
#include "reports/render/table.hpp"
#include "reports/render/verdict.hpp"

namespace offledger::render {
namespace {

/// The figures that together tell where the time went, in the order in which one reads them.
constexpr std::array<std::string_view, 9> kLedger{"wall_ns",        "compute_ns",  "h2d_hidden_ns",
                                                  "h2d_exposed_ns", "gpu_idle_ns", "device_idle_ns",
                                                  "cpu_blocked_ns", "overlap",     "overlap_of_possible"};

std::string nanoseconds(double ns) {
  return time(nanos(std::llround(std::min(std::max(ns, -9e18), 9e18))));
}

}  // namespace

std::string moved_text(const history::Cell& base, const history::Cell& candidate, const Style& style) {
  Table table({{"how the ledger moved", Align::kLeft}, {"base"}, {"new"}, {"change"}});
  for (const std::string_view name : kLedger) {
    const metrics::Metric* metric = metrics::find(name);
    const auto before = median_of(base, name);
    const auto after = median_of(candidate, name);
    if (metric == nullptr || (!before && !after)) continue;
    std::string change = kAbsent;
    if (before && after) {
      const double by = *after - *before;
      const std::string size = metric->unit == metrics::Unit::kRatio
                                   ? fmt::format("{:.1f} pt", std::abs(by) * 100)
                                   : metrics::format(*metric, std::abs(by));
      change = by == 0 ? "=" : fmt::format("{}{}", by < 0 ? "-" : "+", size);
    }
    table.row({std::string(metric->title), metrics::format(*metric, before), metrics::format(*metric, after),
               change});
  }
  std::set<std::string> causes;
  for (const history::Cell* cell : {&base, &candidate}) {
    for (const history::Rep& rep : cell->reps) {
      for (const auto& [name, ns] : rep.causes_ns) causes.insert(name);
    }
  }
  if (!causes.empty()) table.rule();
  for (const std::string& cause : causes) {
    const double before = median_cause(base, cause).value_or(0);
    const double after = median_cause(candidate, cause).value_or(0);
    const double by = after - before;
    table.row({"idle for " + cause, nanoseconds(before), nanoseconds(after),
               by == 0 ? "=" : fmt::format("{}{}", by < 0 ? "-" : "+", nanoseconds(std::abs(by)))});
  }
  return table.size() > 0 ? table.text(style) : std::string();
}

}  // namespace offledger::render
