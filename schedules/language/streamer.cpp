// SPDX-License-Identifier: Apache-2.0

#include "schedules/language/streamer.hpp"

#include <fmt/format.h>

namespace offledger::language {

using plan::EventId;
using plan::SlotId;
using plan::StreamId;
using plan::UnitId;

Streamer::Streamer(const Policy& policy, const Layout& layout, plan::Builder& builder, const Border& start)
    : policy_(policy),
      layout_(layout),
      builder_(builder),
      start_(start),
      records_ready_(policy.ready.mode == ReadyMode::kHostEvent ||
                     policy.ready.mode == ReadyMode::kStreamEvent || policy.copy.in_flight > 0),
      records_free_(policy.release.mode == ReleaseMode::kLastReaderEvent ||
                    policy.release.mode == ReleaseMode::kHostSync),
      held_(layout.units.size()),
      slot_of_(layout.units.size()),
      pools_(layout.pools.size()),
      chain_(layout.streams.size(), kNone),
      tail_(layout.streams.size(), kNone),
      fence_(layout.streams.size(), kNone),
      recent_(start.recent),
      current_(layout.groups.back().compute) {
  for (const plan::StreamInfo& stream : layout.streams)
    builder_.stream(stream.name, stream.kind, stream.priority);
  if (start.pool_of.empty()) {
    for (std::uint32_t pool = 0; pool < layout.pools.size(); ++pool) {
      for (std::uint32_t i = 0; i < layout.pools[pool].count; ++i) add_slot(pool);
    }
  }
  for (const std::uint32_t pool : start.pool_of) add_slot(pool);
  for (const Border::Held& held : start.head) {
    held_[index(held.unit)] = 1;
    slot_of_[index(held.unit)] = held.slot;
    slots_[index(held.slot)].taken = true;
    slots_[index(held.slot)].copied_on = copy_stream(held.unit, held.slot);
  }
}

void Streamer::fetch(UnitId unit, bool fenced, bool wrapped) {
  const SlotId slot = take_slot(unit);
  const StreamId stream = copy_stream(unit, slot);
  held_[index(unit)] = 1;
  slot_of_[index(unit)] = slot;
  slots_[index(slot)].copied_on = stream;
  if (wrapped) head_.push_back({unit, slot});
  bound_in_flight(slot);
  if (fenced) fence(stream);
  if (policy_.slots.allocate) builder_.op(plan::Alloc{slot});
  protect(slot, stream);
  copy(unit, slot, stream);
}

void Streamer::copy(UnitId unit, SlotId slot, StreamId stream) {
  const GroupLayout& group = group_of(unit);
  if (policy_.source == plan::Source::kPinnedOnTheFly) builder_.op(plan::Pin{group.bytes});
  for (const Piece& piece : group.pieces) {
    if (policy_.host.copy > Nanos{0}) builder_.op(plan::HostWork{policy_.host.copy});
    builder_.op(plan::Copy{unit, piece.tensor, piece.offset, piece.bytes, slot, stream, plan::Direction::kH2D,
                           policy_.source});
  }
  if (records_ready_) record(ready_event(slot), stream);
}

void Streamer::make_ready(UnitId unit, ReadyMode mode) {
  if (!layout_.units[index(unit)].offloaded) return;
  const GroupLayout& group = group_of(unit);
  if (group.ready_cost > Nanos{0}) builder_.op(plan::HostWork{group.ready_cost});
  if (!held(unit)) fetch(unit, false, false);
  const SlotId slot = slot_of_[index(unit)];
  const StreamId copied_on = slots_[index(slot)].copied_on;
  switch (mode) {
    case ReadyMode::kHostEvent: host_wait(ready_event(slot)); break;
    case ReadyMode::kStreamEvent: stream_wait(group.waiter, ready_event(slot)); break;
    case ReadyMode::kWaitStream: {
      const EventId tail = stream_event(tail_, "tail", copied_on);
      record(tail, copied_on);
      stream_wait(group.waiter, tail);
      break;
    }
    case ReadyMode::kStreamSync: builder_.op(plan::StreamSync{copied_on}); break;
    case ReadyMode::kDeviceSync: builder_.op(plan::DeviceSync{}); break;
    case ReadyMode::kNone: break;
  }
}

void Streamer::chain(UnitId unit) {
  const StreamId stream = group_of(unit).compute;
  if (stream != current_) stream_wait(stream, stream_event(chain_, "done", current_));
  current_ = stream;
}

void Streamer::compute(UnitId unit) {
  const GroupLayout& group = group_of(unit);
  const bool offloaded = layout_.units[index(unit)].offloaded;
  if (policy_.host.compute > Nanos{0}) builder_.op(plan::HostWork{policy_.host.compute});
  builder_.op(plan::Compute{unit, group.compute, offloaded ? slot_of_[index(unit)] : plan::kResident});
  if (group.chains) record(stream_event(chain_, "done", group.compute), group.compute);
  if (offloaded) release(unit);
}

void Streamer::release(UnitId unit) {
  const SlotId slot = slot_of_[index(unit)];
  if (records_free_) record(free_event(slot), group_of(unit).compute);
  builder_.op(plan::Release{slot, unit});
  if (policy_.release.at_release) host_wait(free_event(slot));
  if (policy_.slots.allocate) builder_.op(plan::Free{slot});
  held_[index(unit)] = 0;
  slots_[index(slot)].taken = false;
}

/// The host lets `in_flight` fetches be under way: before one more it waits for the oldest of them.
void Streamer::bound_in_flight(SlotId slot) {
  const std::size_t most = policy_.copy.in_flight;
  if (most == 0) return;
  if (recent_.size() == most) {
    host_wait(ready_event(recent_.front()));
    recent_.erase(recent_.begin());
  }
  recent_.push_back(slot);
}

void Streamer::fence(StreamId stream) {
  if (!fence_recorded_) {
    for (const StreamId compute : layout_.compute_streams)
      record(stream_event(fence_, "fence", compute), compute);
    fence_recorded_ = true;
    fenced_ = 0;
  }
  const std::uint32_t bit = 1U << index(stream);
  if ((fenced_ & bit) != 0) return;
  for (const StreamId compute : layout_.compute_streams)
    stream_wait(stream, stream_event(fence_, "fence", compute));
  fenced_ |= bit;
}

/// Holds the copy back until the slot's last reader has read it.
void Streamer::protect(SlotId slot, StreamId stream) {
  switch (policy_.release.mode) {
    case ReleaseMode::kLastReaderEvent: stream_wait(stream, free_event(slot)); break;
    case ReleaseMode::kWaitStream: {
      if (stream == current_) break;
      const EventId tail = stream_event(tail_, "tail", current_);
      record(tail, current_);
      stream_wait(stream, tail);
      break;
    }
    case ReleaseMode::kHostSync:
      if (!policy_.release.at_release) host_wait(free_event(slot));
      break;
    case ReleaseMode::kNone: break;
  }
}

Border Streamer::end() const {
  Border border{head_, recent_, {}};
  for (const SlotState& slot : slots_) border.pool_of.push_back(slot.pool);
  return border;
}

void Streamer::finish() {
  builder_.to(plan::Section::kPrologue);
  std::vector<bool> fetched(events_.size());
  if (records_ready_) {
    for (const Border::Held& held : start_.head) fetched[index(ready_event(held.slot))] = true;
  }
  for (std::uint32_t id = 0; id < fetched.size(); ++id) {
    const EventUse& use = events_[id];
    if (use.waited_first && use.recorded && !fetched[id]) builder_.op(plan::Record{EventId{id}, use.stream});
  }
  for (std::size_t i = 0; i < start_.head.size(); ++i) {
    const auto& [unit, slot] = start_.head[i];
    const std::size_t most = policy_.copy.in_flight;
    if (most > 0 && i >= most) builder_.op(plan::HostWait{ready_event(start_.head[i - most].slot)});
    if (policy_.slots.allocate) builder_.op(plan::Alloc{slot});
    copy(unit, slot, copy_stream(unit, slot));
  }
  builder_.to(plan::Section::kEpilogue);
  builder_.op(plan::DeviceSync{});
  if (!policy_.slots.allocate) return;
  for (const Border::Held& held : start_.head) builder_.op(plan::Free{held.slot});
}

}  // namespace offledger::language
