// SPDX-License-Identifier: Apache-2.0
//
// Which accesses are certainly over when an op starts. The n-th access (copy or compute) of a stream has
// position n; a clock holds, for each stream, the position up to which accesses are known to be over.

#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "schedules/plan/plan.hpp"

namespace offledger::plan {

struct Access {
  StreamId stream{};
  std::uint32_t position = 0;
  std::uint32_t op = 0;    ///< its number in the plan
  std::uint32_t step = 0;  ///< in which the host enqueued it
};

/// Invariant: a stream's own component is not kept; its ops are in order anyway.
class HappensBefore {
 public:
  HappensBefore(std::size_t streams, std::size_t events)
      : streams_(streams),
        issued_(streams),
        host_(streams),
        of_stream_(streams * streams),
        of_event_(events * streams),
        recorded_(events) {}

  /// The host enqueues an access: it starts after all that the host and the stream have waited for.
  Access enqueue(StreamId stream, std::uint32_t op, std::uint32_t step) {
    join(row(of_stream_, index(stream)), host_.data());
    return {stream, ++issued_[index(stream)], op, step};
  }

  void record(EventId event, StreamId stream) {
    std::uint32_t* clock = row(of_event_, index(event));
    const std::uint32_t* source = row(of_stream_, index(stream));
    for (std::size_t i = 0; i < streams_; ++i) clock[i] = std::max(source[i], host_[i]);
    clock[index(stream)] = issued_[index(stream)];
    recorded_[index(event)] = true;
  }
  [[nodiscard]] bool recorded(EventId event) const { return recorded_[index(event)]; }

  void stream_wait(StreamId stream, EventId event) {
    join(row(of_stream_, index(stream)), row(of_event_, index(event)));
  }
  void host_wait(EventId event) { join(host_.data(), row(of_event_, index(event))); }
  void stream_sync(StreamId stream) {
    join(host_.data(), row(of_stream_, index(stream)));
    host_[index(stream)] = issued_[index(stream)];
  }
  void device_sync() { host_ = issued_; }

  /// Whether the access is over when the next op that the host enqueues on `stream` starts.
  [[nodiscard]] bool over(const Access& access, StreamId stream) const {
    const std::size_t of = index(access.stream);
    return access.stream == stream || of_stream_[index(stream) * streams_ + of] >= access.position ||
           host_[of] >= access.position;
  }
  /// Whether some stream other than the access's own and `but` has waited for it.
  [[nodiscard]] bool awaited_elsewhere(const Access& access, StreamId but, StreamId& where) const {
    for (std::uint32_t stream = 0; stream < streams_; ++stream) {
      where = StreamId{stream};
      if (where != but && where != access.stream && over(access, where)) return true;
    }
    return false;
  }

  /// Every clock, with each component as the number of `live` positions (ascending, by stream) it is past:
  /// two states with equal ranks cannot be told apart by accesses that are still to come.
  void append_ranks(const std::vector<std::vector<std::uint32_t>>& live,
                    std::vector<std::uint32_t>& out) const {
    const auto append = [&](const std::vector<std::uint32_t>& clocks) {
      for (std::size_t i = 0; i < clocks.size(); ++i) {
        const auto& positions = live[i % streams_];
        out.push_back(static_cast<std::uint32_t>(
            std::upper_bound(positions.begin(), positions.end(), clocks[i]) - positions.begin()));
      }
    };
    append(host_);
    append(of_stream_);
    append(of_event_);
    for (const bool each : recorded_) out.push_back(each ? 1 : 0);
  }

 private:
  std::uint32_t* row(std::vector<std::uint32_t>& clocks, std::size_t i) {
    return clocks.data() + i * streams_;
  }
  void join(std::uint32_t* clock, const std::uint32_t* with) const {
    for (std::size_t i = 0; i < streams_; ++i) clock[i] = std::max(clock[i], with[i]);
  }

  std::size_t streams_;
  std::vector<std::uint32_t> issued_, host_, of_stream_, of_event_;
  std::vector<bool> recorded_;
};

}  // namespace offledger::plan
