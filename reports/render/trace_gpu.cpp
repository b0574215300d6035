// SPDX-License-Identifier: Apache-2.0
//
// The GPUs' part of a Chrome trace: a process of the viewer for each device with a row a stream, its
// counters, and a row for each copy engine (direction and channel).
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "reports/render/trace_builder.hpp"

namespace offledger::render {

trace::DeviceId device_of(const trace::Timeline& t, trace::StreamRow row) noexcept {
  return index(row) < t.streams.size() ? t.streams[index(row)].device : trace::DeviceId{0};
}

std::string stream_name(const trace::Timeline& t, trace::StreamRow row) {
  if (index(row) >= t.streams.size()) return "no stream";
  const trace::StreamInfo& info = t.streams[index(row)];
  const std::string_view name =
      index(info.name) < t.strings().size() ? std::string_view(t.text(info.name)) : "";
  return name.empty() ? fmt::format("stream {}", info.native_id) : std::string(name);
}

namespace {

/// GPU ops share one numbering: kernels, then copies, then memsets.
class Ops {
 public:
  explicit Ops(const trace::Timeline& t)
      : t_(t), copies_(t.kernels.size()), memsets_(copies_ + t.copies.size()) {}

  void write(TraceBuilder& trace, std::uint32_t pid, std::uint32_t tid, const Slice& s) const {
    trace::Correlation launched_by{};
    if (s.record < copies_) {
      const trace::Kernel& k = t_.kernels[s.record];
      launched_by = k.correlation;
      const bool collective = k.kind == trace::KernelClass::kCollective;
      finish(
          trace,
          trace.slice(pid, tid, s.begin, s.end, trace.escaped(k.name), collective ? "collective" : "kernel"),
          launched_by, "");
    } else if (s.record < memsets_) {
      const trace::Copy& c = t_.copies[s.record - copies_];
      launched_by = c.correlation;
      write_copy(trace, pid, tid, s, c);
    } else {
      const trace::Memset& m = t_.memsets[s.record - memsets_];
      launched_by = m.correlation;
      TraceText& out = trace.slice(pid, tid, s.begin, s.end, "memset", "memset");
      finish(trace, out.text("\"bytes\":").number(m.bytes), launched_by, ",");
    }
    if (!trace.options.flows || s.end <= s.begin) return;
    if (const CallSite* call = trace.call_of(launched_by)) trace.flow(*call, pid, tid, s.begin);
  }

  static void write_copy(TraceBuilder& trace, std::uint32_t pid, std::uint32_t tid, const Slice& s,
                         const trace::Copy& c) {
    TraceText& out = trace.slice(pid, tid, s.begin, s.end, trace::name_of(c.direction), "copy");
    out.text("\"bytes\":").number(c.bytes);
    const std::uint64_t took = elapsed(s.begin, s.end);
    if (took > 0 && c.bytes < UINT64_MAX / 1000) out.text(",\"GB/s\":").thousandths(c.bytes * 1000 / took);
    out.text(",\"source\":\"").text(trace::name_of(c.source));
    out.text("\",\"target\":\"").text(trace::name_of(c.target)).text("\"");
    finish(trace, out, c.correlation, ",");
  }

 private:
  static void finish(TraceBuilder& trace, TraceText& out, trace::Correlation correlation,
                     std::string_view comma) {
    if (correlation != trace::Correlation::kNone) {
      out.text(comma).text("\"correlation\":").number(static_cast<std::uint64_t>(correlation));
    }
    trace.close();
  }

  const trace::Timeline& t_;
  std::size_t copies_, memsets_;
};

using StreamKey = std::pair<trace::DeviceId, std::size_t>;  ///< the last stream is the unknown one
using Streams = std::map<StreamKey, std::vector<Slice>>;

Streams by_stream(TraceBuilder& trace) {
  const trace::Timeline& t = trace.timeline;
  std::vector<std::vector<Slice>> rows(t.streams.size() + 1);
  std::uint32_t number = 0;
  const auto add = [&](const auto& records) {
    for (const auto& r : records) {
      if (trace.drawable(r.begin, r.end)) {
        rows[std::min(index(r.stream), rows.size() - 1)].push_back({r.begin, r.end, number, 0});
      }
      ++number;
    }
  };
  add(t.kernels);
  add(t.copies);
  add(t.memsets);
  Streams streams;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].empty()) continue;
    streams[{device_of(t, trace::StreamRow{static_cast<std::uint32_t>(i)}), i}] = std::move(rows[i]);
  }
  return streams;
}

using EngineKey = std::tuple<trace::CopyDirection, trace::Channel, std::uint32_t>;

std::string engine_name(const EngineKey& key) {
  const auto& [direction, channel, id] = key;
  std::string name(trace::name_of(direction));
  switch (channel) {
    case trace::Channel::kUnknown: name += " copies"; break;
    case trace::Channel::kCompute: name += " on SMs"; break;
    case trace::Channel::kAsyncCopy: name += " copy engine"; break;
    case trace::Channel::kDecompress: name += " decompression"; break;
  }
  return channel == trace::Channel::kUnknown && id == 0 ? name : fmt::format("{}, channel {}", name, id);
}

void write_engines(TraceBuilder& trace, trace::DeviceId device, std::string_view device_name) {
  const trace::Timeline& t = trace.timeline;
  std::map<EngineKey, std::vector<Slice>> engines;
  for (std::size_t i = 0; i < t.copies.size(); ++i) {
    const trace::Copy& c = t.copies[i];
    if (c.end < c.begin || device_of(t, c.stream) != device) continue;
    engines[{c.direction, c.channel, c.channel_id}].push_back(
        {c.begin, c.end, static_cast<std::uint32_t>(i), 0});
  }
  if (engines.empty()) return;
  const std::uint32_t pid = trace.process(fmt::format("{}: copy engines", device_name));
  for (auto& [key, slices] : engines) {
    const std::uint32_t tid = trace.rows(pid, engine_name(key), lay_out_flat(slices));
    for (const Slice& s : slices) Ops::write_copy(trace, pid, tid + s.sub_row, s, t.copies[s.record]);
  }
}

std::string device_name(const TraceBuilder& trace, trace::DeviceId device) {
  for (const trace::DeviceInfo& info : trace.timeline.devices) {
    if (info.id == device && !trace.plain(info.name).empty()) {
      return fmt::format("GPU {}: {}", index(device), trace.plain(info.name));
    }
  }
  return fmt::format("GPU {}", index(device));
}

}  // namespace

void write_gpu(TraceBuilder& trace) {
  Streams streams = by_stream(trace);
  const Ops ops(trace.timeline);
  std::set<trace::DeviceId> devices;
  for (const auto& [key, slices] : streams) devices.insert(key.first);
  for (const trace::Counter& counter : trace.timeline.counters) devices.insert(counter.device);
  for (const trace::DeviceId device : devices) {
    const std::string name = device_name(trace, device);
    const std::uint32_t pid = trace.process(name);
    for (auto it = streams.lower_bound({device, 0}); it != streams.end() && it->first.first == device; ++it) {
      const trace::StreamRow row{static_cast<std::uint32_t>(it->first.second)};
      const std::uint32_t tid = trace.rows(pid, stream_name(trace.timeline, row), lay_out_flat(it->second));
      for (const Slice& s : it->second) ops.write(trace, pid, tid + s.sub_row, s);
    }
    if (trace.options.counters) write_counters(trace, device, pid);
    if (trace.options.counters) write_samples(trace, device, pid);
    if (trace.options.copy_engines) write_engines(trace, device, name);
  }
}

}  // namespace offledger::render
