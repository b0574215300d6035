// SPDX-License-Identifier: Apache-2.0
#include "collectors/import/kineto/event_collector.hpp"

#include <limits>
#include <utility>

#include "collectors/import/kineto/activity_name.hpp"
#include "collectors/import/kineto/exact_time.hpp"
#include "collectors/import/kineto/identity.hpp"
#include "collectors/trace/vocabulary.hpp"

namespace offledger::importers {
namespace {

/// A trace has a dozen; one made to have millions must not fill memory with them.
constexpr std::size_t kMostCategories = 64;

using trace::Correlation;
using trace::StreamRow;
using trace::ThreadRow;

template <typename To>
To or_zero(std::optional<std::int64_t> value) noexcept {
  return value && *value > 0 && std::in_range<To>(*value) ? static_cast<To>(*value) : To{};
}

Correlation correlation_of(std::optional<std::int64_t> value) noexcept {
  return static_cast<Correlation>(or_zero<std::uint64_t>(value));
}

bool is_operation(Category category) noexcept {
  return category == Category::kKernel || category == Category::kCopy || category == Category::kMemset;
}

}  // namespace

void TraceNotes::add(TraceNotes&& other) {
  for (GivenName& name : other.names) names.push_back(std::move(name));
  for (const auto& [category, number] : other.categories) categories[category] += number;
  events += other.events;
  strangers += other.strangers;
}

EventCollector::EventCollector() {
  timeline.process(kUnknownPid);
}

void EventCollector::take(const Event& event) {
  if (event.phase == '\0') {
    ++notes.strangers;
    return;
  }
  count(event);
  if (event.phase == 'M') return take_metadata(event);
  if (event.category == Category::kOther || event.category == Category::kNone) return;
  if (event.phase != 'X') {
    ++timeline.defects.unknown_records;
    return;
  }
  const std::optional<Times> times = times_of(event);
  if (!times) return;
  if (is_operation(event.category)) return take_operation(event, *times);
  if (event.category == Category::kSync) return take_sync(event, *times);
  take_host(event, *times);
}

void EventCollector::count(const Event& event) {
  ++notes.events;
  if (event.phase == 'M') return;
  const auto found = notes.categories.find(event.category_name);
  if (found != notes.categories.end()) {
    ++found->second;
  } else if (notes.categories.size() < kMostCategories) {
    notes.categories.emplace(event.category_name, 1);
  }
}

std::optional<EventCollector::Times> EventCollector::times_of(const Event& event) {
  const auto begin = nanos_from_micros(unquoted(event.begin));
  if (!begin) {
    ++timeline.defects.bad_timestamps;
    return std::nullopt;
  }
  if (event.duration.empty() || event.duration == "null") {
    ++timeline.defects.missing_durations;
    return std::nullopt;
  }
  const auto duration = nanos_from_micros(unquoted(event.duration));
  if (!duration || *duration > std::numeric_limits<std::int64_t>::max() - std::max<std::int64_t>(*begin, 0)) {
    ++timeline.defects.bad_timestamps;
    return std::nullopt;
  }
  if (*duration < 0) {
    ++timeline.defects.negative_durations;
    return std::nullopt;
  }
  if (*begin == 0 && *duration == 0) {
    ++timeline.defects.zero_timestamps;
    return std::nullopt;
  }
  return Times{Nanos(*begin), Nanos(*begin + *duration)};
}

ThreadRow EventCollector::thread_of(const Event& event) {
  const std::string key = std::string(event.pid) + '\n' + std::string(event.tid);
  if (key == last_thread_key_ && last_thread_ != ThreadRow::kNone) return last_thread_;
  const NativeId process = process_id(event.pid);
  const NativeId thread = thread_id(event.tid);
  const auto row = timeline.process(static_cast<std::uint32_t>(process.value), process.name);
  last_thread_key_ = key;
  last_thread_ = timeline.thread(row, thread.value, thread.name);
  return last_thread_;
}

StreamRow EventCollector::stream_of(const Event& event, std::optional<std::int64_t> stream) {
  // Events without args name the device as their process and the stream as their thread.
  const std::int64_t device = event.device.value_or(integer_of(unquoted(event.pid)).value_or(-1));
  const std::int64_t context = event.context.value_or(0);
  if (!std::in_range<std::uint32_t>(device) || !std::in_range<std::uint32_t>(context)) {
    ++timeline.defects.orphan_references;
    return StreamRow::kNone;
  }
  const std::int64_t id = stream.value_or(integer_of(unquoted(event.tid)).value_or(0));
  if (last_stream_ == StreamRow::kNone || device != last_device_ || context != last_context_ ||
      id != last_stream_id_) {
    last_device_ = device;
    last_context_ = context;
    last_stream_id_ = id;
    last_stream_ = timeline.stream(kUnknownProcess, static_cast<trace::DeviceId>(device),
                                   static_cast<std::uint32_t>(context), static_cast<std::uint64_t>(id));
  }
  return last_stream_;
}

void EventCollector::take_metadata(const Event& event) {
  const bool of_thread = event.name == "thread_name";
  if (event.given_name.empty() || (!of_thread && event.name != "process_name")) return;
  notes.names.push_back({static_cast<std::uint32_t>(process_id(event.pid).value), thread_id(event.tid).value,
                         of_thread, std::string(event.given_name)});
}

void EventCollector::take_operation(const Event& event, Times times) {
  const StreamRow stream = stream_of(event, event.stream);
  const Correlation correlation = correlation_of(event.correlation);
  const auto graph = or_zero<std::uint32_t>(event.graph);
  if (event.category == Category::kKernel) {
    timeline.kernels.push_back({times.begin, times.end, stream, timeline.intern(event.name), correlation,
                                trace::kernel_class(event.name), graph,
                                or_zero<std::uint64_t>(event.graph_node)});
    return;
  }
  const auto bytes = or_zero<std::uint64_t>(event.bytes);
  if (event.category == Category::kMemset) {
    timeline.memsets.push_back({times.begin, times.end, stream, correlation, bytes, graph});
    return;
  }
  const CopyName name = read_copy_name(event.name);
  if (name.direction == trace::CopyDirection::kUnknown) ++timeline.defects.unknown_records;
  trace::Copy copy;
  copy.begin = times.begin;
  copy.end = times.end;
  copy.stream = stream;
  copy.correlation = correlation;
  copy.bytes = bytes;
  copy.direction = name.direction;
  copy.source = name.source;
  copy.target = name.target;
  copy.graph = graph;
  timeline.copies.push_back(copy);
}

void EventCollector::take_host(const Event& event, Times times) {
  if (event.category == Category::kOverhead) {
    // Kineto files what belongs to no thread under process -1.
    const bool nowhere = event.pid.empty() || unquoted(event.pid) == "-1";
    timeline.overheads.push_back({times.begin, times.end, overhead_kind(event.name),
                                  nowhere ? ThreadRow::kNone : thread_of(event),
                                  timeline.intern(event.name)});
    return;
  }
  const ThreadRow thread = thread_of(event);
  if (event.category == Category::kAnnotation) {
    trace::Range range;
    range.begin = times.begin;
    range.end = times.end;
    range.thread = thread;
    range.name = timeline.intern(event.name);
    if (const auto step = trace::profiler_step(event.name)) {
      range.kind = trace::RangeKind::kStep;
      range.step = *step;
    }
    timeline.ranges.push_back(range);
    return;
  }
  const auto api = event.category == Category::kDriver ? trace::Api::kDriver : trace::Api::kRuntime;
  timeline.calls.push_back({times.begin, times.end, thread, timeline.intern(trace::base_api_name(event.name)),
                            correlation_of(event.correlation), api, 0});
}

void EventCollector::take_sync(const Event& event, Times times) {
  const auto kind = sync_kind(event.sync_kind.empty() ? event.name : event.sync_kind);
  if (!kind) {
    ++timeline.defects.unknown_records;
    return;
  }
  trace::Sync sync;
  sync.begin = times.begin;
  sync.end = times.end;
  sync.kind = *kind;
  if (event.stream && *event.stream >= 0) sync.stream = stream_of(event, event.stream);
  sync.correlation = correlation_of(event.correlation);
  // The call that recorded the event names the recording: handles are used again, correlation ids are not.
  sync.event = static_cast<trace::EventSync>(or_zero<std::uint64_t>(event.awaited_record));
  timeline.syncs.push_back(sync);
  if (sync.event == trace::EventSync::kNone || !event.awaited_stream || *event.awaited_stream < 0) return;
  timeline.event_records.push_back({sync.event, stream_of(event, event.awaited_stream),
                                    static_cast<Correlation>(sync.event),
                                    or_zero<std::uint64_t>(event.awaited_event), Nanos(-1)});
}

}  // namespace offledger::importers
