// SPDX-License-Identifier: Apache-2.0
//
// What people decided about rows: waived until a day, or shown for information only.
#include <fmt/format.h>

#include "ci/gate/comparison.hpp"
#include "schedules/base/calendar.hpp"

namespace offledger::gate {
namespace {

bool matches(const std::string& pattern, const std::string& name) {
  return pattern.empty() || pattern == "*" || pattern == name;
}

/// A CSV cell has one name; a rule's `schedule` is matched against it.
template <typename Rule>
bool applies(const Rule& rule, const history::VerdictCell& row) {
  return matches(rule.schedule, row.cell.empty() ? row.schedule : row.cell) &&
         matches(rule.workload, row.workload) && matches(rule.metric, row.metric);
}

void waive(history::VerdictCell& row, const history::Waiver& waiver, std::int64_t now_unix) {
  const auto last = days_of(waiver.expires);
  if (!last || *last < days_of_unix(now_unix)) {
    row.reason += fmt::format("; the waiver of {} expired on {}", waiver.owner, waiver.expires);
    return;
  }
  row.reason = fmt::format("waived by {} until {}: {} ({}: {})", waiver.owner, waiver.expires, waiver.reason,
                           row.state, row.reason);
  row.state = "waived";
}

}  // namespace

void excuse(std::vector<Comparison>& comparisons, const Config& config, std::int64_t now_unix) {
  for (auto& comparison : comparisons) {
    auto& row = comparison.row;
    for (const auto& selector : config.informational) {
      if (!applies(selector, row)) continue;
      row.gates = false;
      if (row.state == "fail" || row.state == "missing" || row.state == "inconclusive") {
        row.reason = fmt::format("for information only ({}): {}", row.state, row.reason);
        row.state = "pass";
      }
    }
    for (const auto& waiver : config.waivers) {
      if ((row.state == "fail" || row.state == "missing") && applies(waiver, row))
        waive(row, waiver, now_unix);
    }
  }
}

}  // namespace offledger::gate
