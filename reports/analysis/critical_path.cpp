// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/critical_path.hpp"

#include <algorithm>

namespace offledger::analysis {
namespace {

PathKind of_op(const GpuOp& op) noexcept {
  switch (op.activity) {
    case Activity::kCompute: return PathKind::kCompute;
    case Activity::kCollective: return PathKind::kCollective;
    case Activity::kH2D: return PathKind::kH2D;
    default: return PathKind::kOtherCopy;
  }
}

PathKind kind_of(const Edge& edge, const Dependencies& dependencies, Node node) noexcept {
  switch (edge.kind) {
    case EdgeKind::kRun: return of_op(dependencies.links().ops.ops()[dependencies.op_of(node)]);
    case EdgeKind::kBetweenCalls:
    case EdgeKind::kCall: return PathKind::kHost;
    default: return PathKind::kLatency;
  }
}

OpRow last_to_end(const Dependencies& dependencies, const DeviceWindow& device) {
  OpRow last = kNoRow32;
  for_each_op(dependencies.links(), device, [&](OpRow row, const GpuOp& op) {
    if (last == kNoRow32 || op.end > dependencies.links().ops.ops()[last].end) last = row;
  });
  return last;
}

}  // namespace

std::vector<PathPiece> critical_path(const Dependencies& dependencies, const DeviceWindow& device) {
  std::vector<PathPiece> path;
  const Interval window = device.window();
  const auto push = [&](Nanos begin, Nanos end, PathKind kind) {
    begin = std::max(begin, window.begin);
    if (begin >= end) return;
    if (!path.empty() && path.back().kind == kind) {
      path.back().time.begin = begin;
    } else {
      path.push_back({{begin, end}, kind});
    }
  };
  Node node = Dependencies::end_of(last_to_end(dependencies, device));
  Nanos reached = window.end;
  std::vector<Edge> edges;
  // Edges go back in time but for clocks that disagree; the count ends a walk in damaged data.
  for (Node steps = 0; steps < dependencies.nodes() && reached > window.begin; ++steps) {
    dependencies.incoming(node, edges);
    if (edges.empty()) break;
    const Edge bound = *std::max_element(edges.begin(), edges.end(), [&](const Edge& a, const Edge& b) {
      return dependencies.recorded(a.from) + a.lag < dependencies.recorded(b.from) + b.lag;
    });
    const Nanos from = std::min(reached, dependencies.recorded(bound.from));
    push(from, reached, kind_of(bound, dependencies, node));
    reached = from;
    node = bound.from;
  }
  push(window.begin, reached, PathKind::kUnknown);
  std::reverse(path.begin(), path.end());
  return path;
}

CriticalPath path_within(const std::vector<PathPiece>& path, Interval window) {
  CriticalPath sum;
  auto it = std::partition_point(path.begin(), path.end(),
                                 [&](const PathPiece& p) { return p.time.end <= window.begin; });
  for (; it != path.end() && it->time.begin < window.end; ++it) {
    const Nanos time = std::min(it->time.end, window.end) - std::max(it->time.begin, window.begin);
    switch (it->kind) {
      case PathKind::kCompute: sum.compute += time; break;
      case PathKind::kCollective: sum.collective += time; break;
      case PathKind::kH2D: sum.h2d += time; break;
      case PathKind::kOtherCopy: sum.other_copies += time; break;
      case PathKind::kHost: sum.host += time; break;
      case PathKind::kLatency: sum.latency += time; break;
      case PathKind::kUnknown: sum.unknown += time; break;
    }
  }
  return sum;
}

std::string_view limit_of(const CriticalPath& path) noexcept {
  const std::pair<Nanos, std::string_view> shares[] = {{path.h2d + path.other_copies, "link"},
                                                       {path.compute, "compute"},
                                                       {path.collective, "collective"},
                                                       {path.host, "host"},
                                                       {path.latency, "latency"},
                                                       {path.unknown, "unknown"}};
  return std::max_element(std::begin(shares), std::end(shares),
                          [](const auto& a, const auto& b) { return a.first < b.first; })
      ->second;
}

}  // namespace offledger::analysis
