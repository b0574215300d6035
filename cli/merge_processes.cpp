// SPDX-License-Identifier: Apache-2.0
//
// CUPTI counts correlations and events anew in each process, and each recording's zero is its own start.

#include <algorithm>

#include "cli/recorded_program.hpp"
#include "collectors/trace/merge.hpp"

namespace offledger::cli {
namespace {

template <typename Id>
void renumber(Id& id, std::uint64_t process) {
  const auto number = static_cast<std::uint64_t>(id);
  if (number != 0) id = static_cast<Id>(number + (process << 40U));
}

template <typename Records>
void shift(Records& records, Nanos by) {
  for (auto& record : records) {
    record.begin += by;
    record.end += by;
  }
}

void move_to_clock(trace::Timeline& part, std::int64_t origin) {
  const Nanos by{part.source.clock_origin - origin};
  shift(part.kernels, by);
  shift(part.copies, by);
  shift(part.memsets, by);
  shift(part.calls, by);
  shift(part.syncs, by);
  shift(part.ranges, by);
  shift(part.overheads, by);
  for (trace::EventRecord& record : part.event_records) {
    if (record.device_time >= Nanos{0}) record.device_time += by;
  }
  part.source.clock_origin = origin;
}

void number_apart(trace::Timeline& part, std::uint64_t process) {
  const auto correlations = [&](auto& records) {
    for (auto& record : records) renumber(record.correlation, process);
  };
  correlations(part.kernels);
  correlations(part.copies);
  correlations(part.memsets);
  correlations(part.calls);
  correlations(part.syncs);
  correlations(part.event_records);
  for (trace::Sync& sync : part.syncs) renumber(sync.event, process);
  for (trace::EventRecord& record : part.event_records) renumber(record.event, process);
}

}  // namespace

trace::Timeline merge_processes(std::vector<trace::Timeline> recordings) {
  if (recordings.empty()) return {};
  std::ranges::sort(recordings, {}, [](const trace::Timeline& one) { return one.source.clock_origin; });
  trace::Timeline whole = std::move(recordings.front());
  for (std::size_t i = 1; i < recordings.size(); ++i) {
    move_to_clock(recordings[i], whole.source.clock_origin);
    number_apart(recordings[i], i);
    trace::merge(whole, recordings[i]);
  }
  return whole;
}

}  // namespace offledger::cli
