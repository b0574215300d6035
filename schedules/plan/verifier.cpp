// SPDX-License-Identifier: Apache-2.0

#include "schedules/plan/verifier.hpp"

#include <algorithm>

namespace offledger::plan {

Verifier::Verifier(const Plan& plan)
    : plan_(plan),
      order_(plan.streams.size(), plan.events.size()),
      slots_(plan.slots.size()),
      copied_on_(plan.model.unit_count()),
      lost_(plan.model.unit_count()),
      stray_(plan.model.unit_count()),
      allocates_(plan.slots.size()) {
  for (const auto* ops : {&plan.prologue, &plan.body, &plan.epilogue}) {
    for (const Op& op : *ops) {
      if (const auto* alloc = std::get_if<Alloc>(&op)) allocates_[index(alloc->slot)] = true;
    }
  }
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if (!allocates_[slot]) bytes_ += plan.slots[slot].bytes;
  }
  peak_bytes_ = bytes_;
}

void Verifier::play(const std::vector<Op>& ops, std::uint32_t first_op, std::uint32_t step) {
  op_ = first_op;
  step_ = step;
  for (const Op& op : ops) {
    if (!std::holds_alternative<Record>(op)) just_copied_.reset();
    std::visit(*this, op);
    ++op_;
  }
}

void Verifier::find(Finding finding) {
  if (seen_.emplace(finding.kind, finding.first, finding.second).second) findings_.push_back(finding);
}

void Verifier::find_race(HazardKind kind, const Access& first, UnitId unit, SlotId slot) {
  Finding finding{kind, first.op, first.step, op_, step_, unit, slot};
  finding.race = true;
  find(finding);
}

void Verifier::operator()(const Alloc& op) {
  SlotContents& slot = slots_[index(op.slot)];
  if (slot.allocated) {
    find({HazardKind::kLeak, slot.allocated_by, slot.allocated_step, op_, step_, {}, op.slot});
  } else {
    bytes_ += plan_.slots[index(op.slot)].bytes;
    peak_bytes_ = std::max(peak_bytes_, bytes_);
  }
  slot.allocated = true;
  slot.allocated_by = op_;
  slot.allocated_step = step_;
  if (plan_.device_budget_bytes == 0 || bytes_ <= plan_.device_budget_bytes) return;
  Finding finding{HazardKind::kOverBudget, op_, step_, op_, step_, {}, op.slot};
  finding.bytes = bytes_;
  find(finding);
}

void Verifier::operator()(const Free& op) {
  SlotContents& slot = slots_[index(op.slot)];
  if (slot.allocated) bytes_ -= plan_.slots[index(op.slot)].bytes;
  slot.allocated = false;
  release(slot, [](const Written&) { return true; });
}

/// What `gone` picks holds nothing from here on.
template <typename Gone>
void Verifier::release(SlotContents& slot, Gone gone) {
  slot.released_by = op_;
  slot.released_step = step_;
  for (auto& [offset, written] : slot.written) written.released = written.released || gone(written);
}

void Verifier::operator()(const Copy& op) {
  if (op.bytes == 0) return;
  if (op.direction == Direction::kD2H) {
    check_contents(op.unit, op.slot, op.stream, op.offset, op.offset + op.bytes);
    read({op.unit, op.offset + op.bytes, order_.enqueue(op.stream, op_, step_)}, op.slot);
    return;
  }
  SlotContents& slot = slots_[index(op.slot)];
  check_readers(op, slot);
  const Written by{op.unit, op.bytes, {}};
  slot.overwrite(op.offset, by, [&](const Written& old) {
    if (!old.unread) return;  // ordered through its reader
    if (!order_.over(old.copy, op.stream)) find_race(HazardKind::kSlotOverwrite, old.copy, op.unit, op.slot);
    if (old.unit != op.unit && !old.released) lost_[index(old.unit)] = {op.slot, op_, step_};
  });
  slot.written[op.offset].copy = order_.enqueue(op.stream, op_, step_);
  slot.copied_since_read = true;
  lost_[index(op.unit)] = {};
  copied_on_[index(op.unit)] = op.stream;
  stray_[index(op.unit)].reset();
  just_copied_ = op.unit;
}

/// A copy into a slot is behind what read the bytes it writes.
void Verifier::check_readers(const Copy& op, const SlotContents& slot) {
  for (const Reader& reader : slot.readers) {
    if (op.offset >= reader.bytes || order_.over(reader.compute, op.stream)) continue;
    find_race(HazardKind::kSlotOverwrite, reader.compute, reader.unit, op.slot);
  }
}

void Verifier::check_event(EventId event) {
  if (!order_.recorded(event)) find({HazardKind::kMissingWait, op_, step_, op_, step_});
}

void Verifier::operator()(const Record& op) {
  order_.record(op.event, op.stream);
  if (just_copied_ && op.stream != copied_on_[index(*just_copied_)]) stray_[index(*just_copied_)] = op.stream;
  just_copied_.reset();
}

void Verifier::operator()(const StreamWait& op) {
  check_event(op.event);
  order_.stream_wait(op.stream, op.event);
}

