// SPDX-License-Identifier: Apache-2.0
//
// The host's part of a Chrome trace: a process of the viewer for each recorded one; for each thread its
// ranges, its API calls, and the overheads that were recorded on it, a row each.
#include <fmt/format.h>

#include <algorithm>

#include "reports/render/trace_builder.hpp"

namespace offledger::render {
namespace {

std::string thread_name(const TraceBuilder& trace, std::size_t thread) {
  const auto& threads = trace.timeline.threads;
  if (thread >= threads.size()) return "unknown thread";
  const trace::ThreadInfo& info = threads[thread];
  const std::string_view name = trace.plain(info.name);
  return name.empty() ? fmt::format("thread {}", info.tid) : std::string(name);
}

std::string process_name(const TraceBuilder& trace, std::size_t process) {
  const auto& processes = trace.timeline.processes;
  if (process >= processes.size()) return "host";
  const trace::ProcessInfo& info = processes[process];
  const std::string_view name = trace.plain(info.name);
  if (info.pid == 0) return name.empty() ? "host" : fmt::format("host: {}", name);
  return name.empty() ? fmt::format("host: pid {}", info.pid)
                      : fmt::format("host: {} (pid {})", name, info.pid);
}

/// Slices of one kind of record, a list a thread; the last list is of those whose thread is unknown.
template <typename Records>
std::vector<std::vector<Slice>> by_thread(TraceBuilder& trace, const Records& records) {
  std::vector<std::vector<Slice>> slices(trace.timeline.threads.size() + 1);
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto& r = records[i];
    if (!trace.drawable(r.begin, r.end)) continue;
    slices[std::min(index(r.thread), slices.size() - 1)].push_back(
        {r.begin, r.end, static_cast<std::uint32_t>(i), 0});
  }
  return slices;
}

void write_ranges(TraceBuilder& trace, std::uint32_t pid, std::string_view thread,
                  std::vector<Slice>& slices) {
  const std::uint32_t tid = trace.rows(pid, fmt::format("{}: ranges", thread), lay_out_nested(slices));
  for (const Slice& s : slices) {
    const trace::Range& r = trace.timeline.ranges[s.record];
    TraceText& out = trace.slice(pid, tid + s.sub_row, s.begin, s.end, trace.escaped(r.name), "range");
    std::string_view comma;
    const auto add = [&](std::string_view key, std::int32_t value) {
      if (value == trace::kNoRow) return;
      out.text(comma).text(key).number(std::int64_t{value});
      comma = ",";
    };
    add("\"step\":", r.step);
    add("\"layer\":", r.layer);
    if (!trace.escaped(r.group).empty()) {
      out.text(comma).text("\"group\":\"").text(trace.escaped(r.group)).text("\"");
      comma = ",";
    }
    add("\"slot\":", r.slot);
    trace.close();
  }
}

void write_calls(TraceBuilder& trace, std::uint32_t pid, std::string_view thread,
                 std::vector<Slice>& slices) {
  const std::uint32_t tid = trace.rows(pid, thread, lay_out_nested(slices));
  for (const Slice& s : slices) {
    const trace::HostCall& c = trace.timeline.calls[s.record];
    TraceText& out = trace.slice(pid, tid + s.sub_row, s.begin, s.end, trace.escaped(c.name),
                                 c.api == trace::Api::kDriver ? "driver" : "runtime");
    if (c.correlation != trace::Correlation::kNone) {
      out.text("\"correlation\":").number(static_cast<std::uint64_t>(c.correlation));
      if (s.end > s.begin) trace.call_sites.push_back({c.correlation, s.begin, s.end, pid, tid + s.sub_row});
    }
    if (c.result != 0) {
      out.text(c.correlation != trace::Correlation::kNone ? "," : "")
          .text("\"result\":")
          .number(std::int64_t{c.result});
    }
    trace.close();
  }
}

void write_overheads(TraceBuilder& trace, std::uint32_t pid, std::string_view thread,
                     std::vector<Slice>& slices) {
  const std::uint32_t tid = trace.rows(pid, fmt::format("{}: overhead", thread), lay_out_nested(slices));
  for (const Slice& s : slices) {
    const trace::Overhead& o = trace.timeline.overheads[s.record];
    const std::string_view name = trace.escaped(o.name);
    trace.slice(pid, tid + s.sub_row, s.begin, s.end, name.empty() ? trace::name_of(o.kind) : name,
                "overhead");
    trace.close();
  }
}

}  // namespace

void write_host(TraceBuilder& trace) {
  const trace::Timeline& t = trace.timeline;
  auto ranges = by_thread(trace, t.ranges);
  auto calls = by_thread(trace, t.calls);
  auto overheads = by_thread(trace, t.overheads);
  trace.call_sites.reserve(t.calls.size());

  const std::size_t unknown = t.processes.size();
  std::vector<std::vector<std::size_t>> threads_of(unknown + 1);
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (ranges[i].empty() && calls[i].empty() && overheads[i].empty()) continue;
    const std::size_t process = i < t.threads.size() ? index(t.threads[i].process)
                                : unknown == 1       ? 0
                                                     : unknown;
    threads_of[std::min(process, unknown)].push_back(i);
  }
  for (std::size_t p = 0; p <= unknown; ++p) {
    if (threads_of[p].empty()) continue;
    const std::uint32_t pid = trace.process(process_name(trace, p));
    for (const std::size_t i : threads_of[p]) {
      const std::string name = thread_name(trace, i);
      if (!ranges[i].empty()) write_ranges(trace, pid, name, ranges[i]);
      if (!calls[i].empty()) write_calls(trace, pid, name, calls[i]);
      if (!overheads[i].empty()) write_overheads(trace, pid, name, overheads[i]);
    }
  }
  trace.index_call_sites();
}

}  // namespace offledger::render
