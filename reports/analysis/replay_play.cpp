// SPDX-License-Identifier: Apache-2.0
//
// A replay: nodes come up when all that had to come first has; copies of one device's H2D direction share its
// link.
#include <algorithm>
#include <cmath>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "reports/analysis/replay.hpp"

namespace offledger::analysis {
namespace {

/// What a moved copy still waits for once it is free to run: no more than latency.
constexpr Nanos kLatency{10'000};

/// Copies that run at once, each at an equal share: all get the same, so a copy ends when what each has got
/// reaches its own mark. O(log copies running) a call.
class SharedLink {
 public:
  [[nodiscard]] Nanos next_end() const noexcept {
    if (running_.empty()) return Nanos::max();
    const double left = std::max(0.0, running_.top().first - got_);
    return now_ + Nanos(std::llround(left * static_cast<double>(running_.size())));
  }
  void start(Nanos time, double work, OpRow copy) {
    advance(time);
    running_.emplace(got_ + work, copy);
  }
  /// Takes out the copy that ends next, and gives it.
  OpRow end_one() {
    advance(next_end());
    const OpRow copy = running_.top().second;
    running_.pop();
    if (running_.empty()) got_ = 0;  // small numbers stay exact
    return copy;
  }

 private:
  void advance(Nanos time) {
    if (time <= now_) return;
    if (!running_.empty())
      got_ += static_cast<double>((time - now_).count()) / static_cast<double>(running_.size());
    now_ = time;
  }
  using Mark = std::pair<double, OpRow>;
  std::priority_queue<Mark, std::vector<Mark>, std::greater<>> running_;
  double got_ = 0;  ///< by each, had it run since the link was idle last
  Nanos now_ = Nanos::min() / 2;
};

}  // namespace

/// The state of one replay.
class Replay::Run {
 public:
  Run(const Replay& replay, const Change& change)
      : replay_(replay), dependencies_(*replay.dependencies_), change_(change) {
    const Node nodes = dependencies_.nodes();
    time_.assign(nodes, Nanos::min());
    slack_.assign(nodes, Nanos{});
    waits_.assign(nodes, 0);
    first_.assign(nodes + 1, 0);
    links_.resize(1 + max_device());
    for (Node node = 0; node < nodes; ++node) prepare(node);
    pack();
  }

  std::optional<Played> play() {
    std::size_t come = 0;
    for (Node node = 0; node < waits_.size(); ++node) {
      if (waits_[node] == 0 && !on_link(node)) ready(node);
    }
    while (true) {
      auto link = std::min_element(
          links_.begin(), links_.end(),
          [](const SharedLink& a, const SharedLink& b) { return a.next_end() < b.next_end(); });
      const Nanos copy_end = link->next_end();
      if (ready_.empty() && copy_end == Nanos::max()) break;
      if (ready_.empty() || copy_end < ready_.top().first) {
        const Node node = Dependencies::end_of(link->end_one());
        time_[node] = copy_end;
        come_up(node);
      } else {
        const Node node = ready_.top().second;
        ready_.pop();
        if (Dependencies::is_begin(node) && on_link(node + 1)) {
          const OpRow copy = dependencies_.op_of(node);
          links_[device_of(copy)].start(time_[node], replay_.work_[copy] / change_.link_speed, copy);
        }
        come_up(node);
      }
      ++come;
    }
    if (come != waits_.size()) return std::nullopt;
    return std::move(time_);
  }

 private:
  struct Ahead {
    Node node, from;
    Nanos lag;
  };

  [[nodiscard]] bool on_link(Node node) const noexcept {
    return dependencies_.is_op(node) && !Dependencies::is_begin(node) &&
           replay_.work_[dependencies_.op_of(node)] > 0;
  }
  [[nodiscard]] std::size_t device_of(OpRow op) const noexcept {
    return index(dependencies_.links().timeline.streams[(*replay_.ops_)[op].stream].device);
  }
  [[nodiscard]] std::size_t max_device() const noexcept {
    std::size_t most = 0;
    for (const trace::StreamInfo& stream : dependencies_.links().timeline.streams)
      most = std::max<std::size_t>(most, index(stream.device));
    return most;
  }

  void prepare(Node node) {
    dependencies_.incoming(node, edges_);
    slack_[node] = dependencies_.slack(node, edges_);
    if (edges_.empty()) time_[node] = dependencies_.recorded(node);
    if (on_link(node)) return;
    if (dependencies_.is_op(node) && Dependencies::is_begin(node)) {
      if (change_.copies_early) early(node);
    } else if (dependencies_.is_op(node) && change_.link_speed > 1) {
      const OpRow op = dependencies_.op_of(node);
      if ((*replay_.ops_)[op].activity == Activity::kD2H) edges_[0].lag /= change_.link_speed;
    }
    if (change_.free_host) replay_.free_host(edges_);
    for (const Edge& edge : edges_) ahead_.push_back({node, edge.from, edge.lag});
    waits_[node] = static_cast<std::uint32_t>(edges_.size());
  }

