// SPDX-License-Identifier: Apache-2.0
//
// Steps written into a recording as ranges.
#include <algorithm>
#include <map>
#include <unordered_map>

#include "collectors/trace/repeats.hpp"

namespace offledger::trace {
namespace {

struct Launch {
  Nanos begin{};
  std::uint32_t name = 0;
};

/// Kernel launches by thread, in order.
std::map<ThreadRow, std::vector<Launch>> launches_of(const Timeline& timeline) {
  std::unordered_map<std::uint64_t, std::size_t> calls;
  calls.reserve(timeline.calls.size());
  for (std::size_t i = 0; i < timeline.calls.size(); ++i) {
    calls.emplace(static_cast<std::uint64_t>(timeline.calls[i].correlation), i);
  }
  std::map<ThreadRow, std::vector<Launch>> launches;
  for (const Kernel& kernel : timeline.kernels) {
    const auto call = calls.find(static_cast<std::uint64_t>(kernel.correlation));
    if (kernel.correlation == Correlation::kNone || call == calls.end()) continue;
    const HostCall& made = timeline.calls[call->second];
    launches[made.thread].push_back({made.begin, static_cast<std::uint32_t>(kernel.name)});
  }
  for (auto& [thread, of_thread] : launches) {
    std::stable_sort(of_thread.begin(), of_thread.end(),
                     [](const Launch& a, const Launch& b) { return a.begin < b.begin; });
  }
  return launches;
}

void forget_steps(Timeline& timeline) {
  for (Range& range : timeline.ranges) {
    if (range.kind == RangeKind::kStep) range.kind = RangeKind::kOther;
    range.step = kNoRow;
  }
}

Range step_range(Timeline& timeline, ThreadRow thread, Nanos begin, Nanos end, std::size_t number) {
  Range range;
  range.begin = begin;
  range.end = end;
  range.thread = thread;
  range.name = timeline.intern("step " + std::to_string(number));
  range.kind = RangeKind::kStep;
  range.step = static_cast<std::int32_t>(number);
  return range;
}

/// When the last call of any thread ended.
Nanos last_call(const Timeline& timeline) {
  Nanos end = Nanos::min();
  for (const HostCall& call : timeline.calls) end = std::max(end, call.end);
  return end;
}

}  // namespace

std::size_t mark_repeats(Timeline& timeline) {
  const auto launches = launches_of(timeline);
  const auto most = std::max_element(launches.begin(), launches.end(), [](const auto& a, const auto& b) {
    return a.second.size() < b.second.size();
  });
  if (most == launches.end()) return 0;
  const std::vector<Launch>& own = most->second;
  std::vector<std::uint32_t> names;
  for (const Launch& launch : own) names.push_back(launch.name);
  const auto repeats = find_repeats(names);
  if (!repeats) return 0;
  const Nanos end = repeats->end == own.size() ? last_call(timeline) + Nanos{1} : own[repeats->end].begin;
  forget_steps(timeline);
  for (std::size_t step = 0; step < repeats->begins.size(); ++step) {
    const Nanos from = own[repeats->begins[step]].begin;
    const Nanos to = step + 1 < repeats->begins.size() ? own[repeats->begins[step + 1]].begin : end;
    // What other threads launch meanwhile, as autograd does, belongs to the step too.
    for (const auto& [thread, of_thread] : launches) {
      timeline.ranges.push_back(step_range(timeline, thread, from, to, step));
    }
  }
  return repeats->begins.size();
}

std::size_t mark_ranges(Timeline& timeline, std::string_view name) {
  std::vector<std::size_t> named;
  for (std::size_t i = 0; i < timeline.ranges.size(); ++i) {
    if (timeline.text(timeline.ranges[i].name) == name) named.push_back(i);
  }
  if (named.empty()) return 0;
  forget_steps(timeline);
  std::stable_sort(named.begin(), named.end(), [&](std::size_t a, std::size_t b) {
    return timeline.ranges[a].begin < timeline.ranges[b].begin;
  });
  std::int32_t number = 0;
  for (const std::size_t row : named) {
    timeline.ranges[row].kind = RangeKind::kStep;
    timeline.ranges[row].step = number++;
  }
  return named.size();
}

}  // namespace offledger::trace
