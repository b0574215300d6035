// SPDX-License-Identifier: Apache-2.0
#include "collectors/import/kineto/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <thread>

#include "collectors/import/kineto/event_collector.hpp"
#include "collectors/import/kineto/event_parser.hpp"
#include "collectors/import/kineto/event_slicer.hpp"
#include "collectors/import/kineto/finish.hpp"
#include "collectors/import/kineto/trace_outline.hpp"
#include "collectors/trace/merge.hpp"
#include "schedules/base/error.hpp"

namespace offledger::importers::kineto {
namespace {

struct Parsed {
  EventCollector collector;
  std::optional<ParseFailure> failure;
};

/// One slice in work, and the buffers that it takes turns in.
struct Lane {
  EventParser parser;
  Slice slice;
  std::future<Parsed> result;  ///< destroyed first: it waits for the thread that uses the others

  void start() {
    result = std::async(std::launch::async, [this] {
      Parsed parsed;
      parsed.failure = parser.parse(slice, [&](const Event& event) { parsed.collector.take(event); });
      return parsed;
    });
  }
};

/// Parses one events array after the other into one Timeline.
class Loader {
 public:
  Loader(ByteSource& source, const Progress& progress, const Options& options)
      : source_(source), progress_(progress), slice_bytes_(options.slice_bytes) {
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    lanes_.resize(std::clamp(options.lanes == 0 ? cores + 1 : options.lanes, 1U, 8U));
    timeline.process(kUnknownPid);
  }

  void load_events(bool bare) {
    EventSlicer slicer(source_, slice_bytes_, bare);
    while (cut_one(slicer)) {
    }
    if (slicer.unclosed()) timeline.source.complete = false;
  }

  trace::Timeline timeline;
  TraceNotes notes;

 private:
  /// Cuts the next slice and starts it; false when all are merged.
  bool cut_one(EventSlicer& slicer) {
    Lane& lane = lanes_[next_ % lanes_.size()];
    if (next_ - merged_ == lanes_.size() && !merge_oldest(slicer)) return true;
    try {
      if (slicer.next(lane.slice)) {
        lane.start();
        ++next_;
        if (progress_) progress_(source_.file_done(), source_.file_size());
        return true;
      }
    } catch (const Error&) {
      if (!merge_all(slicer)) return true;
      throw;
    }
    return !merge_all(slicer);
  }

  bool merge_all(EventSlicer& slicer) {
    while (merged_ != next_) {
      if (!merge_oldest(slicer)) return false;
    }
    return true;
  }

  /// Merges the oldest slice; false where it was cut wrongly, and everything from it on was given back.
  bool merge_oldest(EventSlicer& slicer) {
    Parsed parsed = lanes_[merged_ % lanes_.size()].result.get();
    if (parsed.failure) {
      restart(slicer, *parsed.failure);
      return false;
    }
    ++merged_;
    trace::merge(timeline, parsed.collector.timeline);
    notes.add(std::move(parsed.collector.notes));
    return true;
  }

  void restart(EventSlicer& slicer, const ParseFailure& failure) {
    std::string events;
    for (std::size_t at = merged_; at != next_; ++at) {
      Lane& lane = lanes_[at % lanes_.size()];
      if (lane.result.valid()) lane.result.wait();
      events += EventSlicer::given_back(lane.slice);
    }
    if (!slicer.restart_exactly(events)) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("{}: not valid JSON near byte {}: {}; export the trace again", source_.path(),
                              failure.offset, failure.what));
    }
    next_ = merged_;
  }

  ByteSource& source_;
  const Progress& progress_;
  std::size_t slice_bytes_;
  std::vector<Lane> lanes_;
  std::size_t next_ = 0;    ///< slices started
  std::size_t merged_ = 0;  ///< slices merged
};

}  // namespace

trace::Timeline load(const std::string& path, const Progress& progress, Options options) {
  ByteSource source(path);
  TraceOutline outline(source);
  Loader loader(source, progress, options);
  bool any = false;
  while (outline.next_events()) {
    loader.load_events(outline.bare());
    any = true;
  }
  if (!any) {
    const std::vector<std::string>& keys = outline.keys();
    std::string shown;
    for (const std::string& key : keys) shown += (shown.empty() ? "\"" : ", \"") + key + "\"";
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: expected a trace with \"traceEvents\", found a JSON object with {}", path,
                            keys.empty() ? "no keys" : "keys " + shown));
  }
  finish(loader.timeline, loader.notes, outline, path);
  return std::move(loader.timeline);
}

}  // namespace offledger::importers::kineto
