// SPDX-License-Identifier: Apache-2.0
#include "collectors/trace/steps.hpp"

#include <map>

namespace offledger::trace {

void number_steps(Timeline& timeline) {
  std::map<std::int32_t, std::int32_t> ranks;
  for (const Range& range : timeline.ranges) {
    if (range.kind == RangeKind::kStep) ranks.emplace(range.step, 0);
  }
  std::int32_t next = 0;
  for (auto& [number, rank] : ranks) rank = next++;
  for (Range& range : timeline.ranges) {
    if (range.kind == RangeKind::kStep) range.step = ranks[range.step];
  }
}

}  // namespace offledger::trace
