// SPDX-License-Identifier: Apache-2.0
#include "collectors/trace/merge.hpp"

#include <algorithm>

#include "collectors/trace/columns.hpp"

namespace offledger::trace {
namespace {

/// Where the rows of `part` stand in `into`.
struct RowMap {
  std::vector<StringId> strings;
  std::vector<ProcessRow> processes;
  std::vector<ThreadRow> threads;
  std::vector<StreamRow> streams;
  std::vector<CounterRow> counters;
  std::uint32_t samples = 0;  ///< rows that `into` has before

  void move(StringId& id) const { id = strings[index(id)]; }
  void move(ProcessRow& row) const { row = processes[index(row)]; }
  void move(ThreadRow& row) const {
    if (row != ThreadRow::kNone) row = threads[index(row)];
  }
  void move(StreamRow& row) const {
    if (row != StreamRow::kNone) row = streams[index(row)];
  }
  void move(CounterRow& row) const { row = counters[index(row)]; }
  void move(SampleRow& row) const { row = SampleRow{samples + static_cast<std::uint32_t>(row)}; }
  template <typename Other>
  void move(Other&) const {}
};

/// Values are quanta of their own counter, so counters that differ in it stay apart.
CounterRow counter_row(Timeline& into, const Counter& counter) {
  const auto found = std::find(into.counters.begin(), into.counters.end(), counter);
  const auto row = static_cast<CounterRow>(found - into.counters.begin());
  if (found == into.counters.end()) into.counters.push_back(counter);
  return row;
}

RowMap map_tables(Timeline& into, const Timeline& part) {
  RowMap map;
  for (const std::string& text : part.strings()) map.strings.push_back(into.intern(text));
  for (const DeviceInfo& d : part.devices) into.device(d.id, part.text(d.name));
  for (const ProcessInfo& p : part.processes) map.processes.push_back(into.process(p.pid, part.text(p.name)));
  for (const ThreadInfo& t : part.threads) {
    map.threads.push_back(into.thread(map.processes[index(t.process)], t.tid, part.text(t.name)));
  }
  for (const StreamInfo& s : part.streams) {
    map.streams.push_back(
        into.stream(map.processes[index(s.process)], s.device, s.context, s.native_id, part.text(s.name)));
  }
  for (Counter counter : part.counters) {
    map.move(counter.role);
    map.move(counter.metric);
    map.counters.push_back(counter_row(into, counter));
  }
  map.samples = static_cast<std::uint32_t>(into.samples.size());
  return map;
}

template <typename Record>
void append_rows(std::vector<Record>& into, const std::vector<Record>& part, const RowMap& map) {
  const std::size_t first = into.size();
  into.insert(into.end(), part.begin(), part.end());
  for (std::size_t row = first; row < into.size(); ++row) {
    std::apply([&](const auto&... column) { (map.move(into[row].*column.member), ...); },
               ColumnsOf<Record>::list);
  }
}

void add(Defects& into, const Defects& part) {
  std::apply([&](const auto&... column) { ((into.*column.member += part.*column.member), ...); },
             ColumnsOf<Defects>::list);
}

}  // namespace

void merge(Timeline& into, const Timeline& part) {
  const RowMap map = map_tables(into, part);
  append_rows(into.kernels, part.kernels, map);
  append_rows(into.copies, part.copies, map);
  append_rows(into.memsets, part.memsets, map);
  append_rows(into.calls, part.calls, map);
  append_rows(into.syncs, part.syncs, map);
  append_rows(into.event_records, part.event_records, map);
  append_rows(into.ranges, part.ranges, map);
  append_rows(into.overheads, part.overheads, map);
  append_rows(into.samples, part.samples, map);
  append_rows(into.counter_values, part.counter_values, map);
  append_rows(into.notes, part.notes, map);
  add(into.defects, part.defects);
  into.source.complete = into.source.complete && part.source.complete;
}

}  // namespace offledger::trace
