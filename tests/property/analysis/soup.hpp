// SPDX-License-Identifier: Apache-2.0
//
// Timelines that no device could have made, from any numbers.

#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "collectors/trace/timeline.hpp"

namespace offledger::analysis {

inline constexpr std::array<std::string_view, 13> kCalls{"cudaLaunchKernel",     "cudaMemcpyAsync",
                                                         "cudaMemcpy",           "cudaEventRecord",
                                                         "cudaStreamWaitEvent",  "cudaFree",
                                                         "cudaMalloc",           "cudaStreamSynchronize",
                                                         "cudaEventSynchronize", "cudaDeviceSynchronize",
                                                         "cudaHostRegister",     "cuCtxSynchronize",
                                                         "cudaGetLastError"};

/// Any record, any ids: small numbers collide often, large ones point nowhere.
class Soup {
 public:
  explicit Soup(std::vector<std::uint32_t> numbers) : numbers_(std::move(numbers)) {}

  trace::Timeline cook() {
    trace::Timeline t;
    const auto process = t.process(1);
    t.thread(process, 1);
    t.thread(process, 2);
    for (std::uint32_t s = 0; s < 4; ++s) t.stream(process, trace::DeviceId{s / 3}, 0, s);
    t.source.wraps = next(2) == 0;
    t.source.link_bytes_per_s = next(2) * 1'000'000'000ULL;
    const std::uint32_t records = 1 + next(60);
    for (std::uint32_t i = 0; i < records; ++i) add(t);
    return t;
  }

 private:
  std::uint32_t next(std::uint32_t below) {
    if (numbers_.empty()) return 0;
    return numbers_[at_++ % numbers_.size()] * 2654435761U / 7U % below;
  }
  template <typename Record>
  Record timed() {
    Record record;
    record.begin = nanos(next(200));
    record.end = record.begin + nanos(next(40)) - nanos(next(20) == 0 ? 5 : 0);
    return record;
  }
  trace::StreamRow stream() { return trace::StreamRow{next(5)}; }
  trace::ThreadRow thread() { return trace::ThreadRow{next(3)}; }
  trace::Correlation correlation() { return trace::Correlation{next(50)}; }
  trace::EventSync event() { return trace::EventSync{next(6)}; }

  void add(trace::Timeline& t) {
    switch (next(9)) {
      case 0:
      case 1: {
        auto kernel = timed<trace::Kernel>();
        kernel.stream = stream();
        kernel.correlation = correlation();
        if (next(5) == 0) kernel.kind = trace::KernelClass::kCollective;
        return t.kernels.push_back(kernel);
      }
      case 2:
      case 3: {
        auto copy = timed<trace::Copy>();
        copy.stream = stream();
        copy.correlation = correlation();
        copy.direction = static_cast<trace::CopyDirection>(next(6));
        copy.source = static_cast<trace::MemoryKind>(next(4));
        copy.bytes = next(1000);
        return t.copies.push_back(copy);
      }
      case 4:
      case 5: {
        auto call = timed<trace::HostCall>();
        call.thread = thread();
        call.correlation = correlation();
        call.name = t.intern(kCalls[next(kCalls.size())]);
        return t.calls.push_back(call);
      }
      case 6: {
        auto sync = timed<trace::Sync>();
        sync.kind = static_cast<trace::SyncKind>(next(4));
        sync.stream = stream();
        sync.event = event();
        sync.correlation = correlation();
        return t.syncs.push_back(sync);
      }
      case 7: {
        trace::EventRecord record;
        record.event = event();
        record.stream = stream();
        record.correlation = correlation();
        return t.event_records.push_back(record);
      }
      default: {
        if (next(4) == 0) {
          auto overhead = timed<trace::Overhead>();
          overhead.kind = static_cast<trace::OverheadKind>(next(4));
          overhead.thread = thread();
          return t.overheads.push_back(overhead);
        }
        auto range = timed<trace::Range>();
        range.thread = thread();
        range.kind = static_cast<trace::RangeKind>(next(5));
        range.step = static_cast<std::int32_t>(next(4)) - 1;
        range.layer = static_cast<std::int32_t>(next(4)) - 1;
        range.slot = static_cast<std::int32_t>(next(3)) - 1;
        return t.ranges.push_back(range);
      }
    }
  }

  std::vector<std::uint32_t> numbers_;
  std::size_t at_ = 0;
};

}  // namespace offledger::analysis
