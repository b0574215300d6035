// SPDX-License-Identifier: Apache-2.0
//
// The shared state of one Chrome trace being written: the clock's zero, the names escaped once, the numbers
// of processes and rows, and where each host call stands so that arrows can leave from it. Private to the
// trace writer.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/trace/timeline.hpp"
#include "reports/render/chrome_trace.hpp"
#include "reports/render/trace_rows.hpp"
#include "reports/render/trace_text.hpp"

namespace offledger::render {

/// begin <= end, however far apart.
constexpr std::uint64_t elapsed(Nanos begin, Nanos end) noexcept {
  return static_cast<std::uint64_t>(end.count()) - static_cast<std::uint64_t>(begin.count());
}

/// A host call as the tail of an arrow.
struct CallSite {
  trace::Correlation correlation{};
  Nanos begin{}, end{};
  std::uint32_t pid = 0, tid = 0;
};

class TraceBuilder {
 public:
  TraceBuilder(const trace::Timeline& timeline, std::ostream& out, const ChromeTraceOptions& options);

  const trace::Timeline& timeline;
  const ChromeTraceOptions& options;
  ChromeTraceSummary summary;
  TraceText out;
  std::vector<CallSite> call_sites;  ///< after index_call_sites(): by correlation, then outermost first

  void begin();
  void end();

  /// A new process of the viewer, below those before it; `name` unescaped.
  std::uint32_t process(std::string_view name);
  /// `count` new rows of it: "name", "name (2)", …; returns the first's tid, the others follow it.
  std::uint32_t rows(std::uint32_t pid, std::string_view name, std::uint32_t count);

  /// Opens a slice up to its args: `"args":{` has been written. End it with close().
  TraceText& slice(std::uint32_t pid, std::uint32_t tid, Nanos begin, Nanos end,
                   std::string_view escaped_name, std::string_view category);
  void close() { out.text("}}"); }
  /// An arrow from a call's begin to the slice that begins at `at` in the row.
  void flow(const CallSite& from, std::uint32_t pid, std::uint32_t tid, Nanos at);
  /// One value of a counter, in thousandths where asked.
  void counter(std::uint32_t pid, std::string_view escaped_name, std::string_view unit, Nanos at,
               std::uint64_t value, bool thousandths);

  /// The escaped string of an id; "?" for an id that is not in the table.
  [[nodiscard]] std::string_view escaped(trace::StringId id) const noexcept;
  [[nodiscard]] std::string_view plain(trace::StringId id) const noexcept;
  /// Whether the record can be drawn; counts it where not.
  bool drawable(Nanos begin, Nanos end) noexcept;

  void index_call_sites();
  [[nodiscard]] const CallSite* call_of(trace::Correlation correlation) const noexcept;

 private:
  TraceText& event(char phase, std::uint32_t pid);
  TraceText& at(Nanos t);
  void metadata(std::string_view what, std::uint32_t pid, std::uint32_t tid, std::string_view name,
                std::uint32_t sort);

  std::vector<std::string> names_;
  Nanos zero_{};
  std::uint32_t pids_ = 0, tids_ = 0;
  bool first_ = true;
};

void write_host(TraceBuilder& trace);  ///< threads' calls, ranges and overheads; fills call_sites
void write_gpu(TraceBuilder& trace);   ///< streams, copy engines, arrows, counters, device by device
void write_counters(TraceBuilder& trace, trace::DeviceId device, std::uint32_t pid);
void write_samples(TraceBuilder& trace, trace::DeviceId device, std::uint32_t pid);  ///< hardware counters

/// The device of a stream's row; device 0 for a row that is not in the table.
trace::DeviceId device_of(const trace::Timeline& timeline, trace::StreamRow row) noexcept;
/// "weight_h2d", "stream 7", "no stream".
std::string stream_name(const trace::Timeline& timeline, trace::StreamRow row);

}  // namespace offledger::render
