// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/reasons.hpp"

#include <algorithm>
#include <unordered_map>

namespace offledger::analysis {
namespace {

/// Longer chains of waits than this are damaged data.
constexpr int kDeepest = 48;

Via first(Via known, Via next) noexcept {
  return known == Via::kNone ? next : known;
}

Reason dependency(Sub sub) noexcept {
  Reason reason;
  reason.cause = Cause::kDependencyWait;
  reason.sub = sub;
  return reason;
}

Reason transfer(Sub sub, OpRow culprit) noexcept {
  Reason reason;
  reason.cause = Cause::kTransferWait;
  reason.sub = sub;
  reason.culprit = culprit;
  return reason;
}

Reason starved(Sub sub) noexcept {
  Reason reason;
  reason.cause = Cause::kLaunchStarved;
  reason.sub = sub;
  return reason;
}

}  // namespace

/// The constraint of an op that is met last, if one is not yet met.
struct Reasons::Held {
  enum class By : std::uint8_t { kNothing, kLaunch, kStream, kEvent } by = By::kNothing;
  OpRow last = kNoRow32;  ///< the op whose end meets it
  Nanos until{};
};

Reasons::Reasons(const BlameInput& input) : in_(&input), ops_(&input.links.ops.ops()) {
  for_each_op(input.links, input.device, [&](OpRow row, const GpuOp& op) {
    if (op.activity == Activity::kH2D) copies_.push_back(row);
  });
  std::sort(copies_.begin(), copies_.end(), [&](OpRow a, OpRow b) {
    return (*ops_)[a].begin != (*ops_)[b].begin ? (*ops_)[a].begin < (*ops_)[b].begin : a < b;
  });
  Nanos end = Nanos::min();
  for (const OpRow copy : copies_) {
    end = std::max(end, (*ops_)[copy].end);
    copies_end_.push_back(end);
  }
  find_slot_readers();
}

void Reasons::find_slot_readers() {
  std::vector<OpRow> users;
  for_each_op(in_->links, in_->device, [&](OpRow row, const GpuOp& op) {
    if (op.slot >= 0 && (op.kind == OpKind::kKernel || op.activity == Activity::kH2D)) users.push_back(row);
  });
  if (users.empty()) return;
  std::stable_sort(users.begin(), users.end(), [&](OpRow a, OpRow b) {
    return in_->links.issued((*ops_)[a]) < in_->links.issued((*ops_)[b]);
  });
  slot_reader_.assign(ops_->size(), kNoRow32);
  std::unordered_map<std::int32_t, OpRow> readers;
  for (const OpRow row : users) {
    const GpuOp& op = (*ops_)[row];
    if (op.kind == OpKind::kKernel) {
      readers[op.slot] = row;
    } else if (const auto reader = readers.find(op.slot); reader != readers.end()) {
      slot_reader_[row] = reader->second;
    }
  }
}

/// Whether a copy could have had its slot. Where ranges do not name slots: of two events of one stream that
/// it waits for, the earlier is taken for the slot's last reader.
bool Reasons::slot_is_free(OpRow copy, OpRow held_by, Nanos time) const {
  if (!slot_reader_.empty() && (*ops_)[copy].slot >= 0) {
    return slot_reader_[copy] == kNoRow32 || (*ops_)[slot_reader_[copy]].end <= time;
  }
  OpRow earliest = kNoRow32;
  for (const OpRow producer : in_->graph.event_producers(copy)) {
    if ((*ops_)[producer].stream == (*ops_)[held_by].stream) earliest = std::min(earliest, producer);
  }
  return earliest != kNoRow32 && earliest < held_by && (*ops_)[earliest].end <= time;
}

Reason Reasons::why_not(OpRow op, Nanos time) const {
  Reason reason = walk(op, {op, time, Via::kNone, 0});
  reason.until = std::min(reason.until, (*ops_)[op].begin);
  if (reason.until <= time) reason.until = (*ops_)[op].begin;  // a zero-length answer would not advance
  return reason;
}

Reasons::Held Reasons::held_by(OpRow op, Nanos time) const {
  Held held;
  held.until = time;
  const auto consider = [&](Held::By by, OpRow last, Nanos met) {
    // An op that ends after this one begins cannot have held it.
    if (met <= held.until || met > (*ops_)[op].begin) return;
    held = {by, last, met};
  };
  consider(Held::By::kLaunch, op, in_->host.submitted((*ops_)[op]));
  if (const OpRow previous = in_->graph.before(op); previous != kNoRow32) {
    consider(Held::By::kStream, previous, (*ops_)[previous].end);
  }
  for (const OpRow producer : in_->graph.event_producers(op)) {
    consider(Held::By::kEvent, producer, (*ops_)[producer].end);
  }
  return held;
}

Reason Reasons::walk(OpRow op, Walk at) const {
  Reason unknown;
  unknown.via = at.via;
  if (++at.depth > kDeepest) return unknown;
  const Held held = held_by(op, at.time);
  Reason reason;
  switch (held.by) {
    case Held::By::kNothing: return free_to_run(op, at);
    case Held::By::kLaunch: reason = not_issued(op, at); break;
    case Held::By::kStream:
      at.via = first(at.via, Via::kStreamOrder);
      reason = waiting_for(held.last, op, false, at);
      break;
    case Held::By::kEvent:
      at.via = first(at.via, Via::kEvent);
      reason = waiting_for(held.last, op, true, at);
      break;
  }
  reason.until = std::min(reason.until, held.until);
  return reason;
}

Reason Reasons::waiting_for(OpRow last, OpRow waiter, bool by_event, Walk at) const {
  const OpRow head = in_->graph.head(last, at.time);
  if (head == kNoRow32) return {};
  if ((*ops_)[head].begin <= at.time) return running(head, waiter, by_event, at);
  Reason reason = walk(head, at);
  reason.until = std::min(reason.until, (*ops_)[head].begin);
  return reason;
}

Reason Reasons::running(OpRow op, OpRow waiter, bool by_event, Walk at) const {
  const GpuOp& runs = (*ops_)[op];
  Reason reason;
  switch (runs.activity) {
    case Activity::kH2D:
      reason = transfer(needed_later(op, at.kernel) ? Sub::kHeadOfLine : Sub::kLinkBound, op);
      break;
    case Activity::kD2H: reason = dependency(Sub::kD2H); break;
    case Activity::kD2D: reason = dependency(Sub::kD2D); break;
    case Activity::kCollective: reason = dependency(Sub::kCollective); break;
    case Activity::kCompute:
      reason = dependency(runs.kind == OpKind::kMemset ? Sub::kMemset : Sub::kKernel);
      break;
  }
  if (reason.culprit == kNoRow32) reason.culprit = op;
  // A copy behind kernels: its slot is being read, or its own stream computes.
  if (waiter != kNoRow32 && (*ops_)[waiter].activity == Activity::kH2D && runs.activity != Activity::kH2D) {
    const bool fenced = by_event && slot_is_free(waiter, op, at.time);
    reason = transfer(fenced ? Sub::kFenced : by_event ? Sub::kSlotWait : Sub::kBehindCompute, waiter);
  }
  reason.via = at.via;
  reason.until = runs.end;
  return reason;
}

Reason Reasons::free_to_run(OpRow op, Walk at) const {
  const GpuOp& next = (*ops_)[op];
  Reason reason;
  reason.until = next.begin;
  reason.via = at.via;
  const trace::HostCall* call = in_->links.call_of(next);
  if (next.activity == Activity::kH2D) {
    const OpRow busy = on_link(at.time, reason.until);
    if (busy != kNoRow32) {
      Reason behind = running(busy, op, false, at);
      behind.until = std::min(behind.until, reason.until);
      return behind;
    }
    const bool staging = in_->links.pageable(next) && call != nullptr && at.time < call->end;
    const Nanos until = staging ? std::min(reason.until, call->end) : reason.until;
    reason = transfer(staging ? Sub::kStaging : Sub::kCopyLatency, op);
    reason.host_blocked = staging;
    reason.via = at.via;
    reason.until = until;
    return reason;
  }
  if (call == nullptr || in_->graph.waits_unresolved(op)) return reason;  // unknown
  const HostThreads::At host = in_->host.at(static_cast<std::uint32_t>(call->thread), at.time);
  reason.cause = host.profiler ? Cause::kProfiler : Cause::kLaunchLatency;
  reason.until = std::min(reason.until, host.until);
  return reason;
}

/// The host had not handed the op over. If it is a copy that a kernel waits for, and the host was free to
/// issue it, the copy is late.
Reason Reasons::not_issued(OpRow op, Walk at) const {
  Reason reason = host_doing(op, at);
  const bool copy = (*ops_)[op].activity == Activity::kH2D;
  const bool idle_host =
      reason.cause == Cause::kLaunchStarved && reason.sub != Sub::kAllocation && reason.sub != Sub::kPinning;
  if (!copy || !idle_host) return reason;
  const std::uint32_t call = reason.call;
  Nanos until = reason.until;
  const OpRow busy = on_link(at.time, until);
  Reason late = busy == kNoRow32 ? transfer(Sub::kLateIssue, op) : running(busy, op, false, at);
  late.call = call;
  late.via = at.via;
  late.until = std::min(late.until, until);
  return late;
}

Reason Reasons::host_doing(OpRow op, Walk at) const {
  const trace::HostCall* launch = in_->links.call_of((*ops_)[op]);
  if (launch == nullptr) return {};
  const HostThreads::At host = in_->host.at(static_cast<std::uint32_t>(launch->thread), at.time);
  Reason reason;
  if (host.queue_full && host.call != kNoRow32) {
    reason = queue_full(op, host.call, at);
  } else if (host.profiler) {
    reason.cause = Cause::kProfiler;
  } else if (host.call != kNoRow32) {
    reason = host_in_call(op, host.call, at);
  } else {
    reason = starved(host.host_work ? Sub::kHostWork : Sub::kOutsideCuda);
  }
  if (reason.via == Via::kNone) reason.via = at.via;
  if (reason.call == kNoRow32) reason.call = host.call;
  reason.until = std::min(reason.until, host.until);
  return reason;
}

Reason Reasons::host_in_call(OpRow op, std::uint32_t call, Walk at) const {
  const trace::HostCall& made = in_->links.timeline.calls[call];
  switch (in_->links.class_of(made)) {
    case CallClass::kPinning: return starved(Sub::kPinning);
    case CallClass::kAllocation: {
      Reason reason = host_waiting(call, at);
      return reason.cause == Cause::kUnknown ? starved(Sub::kAllocation) : reason;
    }
    case CallClass::kSync: {
      Reason reason = host_waiting(call, at);
      return reason.cause == Cause::kUnknown ? starved(Sub::kApiCalls) : reason;
    }
    case CallClass::kSyncCopy:
    case CallClass::kAsyncCopy: {
      const OpRow own = in_->graph.enqueued_by(call);
      const bool blocks =
          own != kNoRow32 && own != op &&
          (in_->links.class_of(made) == CallClass::kSyncCopy || in_->links.pageable((*ops_)[own]));
      if (!blocks) return starved(Sub::kApiCalls);
      at.via = first(at.via, Via::kHostBlock);
      Reason reason = waiting_for(own, kNoRow32, false, at);
      if (reason.cause == Cause::kUnknown) return starved(Sub::kApiCalls);
      reason.host_blocked = true;
      reason.call = call;
      return reason;
    }
    default: return starved(Sub::kApiCalls);
  }
}

/// The host stands in a call that waits for device work: blame what it awaits, recursively.
Reason Reasons::host_waiting(std::uint32_t call, Walk at) const {
  OpRow latest = kNoRow32;
  for (const OpRow awaited : in_->graph.awaited(call)) {
    if ((*ops_)[awaited].end <= at.time) continue;
    if (latest == kNoRow32 || (*ops_)[awaited].end > (*ops_)[latest].end) latest = awaited;
  }
  if (latest == kNoRow32) return {};
  at.via = first(at.via, Via::kHostBlock);
  Reason reason = waiting_for(latest, kNoRow32, true, at);
  reason.host_blocked = true;
  reason.call = call;
  return reason;
}

/// The host stands in a launch because the queue is full: blame what the queue stands behind.
Reason Reasons::queue_full(OpRow op, std::uint32_t call, Walk at) const {
  const OpRow own = in_->graph.enqueued_by(call);
  const OpRow behind = in_->graph.before(own == kNoRow32 ? op : own);
  at.via = first(at.via, Via::kBackPressure);
  Reason reason = behind == kNoRow32 ? Reason{} : waiting_for(behind, kNoRow32, false, at);
  if (reason.cause == Cause::kUnknown) {
    const OpRow busy = on_link(at.time, reason.until);
    if (busy != kNoRow32) reason = running(busy, kNoRow32, false, at);
  }
  reason.via = at.via;
  reason.host_blocked = true;
  reason.call = call;
  return reason;
}

OpRow Reasons::on_link(Nanos time, Nanos& until) const noexcept {
  const auto after = std::upper_bound(copies_.begin(), copies_.end(), time,
                                      [&](Nanos t, OpRow copy) { return t < (*ops_)[copy].begin; });
  if (after != copies_.end()) until = std::min(until, (*ops_)[*after].begin);
  // Back to the earliest that may still run: the running maximum of ends says where to stop.
  for (auto i = static_cast<std::size_t>(after - copies_.begin()); i-- > 0 && copies_end_[i] > time;) {
    if ((*ops_)[copies_[i]].end <= time) continue;
    until = std::min(until, (*ops_)[copies_[i]].end);
    return copies_[i];
  }
  return kNoRow32;
}

Nanos Reasons::needed_at(OpRow copy) const noexcept {
  OpRow consumer = in_->units.consumer.empty() ? kNoRow32 : in_->units.consumer[copy];
  if (consumer == kNoRow32) consumer = in_->graph.event_consumer(copy);
  if (consumer == kNoRow32) return Nanos::min();
  // A library clears its workspace just before its kernel: the copy is not later than what waits with it.
  Nanos needed = (*ops_)[consumer].begin;
  const Nanos issued = in_->links.issued((*ops_)[copy]);
  for (OpRow before = in_->graph.before(consumer); before != kNoRow32; before = in_->graph.before(before)) {
    const GpuOp& op = (*ops_)[before];
    const bool prepares = op.kind == OpKind::kMemset && op.unit == (*ops_)[consumer].unit &&
                          op.step == (*ops_)[consumer].step && in_->links.issued(op) >= issued;
    if (!prepares) break;
    needed = op.begin;
  }
  return needed;
}

bool Reasons::needed_later(OpRow copy, OpRow kernel) const noexcept {
  return needed_at(copy) > (*ops_)[kernel].begin;
}

}  // namespace offledger::analysis
