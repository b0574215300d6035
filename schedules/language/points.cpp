// SPDX-License-Identifier: Apache-2.0
//
// The knobs `issue` and `prologue` against a model: names looked up, and distances that nothing could ever be
// fetched at refused.

#include <fmt/format.h>

#include <algorithm>

#include "schedules/language/layout.hpp"

namespace offledger::language {
namespace {

/// after_ready and during are one place: the unit's wait is enqueued, its kernels are not.
std::size_t stage(At at) {
  switch (at) {
    case At::kBeforeCompute: return index(Stage::kBeforeCompute);
    case At::kAfterCompute: return index(Stage::kAfterCompute);
    default: return index(Stage::kReady);
  }
}

void check_distance(const Issue& issue, const Layout& layout) {
  const std::size_t units = layout.offloaded.size();
  for (const Range& range : issue.ahead) {
    if (issue.in == AheadIn::kLayers && range.to >= layout.model.layers) {
      throw issue.place.error(
          fmt::format("fetches {} layers ahead; expected at most {} in a model of {} layers", range.to,
                      layout.model.layers - 1, layout.model.layers));
    }
    if (issue.in == AheadIn::kUnits && range.to >= units) {
      throw issue.place.error(fmt::format("fetches {} units ahead; expected at most {}: {} are offloaded",
                                          range.to, units - 1, units));
    }
  }
}

/// "0 ahead" must name a unit that is still to come.
void check_own(const Issue& issue, const Layout& layout) {
  const bool own =
      std::any_of(issue.ahead.begin(), issue.ahead.end(), [](const Range& r) { return r.from == 0; });
  if (!own || issue.at == At::kPrologue || issue.at == At::kBeforeCompute) return;
  if (issue.in == AheadIn::kUnits) {
    throw issue.place.error("0 units ahead is the unit itself, which is ready by then; expected 1 or more");
  }
  if (issue.unit.empty() || issue.fetch.empty()) return;
  if (find_group(layout.model, issue.fetch, issue.place) <=
      find_group(layout.model, issue.unit, issue.place)) {
    throw issue.place.error(
        fmt::format("0 layers ahead, '{}' does not come after '{}': it is ready by then. "
                    "Expected 1 or more, or a later group",
                    issue.fetch, issue.unit));
  }
}

Point look_up(const Issue& issue, const Layout& layout) {
  check_distance(issue, layout);
  check_own(issue, layout);
  Point point;
  point.in = issue.in;
  point.ahead = issue.ahead;
  point.bytes = issue.bytes;
  point.fence = issue.fence;
  point.end_group = static_cast<std::uint32_t>(layout.groups.size());
  if (!issue.fetch.empty()) {
    point.first_group = find_group(layout.model, issue.fetch, issue.place);
    point.end_group = point.first_group + 1;
  }
  return point;
}

}  // namespace

void bind_points(const Policy& policy, Layout& layout) {
  for (const Issue& issue : policy.issue) {
    const Point point = look_up(issue, layout);
    if (issue.at == At::kPrologue) {
      layout.prologue.push_back(point);
    } else if (issue.unit.empty()) {
      for (GroupLayout& group : layout.groups) group.points[stage(issue.at)].push_back(point);
    } else {
      layout.groups[find_group(layout.model, issue.unit, issue.place)].points[stage(issue.at)].push_back(
          point);
    }
  }
}

}  // namespace offledger::language
