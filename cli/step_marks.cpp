// SPDX-License-Identifier: Apache-2.0
#include "cli/step_marks.hpp"

#include <fmt/format.h>

#include "collectors/trace/repeats.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {

void mark_steps(trace::Timeline& timeline, const std::string& steps) {
  constexpr std::string_view kRange = "nvtx:";
  if (steps.empty() || steps == "marks") return;
  if (steps == "auto") {
    if (trace::mark_repeats(timeline) > 0) return;
    throw Error(ErrorKind::kNotMeasured,
                "--steps auto: expected a pattern of kernel launches that repeats, found none: record more steps, "
                "or mark them with an NVTX range and name it, --steps nvtx:RANGE");
  }
  if (!steps.starts_with(kRange) || steps.size() == kRange.size()) {
    throw Error(ErrorKind::kUsage, fmt::format("--steps: expected marks, auto or nvtx:RANGE, found '{}'", steps));
  }
  if (trace::mark_ranges(timeline, steps.substr(kRange.size())) == 0) {
    throw Error(ErrorKind::kNotMeasured,
                fmt::format("--steps {}: the recording has no range of that name", steps));
  }
}

}  // namespace offledger::cli
