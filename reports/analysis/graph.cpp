// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/graph.hpp"

#include <algorithm>

namespace offledger::analysis {
namespace {

/// Adds producers to others, both ascending. Of each stream only the last stays: its ops end in order, and
/// lists that are handed on from stream to stream would double each time.
void join(std::vector<OpRow>& producers, const std::vector<OpRow>& more, const std::vector<GpuOp>& ops) {
  const auto old = static_cast<std::ptrdiff_t>(producers.size());
  producers.insert(producers.end(), more.begin(), more.end());
  std::inplace_merge(producers.begin(), producers.begin() + old, producers.end());
  std::size_t kept = 0;
  for (std::size_t i = 0; i < producers.size(); ++i) {
    const bool last = i + 1 == producers.size() || ops[producers[i + 1]].stream != ops[producers[i]].stream;
    if (last) producers[kept++] = producers[i];
  }
  producers.resize(kept);
}

}  // namespace

/// An event record or a stream wait, at the time of its call.
struct Graph::Marker {
  Nanos time{};
  std::size_t stream = 0;
  trace::EventSync event{};
  bool is_wait = false;
};

Graph::Graph(const Links& links) : links_(&links) {
  counts_.ops_without_call = links.ops.counts().no_call;
  place_ops();
  follow(markers());
}

/// Where each op stands in the order of issue. Streams are FIFO, so the order of begins is the order of issue
/// even where a call is missing; a running maximum keeps it ascending.
void Graph::place_ops() {
  const std::vector<GpuOp>& ops = links_->ops.ops();
  issued_.resize(ops.size());
  op_of_call_.assign(links_->timeline.calls.size(), kNoRow32);
  for (std::size_t i = 0; i < ops.size(); ++i) {
    issued_[i] = links_->issued(ops[i]);
    const bool follows = i > 0 && ops[i - 1].stream == ops[i].stream;
    if (follows) issued_[i] = std::max(issued_[i], issued_[i - 1]);
    if (ops[i].call != kNoRow32 && op_of_call_[ops[i].call] == kNoRow32) {
      op_of_call_[ops[i].call] = static_cast<OpRow>(i);
    }
  }
}

OpRow Graph::first_issued_from(std::size_t stream, Nanos time) const noexcept {
  const auto begin = issued_.begin() + static_cast<std::ptrdiff_t>(links_->ops.first_of(stream));
  const auto end = begin + static_cast<std::ptrdiff_t>(links_->ops.stream(stream).size());
  return static_cast<OpRow>(std::lower_bound(begin, end, time) - issued_.begin());
}

std::vector<Graph::Marker> Graph::markers() const {
  const trace::Timeline& t = links_->timeline;
  std::vector<Marker> markers;
  const auto at = [&](trace::Correlation id, Nanos fallback) {
    const std::uint32_t call = links_->ops.calls().find(id);
    return call == kNoRow32 ? fallback : t.calls[call].begin;
  };
  constexpr Nanos kNever{-1};
  for (const trace::EventRecord& record : t.event_records) {
    const Nanos time = at(record.correlation, kNever);
    // A record without its call cannot be placed; follow() counts it through the waits that miss it.
    if (index(record.stream) >= links_->ops.streams() || time == kNever) continue;
    markers.push_back({time, index(record.stream), record.event, false});
  }
  for (const trace::Sync& sync : t.syncs) {
    if (sync.kind != trace::SyncKind::kStreamWait || index(sync.stream) >= links_->ops.streams()) continue;
    markers.push_back({at(sync.correlation, sync.begin), index(sync.stream), sync.event, true});
  }
  std::stable_sort(markers.begin(), markers.end(),
                   [](const Marker& a, const Marker& b) { return a.time < b.time; });
  return markers;
}

/// Walks records and waits in the order of the host. A record stands for the op before it on its stream, and
/// for what that stream was told to wait for since.
void Graph::follow(std::vector<Marker> markers) {
  struct Pending {
    OpRow next = kNoRow32;
    std::vector<OpRow> producers;
  };
  std::vector<Pending> pending(links_->ops.streams());
  std::unordered_map<std::uint64_t, std::vector<OpRow>> recorded;
  std::unordered_map<std::uint64_t, OpRow> last_before;
  std::unordered_map<std::uint64_t, std::size_t> stream_of;
  const std::vector<GpuOp>& ops = links_->ops.ops();
  for (const Marker& marker : markers) {
    const std::size_t first = links_->ops.first_of(marker.stream);
    const std::size_t past = first + links_->ops.stream(marker.stream).size();
    const OpRow next = first_issued_from(marker.stream, marker.time);
    Pending& own = pending[marker.stream];
    if (own.next != next) own = {next, {}};
    const auto event = static_cast<std::uint64_t>(marker.event);
    if (!marker.is_wait) {
      stream_of[event] = marker.stream;
      std::vector<OpRow> producers = own.producers;
      if (next > first) {
        join(producers, {next - 1}, ops);
        last_before[event] = next - 1;
      }
      recorded[event] = std::move(producers);
      continue;
    }
    const auto found = recorded.find(event);
    if (found == recorded.end()) {
      ++counts_.waits_without_record;
      continue;
    }
    if (stream_of[event] == marker.stream) ++counts_.self_waits;
    join(own.producers, found->second, ops);
    if (next >= past) continue;
    for (const OpRow producer : found->second) edges_.emplace_back(next, producer);
    const auto last = last_before.find(event);
    if (last == last_before.end()) continue;
    const auto [known, fresh] = consumer_.try_emplace(last->second, next);
    if (!fresh && ops[next].begin < ops[known->second].begin) known->second = next;
  }
  for (const trace::EventRecord& record : links_->timeline.event_records) {
    if (!recorded.contains(static_cast<std::uint64_t>(record.event))) ++counts_.records_without_place;
  }
  follow_host_waits(recorded);
  pack(edges_);
}

void Graph::pack(std::vector<std::pair<OpRow, OpRow>>& edges) {
  const std::vector<GpuOp>& ops = links_->ops.ops();
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  first_edge_.assign(ops.size() + 1, 0);
  for (const auto& [op, producer] : edges) {
    ++first_edge_[op + 1];
    producers_.push_back(producer);
  }
  for (std::size_t i = 0; i < ops.size(); ++i) first_edge_[i + 1] += first_edge_[i];
  edges.clear();
  recorded_at_.assign(ops.size(), kNoRow32);
  for (std::size_t i = ops.size(); i-- > 0;) {
    const auto row = static_cast<OpRow>(i);
    const bool followed = i + 1 < ops.size() && ops[i + 1].stream == ops[i].stream;
    recorded_at_[i] = consumer_.contains(row) ? row : followed ? recorded_at_[i + 1] : kNoRow32;
  }
}

std::span<const OpRow> Graph::event_producers(OpRow op) const noexcept {
  return {producers_.data() + first_edge_[op], first_edge_[op + 1] - first_edge_[op]};
}

OpRow Graph::before(OpRow op) const noexcept {
  const std::vector<GpuOp>& ops = links_->ops.ops();
  return op > 0 && ops[op - 1].stream == ops[op].stream ? op - 1 : kNoRow32;
}

std::span<const OpRow> Graph::awaited(std::uint32_t call) const noexcept {
  const auto found = awaited_.find(call);
  return found == awaited_.end() ? std::span<const OpRow>{} : std::span<const OpRow>(found->second);
}

OpRow Graph::event_consumer(OpRow op) const noexcept {
  const OpRow at = recorded_at_[op];
  return at == kNoRow32 ? kNoRow32 : consumer_.find(at)->second;
}

bool Graph::waits_unresolved(OpRow op) const noexcept {
  return std::binary_search(unresolved_.begin(), unresolved_.end(), op);
}

OpRow Graph::head(OpRow last, Nanos time) const noexcept {
  const std::vector<GpuOp>& ops = links_->ops.ops();
  if (ops[last].end <= time) return kNoRow32;
  const auto begin = ops.begin() + static_cast<std::ptrdiff_t>(links_->ops.first_of(ops[last].stream));
  const auto end = ops.begin() + static_cast<std::ptrdiff_t>(last);
  // FIFO: ends ascend with begins.
  const auto it = std::partition_point(begin, end, [&](const GpuOp& op) { return op.end <= time; });
  return static_cast<OpRow>(it - ops.begin());
}

}  // namespace offledger::analysis
