// SPDX-License-Identifier: Apache-2.0
//
// The records that events stand for. A collector takes the events of one slice; collectors of all slices,
// merged in the file's order, are the trace. What only the whole trace can tell (which process an operation
// belongs to, which events were recorded where) is left to finish.hpp.

#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "collectors/import/kineto/event.hpp"
#include "collectors/trace/timeline.hpp"

namespace offledger::importers {

/// The process that owns streams until finish() knows better: row 0 of every collector's Timeline.
inline constexpr trace::ProcessRow kUnknownProcess{0};
inline constexpr std::uint32_t kUnknownPid = 0xFFFFFFFF;

/// A process's or thread's name, from a metadata event.
struct GivenName {
  std::uint32_t pid = 0;
  std::uint64_t tid = 0;
  bool of_thread = false;
  std::string name;
};

/// What a trace says of itself beside its records.
struct TraceNotes {
  std::vector<GivenName> names;
  /// Events of each, for the error that says what a trace holds.
  std::map<std::string, std::uint64_t, std::less<>> categories;
  std::uint64_t events = 0;     ///< elements that are events
  std::uint64_t strangers = 0;  ///< elements that are not
  void add(TraceNotes&& other);
};

/// Threads: one at a time.
class EventCollector {
 public:
  EventCollector();
  void take(const Event& event);

  trace::Timeline timeline;
  TraceNotes notes;

 private:
  struct Times {
    Nanos begin{}, end{};
  };
  /// The event's times, or nothing and a defect counted.
  std::optional<Times> times_of(const Event& event);
  trace::ThreadRow thread_of(const Event& event);
  trace::StreamRow stream_of(const Event& event, std::optional<std::int64_t> stream);
  void count(const Event& event);
  void take_metadata(const Event& event);
  void take_operation(const Event& event, Times times);
  void take_host(const Event& event, Times times);
  void take_sync(const Event& event, Times times);

  std::string last_thread_key_;
  trace::ThreadRow last_thread_ = trace::ThreadRow::kNone;
  std::int64_t last_device_ = -1, last_context_ = -1, last_stream_id_ = -1;
  trace::StreamRow last_stream_ = trace::StreamRow::kNone;
};

}  // namespace offledger::importers
