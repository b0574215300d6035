// SPDX-License-Identifier: Apache-2.0
//
// A Timeline as text, a line a row, every reference spelled out: what golden files hold.

#pragma once

#include <fmt/format.h>

#include <string>

#include "collectors/trace/timeline.hpp"

namespace offledger::trace {

class TimelineText {
 public:
  explicit TimelineText(const Timeline& timeline) : t_(timeline) {}

  std::string all() {
    const Provenance& s = t_.source;
    line("source {} tool '{}' on '{}' origin {} complete {}", name_of(s.device_kind), s.tool,
         s.device_profile, s.clock_origin, s.complete);
    const Defects& d = t_.defects;
    line("defects dropped {} zero {} negative {} missing {} unknown {} orphan {} bad {}", d.dropped_records,
         d.zero_timestamps, d.negative_durations, d.missing_durations, d.unknown_records, d.orphan_references,
         d.bad_timestamps);
    for (const DeviceInfo& x : t_.devices) line("device {} '{}'", index(x.id), t_.text(x.name));
    for (const ProcessInfo& x : t_.processes) line("process {} '{}'", x.pid, t_.text(x.name));
    for (const ThreadInfo& x : t_.threads) line("thread {} '{}'", thread_text(x), t_.text(x.name));
    for (const Kernel& x : t_.kernels) {
      line("{} kernel {} '{}' #{:x}{}{}", times(x), stream(x.stream), t_.text(x.name), index(x.correlation),
           x.kind == KernelClass::kCollective ? " collective" : "",
           x.graph == 0 ? "" : fmt::format(" graph {} node {}", x.graph, x.graph_node));
    }
    for (const Copy& x : t_.copies) {
      line("{} copy {} {} {} -> {} {} B x{} #{:x}", times(x), stream(x.stream), name_of(x.direction),
           name_of(x.source), name_of(x.target), x.bytes, x.count, index(x.correlation));
    }
    for (const Memset& x : t_.memsets) {
      line("{} memset {} {} B #{:x}", times(x), stream(x.stream), x.bytes, index(x.correlation));
    }
    for (const HostCall& x : t_.calls) {
      line("{} call {} {} {} #{:x} = {}", times(x), thread(x.thread),
           x.api == Api::kDriver ? "driver" : "runtime", t_.text(x.name), index(x.correlation), x.result);
    }
    for (const Sync& x : t_.syncs) {
      line("{} sync {} {} event {:x} #{:x}", times(x), name_of(x.kind), stream(x.stream), index(x.event),
           index(x.correlation));
    }
    for (const EventRecord& x : t_.event_records) {
      line("event {:x} recorded on {} handle {:x} at {} #{:x}", index(x.event), stream(x.stream), x.handle,
           x.device_time.count(), index(x.correlation));
    }
    for (const Range& x : t_.ranges) {
      line("{} range {} '{}' in '{}'{}", times(x), thread(x.thread), t_.text(x.name), t_.text(x.domain),
           x.kind == RangeKind::kStep ? fmt::format(" step {}", x.step) : "");
    }
    for (const Overhead& x : t_.overheads) {
      line("{} overhead {} {} '{}'", times(x), thread(x.thread), name_of(x.kind), t_.text(x.name));
    }
    return std::move(text_);
  }

 private:
  template <typename... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    text_ += fmt::format(format, std::forward<Args>(args)...) + '\n';
  }
  template <typename Record>
  static std::string times(const Record& x) {
    return fmt::format("[{}, {})", x.begin.count(), x.end.count());
  }
  std::string thread_text(const ThreadInfo& x) const {
    return fmt::format("{}/{}", t_.processes[index(x.process)].pid, x.tid);
  }
  std::string thread(ThreadRow row) const { return row == ThreadRow::kNone ? "-" : thread_text(t_.at(row)); }
  std::string stream(StreamRow row) const {
    if (row == StreamRow::kNone) return "-";
    const StreamInfo& x = t_.at(row);
    return fmt::format("{}:gpu{}:{}:{}", t_.processes[index(x.process)].pid, index(x.device), x.context,
                       x.native_id);
  }

  const Timeline& t_;
  std::string text_;
};

}  // namespace offledger::trace
