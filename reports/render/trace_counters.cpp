// SPDX-License-Identifier: Apache-2.0
//
// The counters of a Chrome trace, made from the records alone:
//
//   queue depth   a stream's ops whose launching call has begun and which have not: how far the host runs
//   ahead link use      the sum over the copies of a direction that run, each at its bytes / its duration
//
// Both are step functions, summed in integers, so that they come back to exactly zero.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reports/render/trace_builder.hpp"

namespace offledger::render {
namespace {

/// A step of a sum. Unsigned, so that a decrease wraps and any sum is defined.
struct Change {
  Nanos at{};
  std::uint64_t by = 0;
};
constexpr std::uint64_t kOneLess = ~std::uint64_t{0};

/// Writes the running sum, one value for each instant at which it changes.
void write_sum(TraceBuilder& trace, std::uint32_t pid, std::string_view name, std::string_view unit,
               std::vector<Change>& changes, bool thousandths) {
  const auto earlier = [](const Change& a, const Change& b) { return a.at < b.at; };
  if (!std::is_sorted(changes.begin(), changes.end(), earlier))
    std::sort(changes.begin(), changes.end(), earlier);
  std::string escaped;
  append_escaped(escaped, name);
  std::uint64_t sum = 0;
  std::uint64_t shown = 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    sum += changes[i].by;
    if (i + 1 < changes.size() && changes[i + 1].at == changes[i].at) continue;
    if (sum == shown) continue;
    trace.counter(pid, escaped, unit, changes[i].at, sum, thousandths);
    shown = sum;
  }
}

/// By stream; the last is the unknown one.
std::map<std::size_t, std::vector<Change>> queue_changes(const TraceBuilder& trace, trace::DeviceId device) {
  const trace::Timeline& t = trace.timeline;
  std::map<std::size_t, std::vector<Change>> queues;
  const auto add = [&](const auto& records) {
    for (const auto& r : records) {
      if (r.end < r.begin || device_of(t, r.stream) != device) continue;
      const CallSite* call = trace.call_of(r.correlation);
      if (call == nullptr || call->begin >= r.begin) continue;
      auto& changes = queues[std::min(index(r.stream), t.streams.size())];
      changes.push_back({call->begin, 1});
      changes.push_back({r.begin, kOneLess});
    }
  };
  add(t.kernels);
  add(t.copies);
  add(t.memsets);
  return queues;
}

}  // namespace

void write_counters(TraceBuilder& trace, trace::DeviceId device, std::uint32_t pid) {
  const trace::Timeline& t = trace.timeline;
  for (auto& [stream, changes] : queue_changes(trace, device)) {
    const std::string name = stream_name(t, trace::StreamRow{static_cast<std::uint32_t>(stream)});
    write_sum(trace, pid, fmt::format("queued: {}", name), "ops", changes, false);
  }
  std::map<trace::CopyDirection, std::vector<Change>> links;
  constexpr std::uint64_t kMostBytes = UINT64_MAX / 1000;
  for (const trace::Copy& c : t.copies) {
    if (c.end <= c.begin || device_of(t, c.stream) != device) continue;
    const std::uint64_t mb_per_s = std::min(c.bytes, kMostBytes) * 1000 / elapsed(c.begin, c.end);
    links[c.direction].push_back({c.begin, mb_per_s});
    links[c.direction].push_back({c.end, 0 - mb_per_s});
  }
  for (auto& [direction, changes] : links) {
    write_sum(trace, pid, fmt::format("link: {}", trace::name_of(direction)), "GB/s", changes, true);
  }
}

}  // namespace offledger::render