  void early(Node node) {
    const std::uint32_t row = replay_.need_of_[dependencies_.op_of(node)];
    if (row == kNoRow32) {
      replay_.change_begin(node, edges_);
      return;
    }
    const Need& need = replay_.needs_[row];
    replay_.change_need(need, row, change_, edges_);
    slack_[node] = std::min(slack_[node], kLatency);
    time_[node] = need.step == Dependencies::kNoNode ? need.not_before : Nanos::min();
  }

  /// Edges by where they come from.
  void pack() {
    for (const Ahead& edge : ahead_) ++first_[edge.from + 1];
    for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
    to_.resize(ahead_.size());
    std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
    for (const Ahead& edge : ahead_) to_[next[edge.from]++] = {edge.node, edge.lag};
    ahead_.clear();
  }

  void ready(Node node) {
    time_[node] += slack_[node];
    ready_.push({time_[node], node});
  }

  void come_up(Node node) {
    for (std::size_t i = first_[node]; i < first_[node + 1]; ++i) {
      const auto [to, lag] = to_[i];
      time_[to] = std::max(time_[to], time_[node] + lag);
      if (--waits_[to] == 0) ready(to);
    }
  }

  const Replay& replay_;
  const Dependencies& dependencies_;
  const Change change_;
  std::vector<Edge> edges_;
  std::vector<Ahead> ahead_;
  Played time_;
  std::vector<Nanos> slack_;
  std::vector<std::uint32_t> waits_;  ///< by node: what has not come yet
  std::vector<std::size_t> first_;
  std::vector<std::pair<Node, Nanos>> to_;
  std::vector<SharedLink> links_;  ///< by device
  using Due = std::pair<Nanos, Node>;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> ready_;
};

std::optional<Played> Replay::play(const Change& change) const {
  return Run(*this, change).play();
}

/// A copy that is moved waits for the link, its slot, and the step; not for the host or its stream.
void Replay::change_need(const Need& need, std::uint32_t row, const Change& change,
                         std::vector<Edge>& edges) const {
  std::erase_if(edges, [&](const Edge& edge) {
    const bool by_kernel = edge.kind == EdgeKind::kEvent && !moves(dependencies_->op_of(edge.from));
    return need.pool != kNoRow32 || !by_kernel;
  });
  // Of several kernels of one stream the first is taken for the slot's last reader, and the others for
  // fences.
  std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.from < b.from; });
  const auto one_stream = [&](const Edge& a, const Edge& b) {
    return (*ops_)[dependencies_->op_of(a.from)].stream == (*ops_)[dependencies_->op_of(b.from)].stream;
  };
  edges.erase(std::unique(edges.begin(), edges.end(), one_stream), edges.end());
  if (row > 0 && needs_[row - 1].device == need.device) {
    edges.push_back({Dependencies::end_of(needs_[row - 1].copy), Nanos{}, EdgeKind::kEngine});
  }
  if (need.step != Dependencies::kNoNode) edges.push_back({need.step, Nanos{}, EdgeKind::kLaunch});
  if (need.pool == kNoRow32) return;
  const Pool& pool = pools_[need.pool];
  const std::int64_t slots = std::max<std::int64_t>(1, pool.slots + std::int64_t{change.more_slots});
  const std::int64_t turn = std::int64_t{need.turn} - slots;
  if (turn < 0) return;
  edges.push_back(
      {Dependencies::end_of(pool.readers[static_cast<std::size_t>(turn)]), Nanos{}, EdgeKind::kEvent});
}

/// Another op keeps its place among those that stay, and waits for its own copies wherever they went.
void Replay::change_begin(Node node, std::vector<Edge>& edges) const {
  const OpRow op = dependencies_->op_of(node);
  const auto by = [&](const Edge& edge, EdgeKind kind) {
    return edge.kind == kind && moves(dependencies_->op_of(edge.from));
  };
  std::erase_if(edges, [&](const Edge& edge) { return by(edge, EdgeKind::kEngine); });
  const auto behind =
      std::find_if(edges.begin(), edges.end(), [&](const Edge& edge) { return by(edge, EdgeKind::kStream); });
  if (behind != edges.end()) {
    OpRow stays = dependencies_->op_of(behind->from);
    // Where units do not tell whose the copy is, the order of the stream does.
    if (needs_[need_of_[stays]].consumer != kNoRow32) edges.erase(behind);
    while (stays != kNoRow32 && moves(stays)) stays = dependencies_->graph().before(stays);
    if (stays != kNoRow32) edges.push_back({Dependencies::end_of(stays), Nanos{}, EdgeKind::kStream});
  }
  auto feed = std::lower_bound(feeds_.begin(), feeds_.end(), std::pair{op, OpRow{}});
  for (; feed != feeds_.end() && feed->first == op; ++feed) {
    edges.push_back({Dependencies::end_of(feed->second), Nanos{}, EdgeKind::kEvent});
  }
}

void Replay::free_host(std::vector<Edge>& edges) const {
  for (Edge& edge : edges) {
    switch (edge.kind) {
      case EdgeKind::kLaunch:
      case EdgeKind::kBetweenCalls:
      case EdgeKind::kCall:
      case EdgeKind::kHostWait:
      case EdgeKind::kQueueFull: edge.lag = Nanos{}; break;
      default: break;
    }
  }
}

}  // namespace offledger::analysis
