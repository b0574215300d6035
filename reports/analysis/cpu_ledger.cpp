// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/cpu_ledger.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

namespace offledger::analysis {
namespace {

/// For each thread the device that it enqueued most on; threads that enqueue nothing go with the first
/// device.
std::vector<trace::DeviceId> device_of_threads(const Links& links) {
  std::vector<std::map<trace::DeviceId, std::uint64_t>> enqueued(links.timeline.threads.size());
  trace::DeviceId lowest{~std::uint32_t{0}};
  for (const GpuOp& op : links.ops.ops()) {
    const trace::DeviceId device = links.timeline.streams[op.stream].device;
    lowest = std::min(lowest, device);
    const trace::HostCall* call = links.call_of(op);
    if (call != nullptr && index(call->thread) < enqueued.size()) ++enqueued[index(call->thread)][device];
  }
  std::vector<trace::DeviceId> devices;
  for (const auto& counts : enqueued) {
    const auto most = std::max_element(counts.begin(), counts.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    devices.push_back(most == counts.end() ? lowest : most->first);
  }
  return devices;
}

std::string_view name_of(const GpuOp& op) noexcept {
  switch (op.activity) {
    case Activity::kH2D: return "h2d";
    case Activity::kD2H: return "d2h";
    case Activity::kD2D: return "d2d";
    case Activity::kCollective: return "collective";
    case Activity::kCompute: break;
  }
  return op.kind == OpKind::kMemset ? "memset" : "kernel";
}

/// What a call stood waiting for; empty where it did not hold the host.
std::string_view waited_for(const BlameInput& in, std::uint32_t row) {
  const trace::HostCall& call = in.links.timeline.calls[row];
  const std::vector<GpuOp>& ops = in.links.ops.ops();
  const OpRow own = in.graph.enqueued_by(row);
  OpRow latest = kNoRow32;
  for (const OpRow awaited : in.graph.awaited(row)) {
    if (ops[awaited].end <= call.begin) continue;
    if (latest == kNoRow32 || ops[awaited].end > ops[latest].end) latest = awaited;
  }
  switch (in.links.class_of(call)) {
    case CallClass::kSync: return latest == kNoRow32 ? "nothing" : name_of(ops[latest]);
    case CallClass::kSyncCopy: return own == kNoRow32 ? "nothing" : name_of(ops[own]);
    case CallClass::kAsyncCopy:
      return own != kNoRow32 && in.links.pageable(ops[own]) ? name_of(ops[own]) : "";
    case CallClass::kAllocation: return latest == kNoRow32 ? "allocation" : name_of(ops[latest]);
    case CallClass::kPinning: return "pinning";
    default: return "";
  }
}

Nanos overlap(const IntervalSet& set, Interval part) {
  const auto spans = set.spans();
  auto it = std::upper_bound(spans.begin(), spans.end(), part.begin,
                             [](Nanos t, const Interval& span) { return t < span.end; });
  Nanos sum{};
  for (; it != spans.end() && it->begin < part.end; ++it) {
    sum += std::min(it->end, part.end) - std::max(it->begin, part.begin);
  }
  return sum;
}

}  // namespace

std::vector<CpuTime> cpu_ledger(const BlameInput& in) {
  struct Sum {
    Nanos time{};
    std::uint64_t calls = 0;
  };
  const trace::Timeline& t = in.links.timeline;
  const Interval window = in.device.window();
  const std::vector<trace::DeviceId> device_of = device_of_threads(in.links);
  std::map<std::tuple<std::uint32_t, trace::StringId, std::string_view>, Sum> sums;
  for (std::uint32_t thread = 0; thread < in.host.size(); ++thread) {
    if (device_of[thread] != in.device.device) continue;
    for (const std::uint32_t row : in.host.calls(thread)) {
      const trace::HostCall& call = t.calls[row];
      const Interval part{std::max(call.begin, window.begin), std::min(call.end, window.end)};
      if (part.end <= part.begin) continue;
      std::string_view what = waited_for(in, row);
      Nanos time = part.length();
      if (what.empty()) {
        if (in.host.full(thread).empty() || !enqueues(in.links.class_of(call))) continue;
        what = "queue_full";
        time = overlap(in.host.full(thread), part);
        if (time.count() == 0) continue;
      }
      Sum& sum = sums[{thread, call.name, what}];
      sum.time += time;
      ++sum.calls;
    }
  }
  std::vector<CpuTime> out;
  for (const auto& [key, sum] : sums) {
    const auto& [thread, api, what] = key;
    const trace::ThreadInfo& info = t.threads[thread];
    std::string name = t.text(info.name);
    if (name.empty()) name = std::to_string(info.tid);
    out.push_back({std::move(name), t.text(api), std::string(what), sum.time, sum.calls});
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const CpuTime& a, const CpuTime& b) { return a.time > b.time; });
  return out;
}

}  // namespace offledger::analysis