void Verifier::operator()(const HostWait& op) {
  check_event(op.event);
  order_.host_wait(op.event);
}

void Verifier::operator()(const Compute& op) {
  if (last_compute_ && !order_.over(*last_compute_, op.stream)) {
    find_race(HazardKind::kMissingWait, *last_compute_, op.unit, op.slot);
  }
  const std::uint64_t bytes = plan_.model.group_of(op.unit).bytes();
  if (op.slot != kResident) check_contents(op.unit, op.slot, op.stream, 0, bytes);
  last_compute_ = order_.enqueue(op.stream, op_, step_);
  if (op.slot != kResident) read({op.unit, bytes, *last_compute_}, op.slot);
}

void Verifier::read(const Reader& reader, SlotId id) {
  SlotContents& slot = slots_[index(id)];
  if (slot.copied_since_read) slot.readers.clear();
  slot.copied_since_read = false;
  slot.readers.push_back(reader);
  for (auto at = slot.written.begin(); at != slot.written.end() && at->first < reader.bytes; ++at) {
    at->second.unread = false;
  }
}

/// Every byte of [begin, end) is there, is the unit's, and is there in time.
void Verifier::check_contents(UnitId unit, SlotId id, StreamId reader, std::uint64_t begin,
                              std::uint64_t end) {
  const SlotContents& slot = slots_[index(id)];
  const Lost& lost = lost_[index(unit)];
  const auto fail = [&](HazardKind kind, std::uint32_t first, std::uint32_t first_step) {
    find({kind, first, first_step, op_, step_, unit, id});
  };
  std::uint64_t there = begin;
  for (auto at = slot.written.begin(); at != slot.written.end() && at->first < end; ++at) {
    const Written& written = at->second;
    if (at->first + written.bytes <= begin) continue;
    if (at->first > there) break;
    there = at->first + written.bytes;
    if (written.unit != unit && lost.slot == id) {
      fail(HazardKind::kSlotOverwrite, lost.op, lost.step);
    } else if (written.released) {
      fail(HazardKind::kReadBeforeCopy, slot.released_by, slot.released_step);
    } else if (written.unit != unit) {
      fail(HazardKind::kWrongUnit, written.copy.op, written.copy.step);
    } else if (!order_.over(written.copy, reader)) {
      find_unordered(written.copy, reader, unit, id);
    }
  }
  if (there < end) fail(HazardKind::kReadBeforeCopy, op_, step_);
}

void Verifier::find_unordered(const Access& copy, StreamId reader, UnitId unit, SlotId slot) {
  Finding finding{HazardKind::kMissingWait, copy.op, copy.step, op_, step_, unit, slot};
  finding.race = true;
  finding.misplaced_record = stray_[index(unit)].has_value();
  if (finding.misplaced_record) finding.elsewhere = *stray_[index(unit)];
  if (finding.misplaced_record || order_.awaited_elsewhere(copy, reader, finding.elsewhere)) {
    finding.kind = HazardKind::kWrongStreamWait;
  }
  find(finding);
}

void Verifier::operator()(const Release& op) {
  SlotContents& slot = slots_[index(op.slot)];
  if (slot.readers.empty() || slot.copied_since_read || slot.readers.back().unit != op.reader) {
    find({HazardKind::kWrongUnit, op_, step_, op_, step_, op.reader, op.slot});
  }
  release(slot, [&](const Written& written) { return written.unit == op.reader; });
}

void Verifier::finish() {
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    if (!slots_[slot].allocated) continue;
    const std::uint32_t op = slots_[slot].allocated_by;
    find({HazardKind::kLeak,
          op,
          slots_[slot].allocated_step,
          op,
          slots_[slot].allocated_step,
          {},
          SlotId{slot}});
  }
}

std::vector<std::uint32_t> Verifier::state() const {
  std::vector<std::vector<std::uint32_t>> live(plan_.streams.size());
  std::vector<std::uint32_t> state;
  const auto add_access = [&](const Access& access) {
    live[index(access.stream)].push_back(access.position);
    state.insert(state.end(), {access.op, static_cast<std::uint32_t>(access.stream)});
  };
  if (last_compute_) add_access(*last_compute_);
  for (const SlotContents& slot : slots_) {
    state.insert(state.end(),
                 {slot.allocated ? 1U : 0U, slot.allocated_by, slot.copied_since_read ? 1U : 0U});
    for (const auto& [offset, written] : slot.written) {
      add_access(written.copy);
      const std::uint32_t flags = (written.released ? 2U : 0U) | (written.unread ? 1U : 0U);
      state.insert(state.end(), {static_cast<std::uint32_t>(written.unit), static_cast<std::uint32_t>(offset),
                                 static_cast<std::uint32_t>(offset >> 32), flags});
    }
    for (const Reader& reader : slot.readers) add_access(reader.compute);
  }
  for (const Lost& lost : lost_) state.insert(state.end(), {static_cast<std::uint32_t>(lost.slot), lost.op});
  for (auto& positions : live) std::sort(positions.begin(), positions.end());
  order_.append_ranks(live, state);
  return state;
}

}  // namespace offledger::plan
