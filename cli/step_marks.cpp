// SPDX-License-Identifier: Apache-2.0
#include "cli/step_marks.hpp"

#include <fmt/format.h>

#include <set>
#include <string_view>

#include "collectors/trace/repeats.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {
namespace {

/// Where a range of another name is close.
std::string nearest_range(const trace::Timeline& timeline, const std::string& name) {
  constexpr std::size_t kMostCompared = 1000;
  std::set<std::string_view> names;
  for (const trace::Range& range : timeline.ranges) {
    if (names.size() < kMostCompared) names.insert(timeline.text(range.name));
  }
  const std::string_view close = nearest(name, {names.begin(), names.end()});
  return close.empty() ? "" : fmt::format(" (did you mean '{}'?)", close);
}

}  // namespace

void mark_steps(trace::Timeline& timeline, const std::string& steps) {
  constexpr std::string_view kRange = "nvtx:";
  if (steps.empty() || steps == "marks") return;
  if (steps == "auto") {
    if (trace::mark_repeats(timeline) > 0) return;
    throw Error(
        ErrorKind::kNotMeasured,
        "--steps auto: expected a pattern of kernel launches that repeats, found none: record more steps, "
        "or mark them with an NVTX range and name it, --steps nvtx:RANGE");
  }
  if (!steps.starts_with(kRange) || steps.size() == kRange.size()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--steps: expected marks, auto or nvtx:RANGE, found '{}'", steps));
  }
  const std::string name = steps.substr(kRange.size());
  if (trace::mark_ranges(timeline, name) > 0) return;
  throw Error(
      ErrorKind::kNotMeasured,
      fmt::format(
          "--steps {}: expected a range of the recording, found no range of that name among its {}{}; "
          "--steps auto takes the launch pattern that repeats",
          steps, timeline.ranges.size(), nearest_range(timeline, name)));
}

}  // namespace offledger::cli
