// SPDX-License-Identifier: Apache-2.0
//
// The dependency graph of a Timeline: what had to be done before each GPU operation could begin, and what
// each blocking host call waited for. Edges come from ids, in a second pass, never from adjacency in time:
//
//     stream order    an op after the op before it on its stream
//     launch          an op after the host call with its correlation
//     event           an op after a stream wait, after the record of that event (EventSync), after the ops
//     before it host wait       what follows on a thread after a synchronising call, after what the call
//     waited for
//
// Pieces that a source does not give are counted. Where it gives the calls that record and await events but
// not which event (PyTorch's profiler without its sync activities), a wait is inferred from program order,
// and within a CUDA graph, whose edges no record has, from what ended last: see `inferred`.

#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "reports/analysis/window_index.hpp"

namespace offledger::analysis {

/// How much later than the call that awaited it an op may be seen to end.
inline constexpr Nanos kWakeUp{5'000};

/// What the graph lacks, or had to infer.
struct GraphCounts {
  std::uint64_t ops_without_call = 0;
  std::uint64_t waits_without_record =
      0;  ///< a stream wait or event synchronisation whose event was never seen recorded
  std::uint64_t records_without_place = 0;  ///< an event record without a stream or a time
  std::uint64_t inferred_waits = 0;         ///< told by program order alone, or of a CUDA graph's node
  std::uint64_t inferred_syncs = 0;         ///< host waits told by what ended within them
  std::uint64_t self_waits = 0;             ///< stream waits for an event of the same stream: without effect
  std::uint64_t unresolved_waits = 0;       ///< ops behind a wait call of which nothing is known
};

class Graph {
 public:
  explicit Graph(const Links& links);

  /// The last op of each stream that had to end before `op` could begin, by events.
  [[nodiscard]] std::span<const OpRow> event_producers(OpRow op) const noexcept;
  /// The op before it on its stream, or kNoRow32.
  [[nodiscard]] OpRow before(OpRow op) const noexcept;
  /// The last op of each stream that a host call waited for; empty for calls that wait for nothing.
  [[nodiscard]] std::span<const OpRow> awaited(std::uint32_t call) const noexcept;
  /// The op that a call enqueued, or kNoRow32.
  [[nodiscard]] OpRow enqueued_by(std::uint32_t call) const noexcept { return op_of_call_[call]; }
  /// The first op that waits for the event recorded next after this one: who needs it, as far as events tell.
  [[nodiscard]] OpRow event_consumer(OpRow op) const noexcept;
  /// A wait call stands between this op and the one before it, and nothing tells for what.
  [[nodiscard]] bool waits_unresolved(OpRow op) const noexcept;

  /// The first op of a stream that has not ended at `time`, of those up to and with `last`; kNoRow32 if all
  /// have.
  [[nodiscard]] OpRow head(OpRow last, Nanos time) const noexcept;
  /// The first op of a stream issued at or after `time`, as a row; may be one past the stream's last.
  [[nodiscard]] OpRow first_issued_from(std::size_t stream, Nanos time) const noexcept;

  [[nodiscard]] const GraphCounts& counts() const noexcept { return counts_; }

 private:
  struct Marker;
  struct Bare;
  void place_ops();
  std::vector<Marker> markers() const;
  void follow(std::vector<Marker> markers);
  void follow_host_waits(const std::unordered_map<std::uint64_t, std::vector<OpRow>>& recorded);
  void infer_stream_waits(const Bare& bare);
  void infer_graph_waits();
  void infer_host_waits(const std::vector<bool>& described);
  void pack(std::vector<std::pair<OpRow, OpRow>>& edges);

  const Links* links_;
  std::vector<Nanos> issued_;            ///< by op row; ascends in each stream
  std::vector<OpRow> op_of_call_;        ///< by call row
  std::vector<std::size_t> first_edge_;  ///< by op row, into producers_
  std::vector<OpRow> producers_;
  std::vector<std::pair<OpRow, OpRow>> edges_;
  std::unordered_map<std::uint32_t, std::vector<OpRow>> awaited_;  ///< by call row
  std::unordered_map<OpRow, OpRow>
      consumer_;                    ///< of the last op before a record: the first op that waits for it
  std::vector<OpRow> recorded_at_;  ///< by op row: the next op of its stream with an entry in consumer_
  std::vector<OpRow> unresolved_;   ///< ascending
  GraphCounts counts_;
};

}  // namespace offledger::analysis
