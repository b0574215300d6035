// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/dependencies.hpp"

#include <algorithm>

namespace offledger::analysis {
namespace {

/// An op of a stream may be seen to begin so long before the one that it follows has ended: clocks and
/// programmatic launches. Beyond it the two are not bound.
constexpr Nanos kOverlap{10'000};
/// A call that waits costs no more than this by itself.
constexpr Nanos kCallCost{1'000};
/// An op that stands longer than the first, and begins within the second of another's end, waited for the
/// engine.
constexpr Nanos kStands{5'000}, kFollows{5'000};

Nanos early(Nanos gap) noexcept {
  return std::min(Nanos{}, gap);
}

}  // namespace

Dependencies::Dependencies(const Links& links, const Graph& graph, const HostThreads& host)
    : links_(&links), graph_(&graph), host_(&host), ops_(&links.ops.ops()) {
  place_calls();
  place_ops();
}

void Dependencies::place_calls() {
  for (std::uint32_t thread = 0; thread < host_->size(); ++thread) {
    bool first = true;
    for (const std::uint32_t row : host_->calls(thread)) {
      calls_.push_back({row, first});
      first = false;
    }
  }
}

void Dependencies::place_ops() {
  const trace::Timeline& t = links_->timeline;
  launch_.assign(ops_->size(), kNoRow32);
  holds_host_.assign(ops_->size(), false);
  std::vector<std::size_t> first_of_thread(host_->size() + 1, 0);
  for (std::uint32_t thread = 0; thread < host_->size(); ++thread) {
    first_of_thread[thread + 1] = first_of_thread[thread] + host_->calls(thread).size();
  }
  for (OpRow row = 0; row < ops_->size(); ++row) {
    const GpuOp& op = (*ops_)[row];
    const trace::HostCall* call = links_->call_of(op);
    if (call == nullptr || index(call->thread) >= host_->size()) continue;
    const std::size_t thread = index(call->thread);
    const std::vector<std::uint32_t>& outer = host_->calls(static_cast<std::uint32_t>(thread));
    const auto after = std::upper_bound(outer.begin(), outer.end(), call->begin,
                                        [&](Nanos time, std::uint32_t c) { return time < t.calls[c].begin; });
    if (after == outer.begin()) continue;
    const trace::HostCall& made = t.calls[*std::prev(after)];
    launch_[row] = static_cast<std::uint32_t>(first_of_thread[thread] +
                                              static_cast<std::size_t>(after - outer.begin()) - 1);
    if (op.kind != OpKind::kCopy) continue;
    const bool may_hold = links_->class_of(made) == CallClass::kSyncCopy || links_->pageable(op);
    if (!may_hold || op.end > made.end + kWakeUp) continue;
    holds_host_[row] = true;
    held_by_own_.emplace_back(launch_[row], row);
  }
  std::sort(held_by_own_.begin(), held_by_own_.end());
}

Node Dependencies::launch_of(OpRow op) const noexcept {
  return launch_[op] == kNoRow32 ? kNoNode : node_of(launch_[op]);
}

Nanos Dependencies::recorded(Node node) const noexcept {
  if (is_op(node)) return is_begin(node) ? (*ops_)[node / 2].begin : (*ops_)[node / 2].end;
  return is_begin(node) ? call_of(node).begin : call_of(node).end;
}

Nanos Dependencies::slack(Node node, const std::vector<Edge>& edges) const noexcept {
  if (edges.empty()) return Nanos{};
  Nanos latest = Nanos::min();
  for (const Edge& edge : edges) latest = std::max(latest, recorded(edge.from) + edge.lag);
  return recorded(node) - latest;
}

void Dependencies::incoming(Node node, std::vector<Edge>& out) const {
  out.clear();
  if (is_op(node)) {
    if (is_begin(node)) {
      before_op(op_of(node), out);
    } else {
      out.push_back({node - 1, recorded(node) - recorded(node - 1), EdgeKind::kRun});
    }
    return;
  }
  if (!is_begin(node)) {
    before_call_ends(node, out);
  } else if (!calls_[node / 2 - ops_->size()].first) {
    out.push_back({node - 1, recorded(node) - recorded(node - 1), EdgeKind::kBetweenCalls});
  }
}

void Dependencies::before_op(OpRow row, std::vector<Edge>& out) const {
  const GpuOp& op = (*ops_)[row];
  if (const Node call = launch_of(row); call != kNoNode) {
    const Node from = holds_host_[row] ? call : call + 1;
    out.push_back({from, early(op.begin - recorded(from)), EdgeKind::kLaunch});
  }
  const auto after = [&](OpRow producer, EdgeKind kind) {
    const Nanos gap = op.begin - (*ops_)[producer].end;
    if (gap >= -kOverlap) out.push_back({end_of(producer), early(gap), kind});
  };
  if (const OpRow previous = graph_->before(row); previous != kNoRow32) after(previous, EdgeKind::kStream);
  for (const OpRow producer : graph_->event_producers(row)) after(producer, EdgeKind::kEvent);
  if (slack(begin_of(row), out) > kStands) held_engine(row, out);
}

/// An op that was free to run and began as another of its kind, on another stream, ended.
void Dependencies::held_engine(OpRow row, std::vector<Edge>& out) const {
  const GpuOp& op = (*ops_)[row];
  const trace::Timeline& t = links_->timeline;
  const Nanos free = op.begin - slack(begin_of(row), out);
  OpRow held = kNoRow32;
  for (std::size_t s = 0; s < links_->ops.streams(); ++s) {
    if (s == op.stream || t.streams[s].device != t.streams[op.stream].device) continue;
    const auto ops = links_->ops.stream(s);
    const auto done =
        std::partition_point(ops.begin(), ops.end(), [&](const GpuOp& o) { return o.end <= op.begin; });
    if (done == ops.begin()) continue;
    const auto last =
        static_cast<OpRow>(links_->ops.first_of(s) + static_cast<std::size_t>(done - ops.begin()) - 1);
    const GpuOp& other = (*ops_)[last];
    if (other.activity != op.activity || other.end <= free || op.begin - other.end > kFollows) continue;
    if (held == kNoRow32 || other.end > (*ops_)[held].end) held = last;
  }
  if (held != kNoRow32) out.push_back({end_of(held), Nanos{}, EdgeKind::kEngine});
}

void Dependencies::before_call_ends(Node node, std::vector<Edge>& out) const {
  const std::size_t call = node / 2 - ops_->size();
  const trace::HostCall& made = call_of(node);
  Nanos own = made.end - made.begin;
  const auto wait = [&](OpRow op, EdgeKind kind) {
    out.push_back({end_of(op), made.end - (*ops_)[op].end, kind});
    own = std::min(own, kCallCost);
  };
  const auto held = std::equal_range(held_by_own_.begin(), held_by_own_.end(),
                                     std::pair{static_cast<std::uint32_t>(call), OpRow{}},
                                     [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto it = held.first; it != held.second; ++it) wait(it->second, EdgeKind::kHostWait);
  Nanos latest = made.begin;
  for (const OpRow op : graph_->awaited(calls_[call].row)) {
    if ((*ops_)[op].end <= made.end + kWakeUp) latest = std::max(latest, (*ops_)[op].end);
  }
  for (const OpRow op : graph_->awaited(calls_[call].row)) {
    if ((*ops_)[op].end > made.end + kWakeUp) continue;
    // What had ended before the call may end within it when times change: the call takes as long after it.
    const Nanos lag = latest > made.begin ? made.end - latest : std::min(own, kCallCost);
    out.push_back({end_of(op), lag, EdgeKind::kHostWait});
    if (latest > made.begin) own = std::min(own, kCallCost);
  }
  if (out.empty()) queue_freed(static_cast<std::uint32_t>(call), own, node, out);
  out.push_back({node - 1, own, EdgeKind::kCall});
}

/// A launch into a full queue goes on when an op of its stream ends.
void Dependencies::queue_freed(std::uint32_t call, Nanos& own, Node node, std::vector<Edge>& out) const {
  const trace::HostCall& made = call_of(node);
  if (index(made.thread) >= host_->size()) return;
  const auto spans = host_->full(static_cast<std::uint32_t>(made.thread)).spans();
  auto it = std::upper_bound(spans.begin(), spans.end(), made.begin,
                             [](Nanos time, const Interval& span) { return time < span.end; });
  if (it == spans.end() || it->begin >= made.end) return;
  Nanos full{}, until{};
  for (; it != spans.end() && it->begin < made.end; ++it) {
    until = std::min(it->end, made.end);
    full += until - std::max(it->begin, made.begin);
  }
  const OpRow enqueued = graph_->enqueued_by(calls_[call].row);
  if (enqueued == kNoRow32) return;
  const std::size_t stream = (*ops_)[enqueued].stream;
  const auto ops = links_->ops.stream(stream);
  const auto done = std::partition_point(ops.begin(), ops.end(),
                                         [&](const GpuOp& op) { return op.end <= until + kCallCost; });
  if (done == ops.begin()) return;
  const auto freed =
      static_cast<OpRow>(links_->ops.first_of(stream) + static_cast<std::size_t>(done - ops.begin()) - 1);
  if (freed >= enqueued || (*ops_)[freed].end <= made.begin) return;
  own -= full;
  out.push_back({end_of(freed), made.end - (*ops_)[freed].end, EdgeKind::kQueueFull});
}

}  // namespace offledger::analysis
