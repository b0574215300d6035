// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/host_thread.hpp"

#include <algorithm>

#include "reports/analysis/host_time.hpp"

namespace offledger::analysis {
namespace {

/// Whether the set covers `time`; lowers `until` to where that changes.
bool covers(const IntervalSet& set, Nanos time, Nanos& until) noexcept {
  const auto spans = set.spans();
  const auto it = std::upper_bound(spans.begin(), spans.end(), time,
                                   [](Nanos t, const Interval& span) { return t < span.end; });
  if (it == spans.end()) return false;
  const bool inside = it->begin <= time;
  until = std::min(until, inside ? it->end : it->begin);
  return inside;
}

/// A recorder that was on in steps only was off between them, and its switching took time: where no call
/// stands outside the thread's steps, what lies between two is the recorder's.
void add_unrecorded(const trace::Timeline& t, std::uint32_t thread, const std::vector<std::uint32_t>& calls,
                    std::vector<Interval>& profiler) {
  std::vector<Interval> steps;
  for (const trace::Range& range : t.ranges) {
    if (range.kind == trace::RangeKind::kStep && static_cast<std::uint32_t>(range.thread) == thread &&
        range.end > range.begin) {
      steps.push_back({range.begin, range.end});
    }
  }
  if (steps.size() < 2) return;
  const IntervalSet in_steps(std::move(steps));
  const auto spans = in_steps.spans();
  std::size_t step = 0;
  for (const std::uint32_t call : calls) {
    while (step < spans.size() && spans[step].end <= t.calls[call].begin) ++step;
    if (step == spans.size() || t.calls[call].begin < spans[step].begin) return;
  }
  for (std::size_t i = 1; i < spans.size(); ++i) profiler.push_back({spans[i - 1].end, spans[i].begin});
}

}  // namespace

HostThreads::HostThreads(const Links& links) : links_(&links), threads_(links.timeline.threads.size()) {
  const trace::Timeline& t = links.timeline;
  for (std::uint32_t i = 0; i < t.calls.size(); ++i) {
    const std::size_t thread = index(t.calls[i].thread);
    if (thread < threads_.size() && t.calls[i].end >= t.calls[i].begin) threads_[thread].calls.push_back(i);
  }
  std::vector<std::vector<Interval>> profiler(threads_.size());
  bool any_full = false;
  for (const trace::Overhead& overhead : t.overheads) {
    any_full |= overhead.kind == trace::OverheadKind::kCommandBufferFull;
    if (overhead.kind != trace::OverheadKind::kProfiler) continue;
    for (std::size_t thread = 0; thread < threads_.size(); ++thread) {
      if (overhead.thread == trace::ThreadRow::kNone || index(overhead.thread) == thread) {
        profiler[thread].push_back({overhead.begin, overhead.end});
      }
    }
  }
  for (std::uint32_t thread = 0; thread < threads_.size(); ++thread) {
    std::vector<std::uint32_t>& calls = threads_[thread].calls;
    const auto outer_first = [&](std::uint32_t a, std::uint32_t b) {
      const trace::HostCall &x = t.calls[a], &y = t.calls[b];
      return x.begin != y.begin ? x.begin < y.begin : x.end > y.end;
    };
    if (!std::is_sorted(calls.begin(), calls.end(), outer_first)) {
      std::stable_sort(calls.begin(), calls.end(), outer_first);
    }
    Nanos covered = Nanos::min();
    std::erase_if(calls, [&](std::uint32_t call) {
      if (t.calls[call].begin < covered) return true;
      covered = t.calls[call].end;
      return false;
    });
    add_unrecorded(t, thread, calls, profiler[thread]);
    threads_[thread].profiler = IntervalSet(std::move(profiler[thread]));
    if (any_full) threads_[thread].full = queue_full(links, thread);
  }
}

HostThreads::At HostThreads::at(std::uint32_t thread, Nanos time) const noexcept {
  At at;
  at.until = Nanos::max();
  if (thread >= threads_.size()) return at;
  const Thread& host = threads_[thread];
  const trace::Timeline& t = links_->timeline;
  const auto after =
      std::upper_bound(host.calls.begin(), host.calls.end(), time,
                       [&](Nanos now, std::uint32_t call) { return now < t.calls[call].begin; });
  if (after != host.calls.end()) at.until = t.calls[*after].begin;
  if (after != host.calls.begin() && t.calls[*std::prev(after)].end > time) {
    at.call = *std::prev(after);
    at.until = std::min(at.until, t.calls[at.call].end);
  }
  at.profiler = covers(host.profiler, time, at.until);
  at.queue_full = covers(host.full, time, at.until);
  at.host_work = covers(links_->marks.host_work(trace::ThreadRow{thread}), time, at.until);
  return at;
}

Nanos HostThreads::submitted(const GpuOp& op) const noexcept {
  const trace::HostCall* call = links_->call_of(op);
  if (call == nullptr) return op.begin;
  Nanos when = call->begin;
  if (index(call->thread) < threads_.size()) {
    const auto spans = threads_[index(call->thread)].full.spans();
    auto it = std::upper_bound(spans.begin(), spans.end(), call->begin,
                               [](Nanos t, const Interval& span) { return t < span.end; });
    for (; it != spans.end() && it->begin < call->end; ++it)
      when = std::max(when, std::min(it->end, call->end));
  }
  return std::min(when, op.begin);
}

}  // namespace offledger::analysis
