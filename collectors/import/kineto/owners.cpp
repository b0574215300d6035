// SPDX-License-Identifier: Apache-2.0
#include "collectors/import/kineto/owners.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "collectors/import/kineto/event_collector.hpp"

namespace offledger::importers {
namespace {

using trace::Correlation;
using trace::EventSync;
using trace::ProcessRow;
using trace::StreamRow;
using trace::Timeline;

/// Processes that called the GPU's API; where none did, those that any thread belongs to.
std::vector<ProcessRow> host_processes(const Timeline& timeline) {
  std::vector<bool> calls(timeline.processes.size(), false);
  for (const trace::HostCall& call : timeline.calls) calls[index(timeline.at(call.thread).process)] = true;
  std::vector<ProcessRow> rows;
  for (std::size_t row = 1; row < calls.size(); ++row) {
    if (calls[row]) rows.push_back(static_cast<ProcessRow>(row));
  }
  return rows;
}

class SeveralProcesses {
 public:
  explicit SeveralProcesses(Timeline& timeline) : timeline_(timeline), streams_(timeline.streams) {
    for (trace::HostCall& call : timeline_.calls) {
      const ProcessRow process = timeline_.at(call.thread).process;
      if (call.correlation == Correlation::kNone) continue;
      const auto [owner, added] = owners_.emplace(call.correlation, process);
      if (!added && owner->second != process) owner->second = kAmbiguous;
      call.correlation = keyed(process, call.correlation);
    }
  }

  void assign(ProcessRow fallback) {
    timeline_.streams.clear();
    moved_.clear();
    for (auto& kernel : timeline_.kernels) move(kernel, fallback);
    for (auto& copy : timeline_.copies) move(copy, fallback);
    for (auto& memset : timeline_.memsets) move(memset, fallback);
    for (auto& sync : timeline_.syncs) {
      const ProcessRow owner = move(sync, fallback);
      if (sync.event != EventSync::kNone)
        sync.event = EventSync{index(keyed(owner, Correlation{index(sync.event)}))};
    }
    for (auto& record : timeline_.event_records) {
      const ProcessRow owner = move(record, fallback);
      record.event = EventSync{index(keyed(owner, Correlation{index(record.event)}))};
    }
  }

 private:
  static constexpr ProcessRow kAmbiguous{0xFFFFFFFF};

  /// With the row that the process will have when kUnknownProcess is gone.
  static Correlation keyed(ProcessRow process, Correlation id) noexcept {
    return static_cast<Correlation>(((index(process) - 1) << 32) | (index(id) & 0xFFFFFFFF));
  }

  template <typename Record>
  ProcessRow move(Record& record, ProcessRow fallback) {
    ProcessRow owner = fallback;
    if (record.correlation != Correlation::kNone) {
      const auto found = owners_.find(record.correlation);
      const bool known = found != owners_.end() && found->second != kAmbiguous;
      if (known) owner = found->second;
      if (!known) ++timeline_.defects.orphan_references;
      record.correlation = known ? keyed(owner, record.correlation) : Correlation::kNone;
    }
    if (record.stream != StreamRow::kNone) record.stream = stream_of(owner, record.stream);
    return owner;
  }

  StreamRow stream_of(ProcessRow owner, StreamRow old) {
    const auto [found, added] = moved_.emplace(std::pair(owner, old), StreamRow::kNone);
    if (added) {
      const trace::StreamInfo& s = streams_[index(old)];
      found->second = timeline_.stream(owner, s.device, s.context, s.native_id);
    }
    return found->second;
  }

  Timeline& timeline_;
  std::vector<trace::StreamInfo> streams_;  ///< as they stood before
  std::unordered_map<Correlation, ProcessRow> owners_;
  std::map<std::pair<ProcessRow, StreamRow>, StreamRow> moved_;
};

/// Drops row 0: every process's row falls by one.
void drop_unknown_process(Timeline& timeline) {
  const auto lower = [](ProcessRow& row) { row = static_cast<ProcessRow>(index(row) - 1); };
  timeline.processes.erase(timeline.processes.begin());
  for (trace::ThreadInfo& thread : timeline.threads) lower(thread.process);
  for (trace::StreamInfo& stream : timeline.streams) lower(stream.process);
}

}  // namespace

void assign_owners(Timeline& timeline) {
  const std::vector<ProcessRow> hosts = host_processes(timeline);
  if (hosts.empty() && timeline.processes.size() == 1) {
    timeline.processes.front().pid = 0;  // operations alone: their process is nowhere named
    return;
  }
  const ProcessRow first = hosts.empty() ? ProcessRow{1} : hosts.front();
  if (hosts.size() > 1) {
    SeveralProcesses(timeline).assign(first);
  } else {
    for (trace::StreamInfo& stream : timeline.streams) stream.process = first;
  }
  drop_unknown_process(timeline);
}

}  // namespace offledger::importers
