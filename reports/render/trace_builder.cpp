// SPDX-License-Identifier: Apache-2.0
#include "reports/render/trace_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <tuple>

namespace offledger::render {
namespace {

template <typename Records>
void lower_to(std::optional<Nanos>& least, const Records& records) {
  for (const auto& r : records) {
    if (r.end >= r.begin && (!least || r.begin < *least)) least = r.begin;
  }
}

std::string json_string(std::string_view text) {
  std::string out = "\"";
  append_escaped(out, text);
  return out + '"';
}

}  // namespace

TraceBuilder::TraceBuilder(const trace::Timeline& t, std::ostream& o, const ChromeTraceOptions& opts)
    : timeline(t), options(opts), out(o) {
  names_.reserve(t.strings().size());
  for (const std::string& s : t.strings()) append_escaped(names_.emplace_back(), s);
  std::optional<Nanos> least;
  lower_to(least, t.kernels);
  lower_to(least, t.copies);
  lower_to(least, t.memsets);
  lower_to(least, t.calls);
  lower_to(least, t.ranges);
  lower_to(least, t.overheads);
  lower_to(least, t.samples);
  zero_ = least.value_or(Nanos{0});
}

void TraceBuilder::begin() {
  const auto base =
      static_cast<std::uint64_t>(timeline.source.clock_origin) + static_cast<std::uint64_t>(zero_.count());
  out.text("{\"displayTimeUnit\":\"ns\",\"baseTimeNanoseconds\":").number(static_cast<std::int64_t>(base));
  out.text(",\"traceEvents\":[");
}

void TraceBuilder::end() {
  const trace::Provenance& source = timeline.source;
  out.text("\n],\"otherData\":{\"schema\":\"offledger.trace/1\"");
  const auto add = [&](std::string_view key, std::string_view value) {
    if (!value.empty()) out.text(",").text(json_string(key)).text(":").text(json_string(value));
  };
  add("device_kind", trace::name_of(source.device_kind));
  add("recorded_by", source.tool);
  add("device_profile", source.device_profile);
  add("schedule", source.schedule);
  add("workload", source.workload);
  out.text(",\"complete\":").text(source.complete ? "true" : "false");
  out.text(",\"skipped_records\":").number(summary.skipped).text("}}\n");
  out.flush();
}

TraceText& TraceBuilder::event(char phase, std::uint32_t pid) {
  out.text(first_ ? "\n" : ",\n");
  first_ = false;
  const char ph[] = {'{', '"', 'p', 'h', '"', ':', '"', phase, '"'};
  return out.text({ph, sizeof ph}).text(",\"pid\":").number(std::uint64_t{pid});
}

TraceText& TraceBuilder::at(Nanos t) {
  return out.text(",\"ts\":").thousandths(elapsed(zero_, t));
}

void TraceBuilder::metadata(std::string_view what, std::uint32_t pid, std::uint32_t tid,
                            std::string_view name, std::uint32_t sort) {
  const auto open = [&](std::string_view suffix) -> TraceText& {
    event('M', pid);
    if (tid > 0) out.text(",\"tid\":").number(std::uint64_t{tid});
    return out.text(",\"name\":\"").text(what).text(suffix).text("\",\"args\":{");
  };
  open("_name").text("\"name\":").text(json_string(name)).text("}}");
  open("_sort_index").text("\"sort_index\":").number(std::uint64_t{sort}).text("}}");
}

std::uint32_t TraceBuilder::process(std::string_view name) {
  ++pids_;
  metadata("process", pids_, 0, name, pids_);
  return pids_;
}

std::uint32_t TraceBuilder::rows(std::uint32_t pid, std::string_view name, std::uint32_t count) {
  const std::uint32_t first = tids_ + 1;
  for (std::uint32_t i = 0; i < count; ++i) {
    ++tids_;
    metadata("thread", pid, tids_, i == 0 ? std::string(name) : fmt::format("{} ({})", name, i + 1), tids_);
  }
  return first;
}

TraceText& TraceBuilder::slice(std::uint32_t pid, std::uint32_t tid, Nanos begin, Nanos end,
                               std::string_view escaped_name, std::string_view category) {
  ++summary.slices;
  event('X', pid).text(",\"tid\":").number(std::uint64_t{tid});
  at(begin).text(",\"dur\":").thousandths(elapsed(begin, end));
  return out.text(",\"name\":\"")
      .text(escaped_name)
      .text("\",\"cat\":\"")
      .text(category)
      .text("\",\"args\":{");
}

void TraceBuilder::flow(const CallSite& from, std::uint32_t pid, std::uint32_t tid, Nanos to) {
  ++summary.flows;
  event('s', from.pid).text(",\"tid\":").number(std::uint64_t{from.tid});
  at(from.begin).text(",\"id\":").number(summary.flows).text(",\"name\":\"launch\",\"cat\":\"launch\"}");
  event('f', pid).text(",\"bp\":\"e\",\"tid\":").number(std::uint64_t{tid});
  at(to).text(",\"id\":").number(summary.flows).text(",\"name\":\"launch\",\"cat\":\"launch\"}");
}

void TraceBuilder::counter(std::uint32_t pid, std::string_view escaped_name, std::string_view unit,
                           Nanos when, std::uint64_t value, bool thousandths) {
  ++summary.counter_values;
  event('C', pid);
  at(when).text(",\"name\":\"").text(escaped_name).text("\",\"args\":{\"").text(unit).text("\":");
  if (thousandths) {
    out.thousandths(value);
  } else {
    out.number(value);
  }
  out.text("}}");
}

std::string_view TraceBuilder::escaped(trace::StringId id) const noexcept {
  return index(id) < names_.size() ? std::string_view(names_[index(id)]) : "?";
}

std::string_view TraceBuilder::plain(trace::StringId id) const noexcept {
  return index(id) < names_.size() ? std::string_view(timeline.text(id)) : "?";
}

bool TraceBuilder::drawable(Nanos begin, Nanos end) noexcept {
  if (end >= begin) return true;
  ++summary.skipped;
  return false;
}

void TraceBuilder::index_call_sites() {
  const auto before = [](const CallSite& a, const CallSite& b) {
    return std::tie(a.correlation, a.begin, b.end) < std::tie(b.correlation, b.begin, a.end);
  };
  if (!std::is_sorted(call_sites.begin(), call_sites.end(), before)) {
    std::sort(call_sites.begin(), call_sites.end(), before);
  }
}

const CallSite* TraceBuilder::call_of(trace::Correlation correlation) const noexcept {
  if (correlation == trace::Correlation::kNone) return nullptr;
  const auto it =
      std::lower_bound(call_sites.begin(), call_sites.end(), correlation,
                       [](const CallSite& c, trace::Correlation id) { return c.correlation < id; });
  return it != call_sites.end() && it->correlation == correlation ? &*it : nullptr;
}

ChromeTraceSummary chrome_trace(const trace::Timeline& timeline, std::ostream& out,
                                const ChromeTraceOptions& options) {
  TraceBuilder trace(timeline, out, options);
  trace.begin();
  write_host(trace);
  write_gpu(trace);
  trace.end();
  return trace.summary;
}

}  // namespace offledger::render
