// SPDX-License-Identifier: Apache-2.0
#include "collectors/trace/timeline.hpp"

#include <algorithm>
#include <utility>

namespace offledger::trace {
namespace {

/// The row that `same` finds, or a new one made by `make`.
template <typename Row, typename Info, typename Same, typename Make>
Row find_or_add(std::vector<Info>& rows, Same same, Make make) {
  const auto found = std::find_if(rows.begin(), rows.end(), same);
  const auto row = static_cast<Row>(found - rows.begin());
  if (found == rows.end()) rows.push_back(make());
  return row;
}

/// A name that came late still counts; a second one does not.
void name_if_unnamed(Timeline& timeline, StringId& name, std::string_view text) {
  if (name == StringId::kEmpty && !text.empty()) name = timeline.intern(text);
}

}  // namespace

StringId Timeline::intern(std::string_view text) {
  if (text.empty()) return StringId::kEmpty;
  const auto id = static_cast<StringId>(ids_.find_or_add(text, strings_));
  // `text` may stand in a string that moves when the list grows: copied first.
  if (index(id) == strings_.size()) strings_.push_back(std::string(text));
  return id;
}

ProcessRow Timeline::process(std::uint32_t pid, std::string_view name) {
  const auto row = find_or_add<ProcessRow>(
      processes, [&](const ProcessInfo& p) { return p.pid == pid; },
      [&] {
        return ProcessInfo{pid, {}};
      });
  name_if_unnamed(*this, processes[index(row)].name, name);
  return row;
}

ThreadRow Timeline::thread(ProcessRow process, std::uint64_t tid, std::string_view name) {
  const auto row = find_or_add<ThreadRow>(
      threads, [&](const ThreadInfo& t) { return t.process == process && t.tid == tid; },
      [&] {
        return ThreadInfo{process, tid, {}};
      });
  name_if_unnamed(*this, threads[index(row)].name, name);
  return row;
}

StreamRow Timeline::stream(ProcessRow process, DeviceId device, std::uint32_t context,
                           std::uint64_t native_id, std::string_view name) {
  const auto row = find_or_add<StreamRow>(
      streams,
      [&](const StreamInfo& s) {
        return s.process == process && s.device == device && s.context == context && s.native_id == native_id;
      },
      [&] {
        return StreamInfo{process, device, context, native_id, {}};
      });
  name_if_unnamed(*this, streams[index(row)].name, name);
  return row;
}

void Timeline::device(DeviceId id, std::string_view name) {
  const auto found =
      std::find_if(devices.begin(), devices.end(), [&](const DeviceInfo& d) { return d.id == id; });
  if (found == devices.end()) {
    const StringId text = intern(name);
    devices.push_back(DeviceInfo{id, text});
  } else {
    name_if_unnamed(*this, found->name, name);
  }
}

void Timeline::note(std::string_view id, std::string_view text, bool disqualifies) {
  const StringId name = intern(id);
  notes.push_back({name, intern(text), disqualifies});
}

void Timeline::clear_records() {
  kernels.clear();
  copies.clear();
  memsets.clear();
  calls.clear();
  syncs.clear();
  event_records.clear();
  ranges.clear();
  overheads.clear();
  counter_values.clear();
  notes.clear();
}

}  // namespace offledger::trace
