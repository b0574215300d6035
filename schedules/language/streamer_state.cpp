// SPDX-License-Identifier: Apache-2.0
//
// Streamer's bookkeeping: which slot a unit takes, which stream copies it, and the events, made when first
// used.

#include <fmt/format.h>

#include "schedules/language/streamer.hpp"

namespace offledger::language {

using plan::EventId;
using plan::SlotId;
using plan::StreamId;
using plan::UnitId;

SlotId Streamer::add_slot(std::uint32_t pool) {
  const Pool& of = layout_.pools[pool];
  const SlotId slot = builder_.slot(fmt::format("{}[{}]", of.name, pools_[pool].size()), of.slot_bytes);
  pools_[pool].push_back(slot);
  slots_.push_back({kNone, kNone, {}, pool, false});
  return slot;
}

SlotId Streamer::take_slot(UnitId unit) {
  const std::uint32_t pool = group_of(unit).pool;
  const std::vector<SlotId>& slots = pools_[pool];
  if (policy_.slots.mapping != Mapping::kDynamic)
    return slots[layout_.units[index(unit)].ordinal % slots.size()];
  for (const SlotId slot : slots) {
    SlotState& state = slots_[index(slot)];
    if (state.taken) continue;
    state.taken = true;
    return slot;
  }
  if (layout_.pools[pool].count != 0) {
    throw policy_.slots.place.error(
        fmt::format("no slot is left for {} where it is fetched: all {} of '{}' hold units that are still to "
                    "be computed. "
                    "Raise the count, or fetch less far ahead",
                    layout_.model.name_of(unit), slots.size(), layout_.pools[pool].name));
  }
  const SlotId slot = add_slot(pool);
  slots_[index(slot)].taken = true;
  return slot;
}

StreamId Streamer::copy_stream(UnitId unit, SlotId slot) const {
  const std::vector<StreamId>& streams = layout_.copy_streams;
  if (streams.empty()) return group_of(unit).compute;
  if (streams.size() == 1) return streams[0];
  std::size_t row = 0;
  switch (policy_.streams.copy_mapping) {
    case CopyMapping::kUnit: row = layout_.units[index(unit)].next_offloaded - 1; break;
    case CopyMapping::kSlot: row = index(slot); break;
    case CopyMapping::kGroup: row = layout_.model.group_row_of(unit); break;
  }
  return streams[row % streams.size()];
}

EventId Streamer::event(EventId& id, const char* what, const std::string& of) {
  if (id == kNone) {
    std::string name = what;
    name += ' ';
    name += of;
    id = builder_.event(std::move(name));
    events_.emplace_back();
  }
  return id;
}

EventId Streamer::ready_event(SlotId slot) {
  return event(slots_[index(slot)].ready, "ready", builder_.plan().slots[index(slot)].name);
}

EventId Streamer::free_event(SlotId slot) {
  return event(slots_[index(slot)].free, "free", builder_.plan().slots[index(slot)].name);
}

EventId Streamer::stream_event(std::vector<EventId>& ids, const char* what, StreamId stream) {
  return event(ids[index(stream)], what, layout_.streams[index(stream)].name);
}

void Streamer::record(EventId event, StreamId stream) {
  events_[index(event)].stream = stream;
  events_[index(event)].recorded = true;
  builder_.op(plan::Record{event, stream});
}

void Streamer::stream_wait(StreamId stream, EventId event) {
  note_wait(event);
  builder_.op(plan::StreamWait{stream, event});
}

void Streamer::host_wait(EventId event) {
  note_wait(event);
  builder_.op(plan::HostWait{event});
}

void Streamer::note_wait(EventId event) {
  EventUse& use = events_[index(event)];
  if (!use.recorded) use.waited_first = true;
}

}  // namespace offledger::language
