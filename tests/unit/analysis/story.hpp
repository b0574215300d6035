// SPDX-License-Identifier: Apache-2.0
//
// Timelines told by hand: one host thread, times in ns, each op with the call that enqueued it.

#pragma once

#include <string_view>

#include "collectors/trace/timeline.hpp"

namespace offledger::analysis {

/// Streams of the stories.
inline constexpr std::uint64_t kComputeStream = 7, kFfnStream = 8, kLinkStream = 29;

class Story {
 public:
  Story() : process_(timeline.process(1)), thread_(timeline.thread(process_, 1)) {
    timeline.source.tool = "by hand";
  }

  trace::StreamRow stream(std::uint64_t id, std::uint32_t device = 0) {
    return timeline.stream(process_, trace::DeviceId{device}, 0, id);
  }

  trace::Correlation call(std::string_view name, std::int64_t begin, std::int64_t end) {
    const auto id = trace::Correlation{++last_};
    trace::HostCall call;
    call.begin = nanos(begin);
    call.end = nanos(end);
    call.thread = thread_;
    call.name = timeline.intern(name);
    call.correlation = id;
    timeline.calls.push_back(call);
    return id;
  }

  /// A kernel, launched by a call of 1 ns at `launch`.
  trace::Kernel& kernel(std::uint64_t on, std::int64_t launch, std::int64_t begin, std::int64_t end) {
    trace::Kernel kernel;
    kernel.begin = nanos(begin);
    kernel.end = nanos(end);
    kernel.stream = stream(on);
    kernel.name = timeline.intern("k");
    kernel.correlation = call("cudaLaunchKernel", launch, launch + 1);
    timeline.kernels.push_back(kernel);
    return timeline.kernels.back();
  }

  /// A memset, launched by a call of 1 ns at `launch`.
  void memset(std::uint64_t on, std::int64_t launch, std::int64_t begin, std::int64_t end) {
    trace::Memset memset;
    memset.begin = nanos(begin);
    memset.end = nanos(end);
    memset.stream = stream(on);
    memset.correlation = call("cudaMemsetAsync", launch, launch + 1);
    timeline.memsets.push_back(memset);
  }

  /// A pinned H2D copy, issued by a call of 1 ns at `issue`.
  trace::Copy& h2d(std::uint64_t on, std::int64_t issue, std::int64_t begin, std::int64_t end,
                   std::uint64_t bytes = 100) {
    return h2d_by(call("cudaMemcpyAsync", issue, issue + 1), on, begin, end, bytes);
  }
  trace::Copy& h2d_by(trace::Correlation by, std::uint64_t on, std::int64_t begin, std::int64_t end,
                      std::uint64_t bytes = 100) {
    trace::Copy copy;
    copy.begin = nanos(begin);
    copy.end = nanos(end);
    copy.stream = stream(on);
    copy.correlation = by;
    copy.bytes = bytes;
    copy.direction = trace::CopyDirection::kH2D;
    copy.source = trace::MemoryKind::kPinned;
    copy.target = trace::MemoryKind::kDevice;
    timeline.copies.push_back(copy);
    return timeline.copies.back();
  }

  /// Records an event on a stream now (a call of 1 ns at `at`), and its id.
  trace::EventSync record(std::uint64_t on, std::int64_t at) {
    trace::EventRecord record;
    record.event = trace::EventSync{++last_};
    record.stream = stream(on);
    record.correlation = call("cudaEventRecord", at, at + 1);
    timeline.event_records.push_back(record);
    return record.event;
  }
  void wait(std::uint64_t on, trace::EventSync event, std::int64_t at) {
    sync(trace::SyncKind::kStreamWait, on, event, call("cudaStreamWaitEvent", at, at + 1), at, at + 1);
  }
  void host_wait(trace::EventSync event, std::int64_t begin, std::int64_t end) {
    sync(trace::SyncKind::kEvent, kNone, event, call("cudaEventSynchronize", begin, end), begin, end);
  }
  void stream_sync(std::uint64_t on, std::int64_t begin, std::int64_t end) {
    sync(trace::SyncKind::kStream, on, {}, call("cudaStreamSynchronize", begin, end), begin, end);
  }
  void device_sync(std::int64_t begin, std::int64_t end) {
    sync(trace::SyncKind::kDevice, kNone, {}, call("cudaDeviceSynchronize", begin, end), begin, end);
  }

  trace::Range& range(trace::RangeKind kind, std::int64_t begin, std::int64_t end) {
    trace::Range range;
    range.begin = nanos(begin);
    range.end = nanos(end);
    range.thread = thread_;
    range.kind = kind;
    timeline.ranges.push_back(range);
    return timeline.ranges.back();
  }
  void step(std::int32_t number, std::int64_t begin, std::int64_t end) {
    range(trace::RangeKind::kStep, begin, end).step = number;
  }
  /// An op of a plan that acts for a unit.
  void op(std::int32_t layer, std::string_view group, std::int64_t begin, std::int64_t end,
          std::int32_t slot = trace::kNoRow) {
    const trace::StringId name = timeline.intern(group);
    trace::Range& r = range(trace::RangeKind::kOp, begin, end);
    r.layer = layer;
    r.group = name;
    r.slot = slot;
  }
  void overhead(trace::OverheadKind kind, std::int64_t begin, std::int64_t end) {
    timeline.overheads.push_back({nanos(begin), nanos(end), kind, thread_, {}});
  }

  trace::Timeline timeline;

 private:
  static constexpr std::uint64_t kNone = ~std::uint64_t{0};

  void sync(trace::SyncKind kind, std::uint64_t on, trace::EventSync event, trace::Correlation by,
            std::int64_t begin, std::int64_t end) {
    trace::Sync sync;
    sync.begin = nanos(begin);
    sync.end = nanos(end);
    sync.kind = kind;
    if (on != kNone) sync.stream = stream(on);
    sync.event = event;
    sync.correlation = by;
    timeline.syncs.push_back(sync);
  }

  trace::ProcessRow process_;
  trace::ThreadRow thread_;
  std::uint64_t last_ = 0;
};

}  // namespace offledger::analysis
