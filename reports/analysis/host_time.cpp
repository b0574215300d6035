// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/host_time.hpp"

#include <algorithm>

namespace offledger::analysis {
namespace {

/// A call that holds the launching thread.
struct Blocking {
  Interval time;
  CallClass kind = CallClass::kOther;
  std::int32_t step = kNoStep;
};

/// Enqueues of one step with none of another between them.
struct Enqueues {
  Nanos first{}, last{};
  std::int32_t step = kNoStep;
};

/// One thread's calls, reduced to what blocking and joins are told by; both ascend.
struct Calls {
  std::vector<Blocking> blocking;
  std::vector<Enqueues> enqueues;
};

/// Calls whose copy's host memory is pageable, ascending.
std::vector<std::uint32_t> pageable_calls(const Links& links) {
  std::vector<std::uint32_t> calls;
  for (const trace::Copy& copy : links.timeline.copies) {
    if (!links.pageable(copy)) continue;
    const std::uint32_t call = links.ops.calls().find(copy.correlation);
    if (call != kNoRow32) calls.push_back(call);
  }
  std::sort(calls.begin(), calls.end());
  return calls;
}

bool blocks(CallClass kind, bool pageable) noexcept {
  switch (kind) {
    case CallClass::kSync:
    case CallClass::kSyncCopy:
    case CallClass::kAllocation:
    case CallClass::kPinning: return true;
    case CallClass::kAsyncCopy: return pageable;
    default: return false;
  }
}

/// Rows of one thread's calls, ascending by begin.
std::vector<std::uint32_t> rows_of(const trace::Timeline& t, std::uint32_t thread) {
  std::vector<std::uint32_t> rows;
  rows.reserve(t.calls.size());
  for (std::uint32_t i = 0; i < t.calls.size(); ++i) {
    if (static_cast<std::uint32_t>(t.calls[i].thread) == thread && t.calls[i].end >= t.calls[i].begin)
      rows.push_back(i);
  }
  const auto before = [&](std::uint32_t a, std::uint32_t b) { return t.calls[a].begin < t.calls[b].begin; };
  if (!std::is_sorted(rows.begin(), rows.end(), before)) std::stable_sort(rows.begin(), rows.end(), before);
  return rows;
}

Calls calls_of(const Links& links, std::uint32_t thread) {
  const std::vector<std::uint32_t> pageable = pageable_calls(links);
  Calls calls;
  std::size_t cursor = 0;
  for (const std::uint32_t row : rows_of(links.timeline, thread)) {
    const trace::HostCall& call = links.timeline.calls[row];
    const CallClass kind = links.class_of(call);
    const bool held = blocks(kind, std::binary_search(pageable.begin(), pageable.end(), row));
    if (!held && !enqueues(kind)) continue;
    // A trace without step ranges is one step.
    const std::int32_t step =
        links.marks.has_steps() ? links.marks.at(call.thread, call.begin, cursor).step : 0;
    if (held) calls.blocking.push_back({{call.begin, call.end}, kind, step});
    if (!enqueues(kind)) continue;
    if (calls.enqueues.empty() || calls.enqueues.back().step != step)
      calls.enqueues.push_back({call.begin, {}, step});
    calls.enqueues.back().last = call.begin;
  }
  return calls;
}

/// A wait is a step's join if the step's last enqueue came before it, and the next step's first comes after.
void split(const Calls& calls, std::vector<Interval>& blocked, std::vector<Interval>& join) {
  std::size_t run = 0;  // the first run that ends after the call begins
  for (const Blocking& call : calls.blocking) {
    while (run < calls.enqueues.size() && calls.enqueues[run].last <= call.time.begin) ++run;
    const bool between = run == calls.enqueues.size() || calls.enqueues[run].first > call.time.begin;
    const std::int32_t last = run == 0 ? kNoStep : calls.enqueues[run - 1].step;
    const bool of_step = last != kNoStep && (call.step == last || call.step == kNoStep);
    (call.kind == CallClass::kSync && between && of_step ? join : blocked).push_back(call.time);
  }
}

}  // namespace

IntervalSet queue_full(const Links& links, std::uint32_t thread) {
  std::vector<Interval> full;
  for (const trace::Overhead& overhead : links.timeline.overheads) {
    if (overhead.kind != trace::OverheadKind::kCommandBufferFull || overhead.end < overhead.begin) continue;
    if (overhead.thread != trace::ThreadRow::kNone && static_cast<std::uint32_t>(overhead.thread) != thread)
      continue;
    full.push_back({overhead.begin, overhead.end});
  }
  if (full.empty()) return {};
  std::vector<Interval> launches;
  for (const trace::HostCall& call : links.timeline.calls) {
    if (static_cast<std::uint32_t>(call.thread) == thread && enqueues(links.class_of(call))) {
      launches.push_back({call.begin, call.end});
    }
  }
  return IntervalSet(std::move(full)) & IntervalSet(std::move(launches));
}

std::optional<HostTime> host_time(const Links& links, const DeviceWindow& device) {
  if (device.launch_thread == kNoRow32) return std::nullopt;
  std::vector<Interval> blocked, join;
  split(calls_of(links, device.launch_thread), blocked, join);
  HostTime time;
  time.join = IntervalSet(std::move(join));
  time.blocked = (IntervalSet(std::move(blocked)) | queue_full(links, device.launch_thread)) - time.join;
  return time;
}

}  // namespace offledger::analysis
