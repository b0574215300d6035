// SPDX-License-Identifier: Apache-2.0
//
// The host's side of the graph: what blocking calls waited for, and waits that a source names but does not
// describe.
#include <algorithm>
#include <array>

#include "reports/analysis/graph.hpp"

namespace offledger::analysis {
namespace {

/// An op that has stood still for less than this after all it is known to have waited for was simply
/// launched.
constexpr Nanos kUnexplained{10'000};
/// Records looked at behind a wait that names none.
constexpr std::size_t kRecordsLookedAt = 256;

bool both_copy(const GpuOp& a, const GpuOp& b) noexcept {
  return a.kind == OpKind::kCopy && b.kind == OpKind::kCopy && a.activity == b.activity;
}

}  // namespace

/// Calls that record or await an event of which the source tells no more, by thread, ascending.
struct Graph::Bare {
  struct Record {
    Nanos time{};
    OpRow last = kNoRow32;  ///< the op that the thread had enqueued last
  };
  std::vector<std::vector<Nanos>> waits;  ///< by thread
  std::vector<Record> records;            ///< of all threads
};

void Graph::follow_host_waits(const std::unordered_map<std::uint64_t, std::vector<OpRow>>& recorded) {
  const trace::Timeline& t = links_->timeline;
  std::vector<bool> described(t.calls.size(), false);
  for (const trace::EventRecord& record : t.event_records) {
    const std::uint32_t call = links_->ops.calls().find(record.correlation);
    if (call != kNoRow32) described[call] = true;
  }
  for (const trace::Sync& sync : t.syncs) {
    const std::uint32_t call = links_->ops.calls().find(sync.correlation);
    if (call == kNoRow32) continue;
    described[call] = true;
    if (sync.kind == trace::SyncKind::kStreamWait) continue;
    std::vector<OpRow>& awaited = awaited_[call];
    const auto last_on = [&](std::size_t stream) {
      const OpRow next = first_issued_from(stream, t.calls[call].begin);
      if (next > links_->ops.first_of(stream)) awaited.push_back(next - 1);
    };
    if (sync.kind == trace::SyncKind::kEvent) {
      const auto found = recorded.find(static_cast<std::uint64_t>(sync.event));
      if (found == recorded.end()) {
        ++counts_.waits_without_record;
      } else {
        awaited.insert(awaited.end(), found->second.begin(), found->second.end());
      }
    } else if (sync.kind == trace::SyncKind::kStream && index(sync.stream) < links_->ops.streams()) {
      last_on(index(sync.stream));
    } else if (sync.kind == trace::SyncKind::kDevice) {
      for (std::size_t s = 0; s < links_->ops.streams(); ++s) last_on(s);
    }
  }
  infer_host_waits(described);

  Bare bare;
  bare.waits.resize(t.threads.size());
  std::vector<OpRow> last(t.threads.size(), kNoRow32);
  std::vector<std::uint32_t> order(t.calls.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto earlier = [&](std::uint32_t a, std::uint32_t b) { return t.calls[a].begin < t.calls[b].begin; };
  if (!std::is_sorted(order.begin(), order.end(), earlier))
    std::stable_sort(order.begin(), order.end(), earlier);
  for (const std::uint32_t i : order) {
    const std::size_t thread = index(t.calls[i].thread);
    if (thread >= last.size()) continue;
    if (op_of_call_[i] != kNoRow32) last[thread] = op_of_call_[i];
    if (described[i] || links_->class_of(t.calls[i]) != CallClass::kEnqueue) continue;
    const std::string& name = t.text(t.calls[i].name);
    if (name.find("EventRecord") != std::string::npos)
      bare.records.push_back({t.calls[i].begin, last[thread]});
    if (name.find("StreamWaitEvent") != std::string::npos) bare.waits[thread].push_back(t.calls[i].begin);
  }
  infer_stream_waits(bare);
  infer_graph_waits();
}

/// An op that begins long after all it is known to depend on, with an undescribed wait call between its
/// launch and that of the op before it, waits for a recorded event. Of the events recorded before that call
/// on other streams, it is the one whose work ended last before the op began: a later one would have held it
/// longer.
void Graph::infer_stream_waits(const Bare& bare) {
  const std::vector<GpuOp>& ops = links_->ops.ops();
  std::vector<bool> known(ops.size(), false);
  for (const auto& [op, producer] : edges_) known[op] = true;
  for (OpRow row = 0; row < ops.size(); ++row) {
    const GpuOp& op = ops[row];
    const trace::HostCall* call = links_->call_of(op);
    if (known[row] || call == nullptr || index(call->thread) >= bare.waits.size()) continue;
    const OpRow previous = before(row);
    const Nanos since = previous == kNoRow32 ? Nanos::min() : issued_[previous];
    const std::vector<Nanos>& waits = bare.waits[index(call->thread)];
    const auto wait = std::lower_bound(waits.begin(), waits.end(), call->begin);
    if (wait == waits.begin() || *std::prev(wait) < since) continue;
    const Nanos asked = *std::prev(wait);
    const Nanos ready = std::max(call->begin, previous == kNoRow32 ? call->begin : ops[previous].end);
    if (op.begin - ready < kUnexplained) continue;

    auto record = std::lower_bound(bare.records.begin(), bare.records.end(), asked,
                                   [](const Bare::Record& r, Nanos time) { return r.time < time; });
    OpRow latest = kNoRow32;
    for (std::size_t n = 0; n < kRecordsLookedAt && record != bare.records.begin(); ++n) {
      --record;
      if (record->last == kNoRow32 || ops[record->last].stream == op.stream) continue;
      const Nanos end = ops[record->last].end;
      if (end > op.begin || end <= ready) continue;
      if (latest == kNoRow32 || end > ops[latest].end) latest = record->last;
    }
    if (latest != kNoRow32) {
      edges_.emplace_back(row, latest);
      ++counts_.inferred_waits;
    } else {
      unresolved_.push_back(row);
      ++counts_.unresolved_waits;
    }
  }
}

/// Nodes of a CUDA graph wait for one another along edges that no record has. One that begins long after the
/// launch of the graph and after the op before it on its stream waits for the node of another stream that
/// ended last before it began; a copy that follows a copy of its direction waited for the engine.
void Graph::infer_graph_waits() {
  const std::vector<GpuOp>& ops = links_->ops.ops();
  std::unordered_map<std::uint32_t, std::vector<OpRow>> launches;  // nodes, by call
  for (OpRow row = 0; row < ops.size(); ++row) {
    if (ops[row].call != kNoRow32 && links_->in_graph(ops[row])) launches[ops[row].call].push_back(row);
  }
  for (auto& [call, nodes] : launches) {
    const Nanos launched = links_->timeline.calls[call].begin;
    std::ranges::sort(nodes, {}, [&](OpRow row) { return std::pair(ops[row].end, row); });
    for (const OpRow row : nodes) {
      const GpuOp& op = ops[row];
      const OpRow previous = before(row);
      const Nanos ready = previous == kNoRow32 ? launched : std::max(launched, ops[previous].end);
      if (op.begin - ready < kUnexplained) continue;
      auto at = std::ranges::upper_bound(nodes, op.begin, {}, [&](OpRow node) { return ops[node].end; });
      for (std::size_t n = 0; n < kRecordsLookedAt && at != nodes.begin(); ++n) {
        const GpuOp& other = ops[*--at];
        if (other.end <= ready || both_copy(op, other)) break;
        if (other.stream == op.stream) continue;
        edges_.emplace_back(row, *at);
        ++counts_.inferred_waits;
        break;
      }
    }
  }
}

/// A synchronising call that says not for what: a device synchronisation waits for everything issued before
/// it; a stream or event synchronisation for the op, of those issued before it, that ended last within the
/// call.
void Graph::infer_host_waits(const std::vector<bool>& described) {
  const trace::Timeline& t = links_->timeline;
  const std::vector<GpuOp>& ops = links_->ops.ops();
  for (std::uint32_t i = 0; i < t.calls.size(); ++i) {
    const trace::HostCall& call = t.calls[i];
    const CallClass kind = links_->class_of(call);
    if (described[i] || (kind != CallClass::kSync && kind != CallClass::kAllocation)) continue;
    const std::string& name = t.text(call.name);
    // Freeing device memory waits for the whole device, as cudaFree is documented to.
    const bool frees = name.find("Free") != std::string::npos;
    if (kind == CallClass::kAllocation && !frees) continue;
    const bool whole = frees || name.find("Device") != std::string::npos ||
                       name.find("Ctx") != std::string::npos || name.find("Thread") != std::string::npos;
    OpRow latest = kNoRow32;
    for (std::size_t s = 0; s < links_->ops.streams(); ++s) {
      const OpRow next = first_issued_from(s, call.begin);
      if (next <= links_->ops.first_of(s) || ops[next - 1].end <= call.begin) continue;
      if (whole) {
        awaited_[i].push_back(next - 1);
        continue;
      }
      // The last op of the stream that had ended by the time the call returned.
      OpRow done = head(next - 1, call.end + kWakeUp);
      done = done == kNoRow32 ? next - 1 : done == links_->ops.first_of(s) ? kNoRow32 : done - 1;
      if (done == kNoRow32 || ops[done].end <= call.begin) continue;
      if (latest == kNoRow32 || ops[done].end > ops[latest].end) latest = done;
    }
    if (latest != kNoRow32) {
      awaited_[i].push_back(latest);
      ++counts_.inferred_syncs;
    }
  }
}

}  // namespace offledger::analysis
