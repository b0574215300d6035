// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/races.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace offledger::analysis {
namespace {

/// A clock holds, by stream, how many of its ops are known to have ended.
using Clock = std::vector<std::uint32_t>;
constexpr std::size_t kMostStreams = 128;

void merge(Clock& into, const Clock& other) {
  for (std::size_t s = 0; s < into.size(); ++s) into[s] = std::max(into[s], other[s]);
}

/// What the host did, in order: an op enqueued, or a wait that returned.
struct Event {
  Nanos time{};
  OpRow op = kNoRow32;
  std::uint32_t call = kNoRow32;  ///< of a wait
};

class Pass {
 public:
  explicit Pass(const BlameInput& in)
      : in_(in),
        ops_(in.links.ops.ops()),
        streams_(in.links.ops.streams()),
        clock_(streams_, Clock(streams_)),
        host_(streams_),
        snapshot_(ops_.size(), 0) {
    snapshots_.emplace_back(streams_);
    index_waits();
  }

  Races run() {
    for (const Event& event : events()) {
      if (event.op != kNoRow32) {
        enqueue(event.op);
      } else {
        for (const OpRow awaited : in_.graph.awaited(event.call)) ended(awaited, host_);
      }
    }
    return std::move(races_);
  }

 private:
  std::vector<Event> events() const {
    std::vector<Event> events;
    for_each_op(in_.links, in_.device, [&](OpRow row, const GpuOp& op) {
      events.push_back({in_.links.issued(op), row, kNoRow32});
    });
    for (const std::uint32_t row : in_.host.calls(in_.device.launch_thread)) {
      if (!in_.graph.awaited(row).empty())
        events.push_back({in_.links.timeline.calls[row].end, kNoRow32, row});
    }
    // A wait that returned when the next op was issued came before it.
    std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
      return a.time != b.time ? a.time < b.time : a.op == kNoRow32 && b.op != kNoRow32;
    });
    return events;
  }

  [[nodiscard]] std::uint32_t place(OpRow op) const {
    return op - static_cast<OpRow>(in_.links.ops.first_of(ops_[op].stream));
  }

  /// Adds to a clock that `op` has ended, and all that had before it began.
  void ended(OpRow op, Clock& clock) const {
    merge(clock, snapshots_[snapshot_[op]]);
    std::uint32_t& own = clock[ops_[op].stream];
    own = std::max(own, place(op) + 1);
  }
  [[nodiscard]] bool has_ended(OpRow op, const Clock& clock) const {
    return clock[ops_[op].stream] > place(op);
  }

  void enqueue(OpRow row) {
    const GpuOp& op = ops_[row];
    Clock& clock = clock_[op.stream];
    merge(clock, host_);
    for (const OpRow producer : in_.graph.event_producers(row)) ended(producer, clock);
    clock[op.stream] = std::max(clock[op.stream], place(row));  // FIFO
    if (clock != snapshots_.back()) snapshots_.push_back(clock);
    snapshot_[row] = static_cast<std::uint32_t>(snapshots_.size() - 1);
    if (op.activity == Activity::kH2D) {
      check_slot(row, clock);
    } else if (op.kind == OpKind::kKernel) {
      check_weights(row, clock);
    }
    const trace::HostCall* call = in_.links.call_of(op);
    const bool returned_done =
        op.kind == OpKind::kCopy && call != nullptr && in_.links.class_of(*call) == CallClass::kSyncCopy;
    if (returned_done) ended(row, host_);
  }

  void check_weights(OpRow kernel, const Clock& clock) {
    if (const auto feeds = feeding_.find(kernel); feeds != feeding_.end()) {
      for (const OpRow copy : feeds->second) {
        if (has_ended(copy, clock)) continue;
        (recorded_elsewhere(copy, kernel) ? races_.wrong_stream_wait : races_.missing_wait)
            .push_back({copy, kernel});
      }
    }
    if (ops_[kernel].slot != trace::kNoRow) readers_[ops_[kernel].slot][ops_[kernel].stream] = kernel;
  }

  void check_slot(OpRow copy, const Clock& clock) {
    if (!in_.units.consumer.empty() && in_.units.consumer[copy] != kNoRow32) {
      feeding_[in_.units.consumer[copy]].push_back(copy);
    }
    if (ops_[copy].slot == trace::kNoRow) return;
    const auto readers = readers_.find(ops_[copy].slot);
    if (readers == readers_.end()) return;
    for (const auto& [stream, kernel] : readers->second) {
      if (!has_ended(kernel, clock)) races_.slot_overwrite.push_back({kernel, copy});
    }
    readers->second.clear();
  }

  /// The first event recorded after the copy, before any other kernel is launched, is recorded on another
  /// stream, and what computes, or the host, waits for it.
  [[nodiscard]] bool recorded_elsewhere(OpRow copy, OpRow kernel) const {
    const Nanos from = in_.links.issued(ops_[copy]);
    const auto record = std::upper_bound(records_.begin(), records_.end(), from,
                                         [](Nanos time, const Recorded& r) { return time < r.time; });
    if (record == records_.end() || record->stream == ops_[copy].stream) return false;
    const auto launch = std::upper_bound(launches_.begin(), launches_.end(), from);
    if (launch != launches_.end() && *launch < record->time) return false;
    const auto waits = waiting_.find(record->event);
    return waits != waiting_.end() &&
           (waits->second.contains(ops_[kernel].stream) || waits->second.contains(kHost));
  }

  void index_waits() {
    const trace::Timeline& t = in_.links.timeline;
    for (const trace::EventRecord& record : t.event_records) {
      const std::uint32_t call = in_.links.ops.calls().find(record.correlation);
      if (call != kNoRow32)
        records_.push_back({t.calls[call].begin, static_cast<std::uint32_t>(record.stream), record.event});
    }
    std::sort(records_.begin(), records_.end(),
              [](const Recorded& a, const Recorded& b) { return a.time < b.time; });
    for (const trace::Sync& sync : t.syncs) {
      if (sync.kind == trace::SyncKind::kStreamWait)
        waiting_[sync.event].insert(static_cast<std::uint32_t>(sync.stream));
      if (sync.kind == trace::SyncKind::kEvent) waiting_[sync.event].insert(kHost);
    }
    for_each_op(in_.links, in_.device, [&](OpRow, const GpuOp& op) {
      if (op.kind == OpKind::kKernel) launches_.push_back(in_.links.issued(op));
    });
    std::sort(launches_.begin(), launches_.end());
  }

  const BlameInput& in_;
  const std::vector<GpuOp>& ops_;
  std::size_t streams_;
  std::vector<Clock> clock_;  ///< by stream
  Clock host_;
  std::vector<Clock> snapshots_;
  std::vector<std::uint32_t> snapshot_;  ///< by op row: what had ended before it could begin
  std::unordered_map<OpRow, std::vector<OpRow>> feeding_;
  std::unordered_map<std::int32_t, std::unordered_map<std::uint32_t, OpRow>> readers_;  ///< slot, stream
  struct Recorded {
    Nanos time{};
    std::uint32_t stream = 0;
    trace::EventSync event{};
  };
  static constexpr std::uint32_t kHost = 0xFFFFFFFF;
  std::vector<Recorded> records_;  ///< ascending
  std::vector<Nanos> launches_;    ///< of kernels, ascending
  std::unordered_map<trace::EventSync, std::unordered_set<std::uint32_t>> waiting_;  ///< streams, or kHost
  Races races_;
};

}  // namespace

Races find_races(const BlameInput& in) {
  const GraphCounts& counts = in.graph.counts();
  const bool complete = counts.inferred_waits + counts.inferred_syncs + counts.unresolved_waits +
                            counts.records_without_place + counts.ops_without_call ==
                        0;
  if (in.units.consumer.empty() || !complete || in.device.launch_thread == kNoRow32 ||
      in.links.ops.streams() > kMostStreams) {
    return {};
  }
  bool one_thread = true;
  for_each_op(in.links, in.device, [&](OpRow, const GpuOp& op) {
    const trace::HostCall* call = in.links.call_of(op);
    one_thread &= call != nullptr && static_cast<std::uint32_t>(call->thread) == in.device.launch_thread;
  });
  return one_thread ? Pass(in).run() : Races{};
}

}  // namespace offledger::analysis
