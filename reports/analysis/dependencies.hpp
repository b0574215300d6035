// SPDX-License-Identifier: Apache-2.0
//
// A recording as a system of delays, which critical paths and replays are computed from. Each GPU operation
// and each outermost host call has a begin and an end; with e over what had to come first,
//
//     time(node) = max over e of (time(from(e)) + lag(e)) + slack(node)
//
// holds for the recorded times exactly: lag is what the recording shows between two times that are bound, and
// slack what it shows of delay that nothing accounts for (launch latency, an engine that took its time).
//
//     op begin     its call; the op before it on its stream; events; another stream's op that held the engine
//     op end       its begin
//     call begin   the end of the thread's call before it
//     call end     its begin; the ops that it waited for; the op that freed a place in a full queue

#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "reports/analysis/graph.hpp"
#include "reports/analysis/host_thread.hpp"

namespace offledger::analysis {

/// A begin or an end. Ops first, by row; then the outermost calls, thread by thread in order.
using Node = std::uint32_t;

enum class EdgeKind : std::uint8_t {
  kRun,
  kLaunch,
  kStream,
  kEvent,
  kEngine,
  kBetweenCalls,
  kCall,
  kHostWait,
  kQueueFull,
};
struct Edge {
  Node from = 0;
  Nanos lag{};
  EdgeKind kind{};
};

/// Keeps references to what it is made of. Cost: linear to make; incoming() O(edges x log ops).
class Dependencies {
 public:
  Dependencies(const Links& links, const Graph& graph, const HostThreads& host);

  static constexpr Node kNoNode = 0xFFFFFFFF;

  [[nodiscard]] Node nodes() const noexcept { return 2 * static_cast<Node>(ops_->size() + calls_.size()); }
  [[nodiscard]] static Node begin_of(OpRow op) noexcept { return 2 * op; }
  [[nodiscard]] static Node end_of(OpRow op) noexcept { return 2 * op + 1; }
  [[nodiscard]] bool is_op(Node node) const noexcept { return node < 2 * ops_->size(); }
  /// Whether the node is a begin.
  [[nodiscard]] static bool is_begin(Node node) noexcept { return node % 2 == 0; }
  [[nodiscard]] OpRow op_of(Node node) const noexcept { return node / 2; }
  [[nodiscard]] const trace::HostCall& call_of(Node node) const noexcept {
    return links_->timeline.calls[calls_[node / 2 - ops_->size()].row];
  }
  /// Whether the host stood in the call until the copy had ended.
  [[nodiscard]] bool holds_host(OpRow op) const noexcept { return holds_host_[op]; }

  [[nodiscard]] Nanos recorded(Node node) const noexcept;
  /// What had to come before the node. Replaces `out`.
  void incoming(Node node, std::vector<Edge>& out) const;
  /// recorded(node) less the latest of `edges`; 0 where there are none.
  [[nodiscard]] Nanos slack(Node node, const std::vector<Edge>& edges) const noexcept;

  [[nodiscard]] const Links& links() const noexcept { return *links_; }
  [[nodiscard]] const Graph& graph() const noexcept { return *graph_; }

 private:
  struct Call {
    std::uint32_t row = 0;
    bool first = false;  ///< of its thread
  };
  /// The begin of the outermost call that enqueued an op; kNoNode where none is recorded.
  [[nodiscard]] Node launch_of(OpRow op) const noexcept;
  void place_calls();
  void place_ops();
  void before_op(OpRow op, std::vector<Edge>& out) const;
  void held_engine(OpRow op, std::vector<Edge>& out) const;
  void before_call_ends(Node node, std::vector<Edge>& out) const;
  void queue_freed(std::uint32_t call, Nanos& own, Node node, std::vector<Edge>& out) const;
  [[nodiscard]] Node node_of(std::size_t call) const noexcept {
    return static_cast<Node>(2 * (ops_->size() + call));
  }

  const Links* links_;
  const Graph* graph_;
  const HostThreads* host_;
  const std::vector<GpuOp>* ops_;
  std::vector<Call> calls_;
  std::vector<std::uint32_t> launch_;  ///< by op: row of calls_, or kNoRow32
  std::vector<bool> holds_host_;       ///< by op
  std::vector<std::pair<std::uint32_t, OpRow>>
      held_by_own_;  ///< row of calls_ and a copy that held it; ascending
};

}  // namespace offledger::analysis
