// SPDX-License-Identifier: Apache-2.0
#include "collectors/trace/merge.hpp"

#include "collectors/trace/columns.hpp"

namespace offledger::trace {
namespace {

/// Where the rows of `part` stand in `into`.
struct RowMap {
  std::vector<StringId> strings;
  std::vector<ProcessRow> processes;
  std::vector<ThreadRow> threads;
  std::vector<StreamRow> streams;

  void move(StringId& id) const { id = strings[index(id)]; }
  void move(ProcessRow& row) const { row = processes[index(row)]; }
  void move(ThreadRow& row) const {
    if (row != ThreadRow::kNone) row = threads[index(row)];
  }
  void move(StreamRow& row) const {
    if (row != StreamRow::kNone) row = streams[index(row)];
  }
  template <typename Other>
  void move(Other&) const {}
};

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
  add(into.defects, part.defects);
  into.source.complete = into.source.complete && part.source.complete;
}

}  // namespace offledger::trace
