// SPDX-License-Identifier: Apache-2.0

#include "harness/device/sim/engine.hpp"

#include <algorithm>
#include <cassert>

#include "harness/device/sim/clock.hpp"

namespace offledger::sim {

Op& Engine::push(std::uint32_t stream_row, OpKind kind, Nanos visible) {
  if (ops_.size() >= index(OpId::kNone)) {
    throw Error(ErrorKind::kUsage, "the run has more than 2^32 ops: give the workload fewer steps");
  }
  const OpId id{static_cast<std::uint32_t>(ops_.size())};
  Stream& stream = streams_[stream_row];
  if (stream.head == OpId::kNone) {
    stream.head = id;
    stream.wake = visible;
  } else {
    ops_[index(stream.last)].next = id;
  }
  stream.last = id;
  Op& op = ops_.emplace_back();
  op.kind = kind;
  op.stream = stream_row;
  op.visible = visible;
  return op;
}

OpId Engine::push_kernel(std::uint32_t stream, Nanos visible, Nanos rested, Nanos slowdown) {
  Op& op = push(stream, OpKind::kKernel, visible);
  op.duration = rested;
  op.slowdown = slowdown;
  ++streams_[stream].pending;
  return last();
}

OpId Engine::push_copy(std::uint32_t stream, Nanos visible, const Transfer& transfer) {
  push(stream, OpKind::kCopy, visible).transfer = static_cast<std::uint32_t>(transfers_.size());
  transfers_.push_back(transfer);
  ++streams_[stream].pending;
  return last();
}

OpId Engine::push_record(std::uint32_t stream, Nanos visible) {
  push(stream, OpKind::kRecord, visible);
  return last();
}

OpId Engine::push_wait(std::uint32_t stream, Nanos visible, OpId record) {
  push(stream, OpKind::kWait, visible).record = record;
  return last();
}

void Engine::run_to(Nanos instant) {
  settle();
  do play_kernels(instant);
  while (play_next(instant));
  now_ = std::max(now_, instant);
}

Nanos Engine::run_until_done(OpId op) {
  settle();
  while (!at(op).done) {
    play_kernels(kEndOfTime);
    const bool played = play_next(kEndOfTime);
    assert(played && "an op waits only for ops issued before it");
    if (!played) break;
  }
  return at(op).end;
}

Nanos Engine::run_until_idle(std::uint32_t stream) {
  const OpId last = streams_[stream].last;
  return last == OpId::kNone ? Nanos::zero() : run_until_done(last);
}

Nanos Engine::run_until_idle() {
  Nanos end{};
  for (std::uint32_t stream = 0; stream < streams_.size(); ++stream)
    end = std::max(end, run_until_idle(stream));
  return end;
}

Nanos Engine::run_until_below(std::uint32_t stream, std::uint32_t limit) {
  settle();
  while (pending(stream) >= limit && play_next(kEndOfTime)) {
  }
  return now_;
}

/// From a settled instant to the next at which anything happens, unless that is beyond `limit`; settles it.
bool Engine::play_next(Nanos limit) {
  const Nanos next = next_event();
  if (next > limit) return false;
  now_ = next;
  retire();
  settle();
  return true;
}

/// From a settled instant, plays the kernels that follow one another on the running one's stream, as far as
/// nothing else happens: the same instants as play_next() gives, without asking every stream after each of
/// them. Stops before the last of them ends, and so never passes the end of what a caller waits for.
void Engine::play_kernels(Nanos limit) {
  if (running_ == OpId::kNone || ready_ != 0) return;
  Nanos quiet = std::min(limit, link_.next_end());
  for (const Stream& stream : streams_) quiet = std::min(quiet, stream.wake);
  Stream& stream = streams_[at(running_).stream];
  for (Op* op = &ops_[index(running_)]; op->next != OpId::kNone && op->end < quiet;) {
    Op& next = ops_[index(op->next)];
    if (next.kind != OpKind::kKernel || next.visible > op->end) return;
    now_ = op->end;
    op->done = true;
    --stream.pending;
    run_kernel(next);
    running_ = stream.head = op->next;
    op = &next;
  }
}

Nanos Engine::next_event() const noexcept {
  Nanos next = link_.next_end();
  if (running_ != OpId::kNone) next = std::min(next, at(running_).end);
  for (const Stream& stream : streams_) next = std::min(next, stream.wake);
  return next;
}

void Engine::retire() {
  link_.retire(now_, [this](std::uint32_t stream) {
    --streams_[stream].pending;
    finish_head(streams_[stream], at(streams_[stream].head).begin);
  });
  if (running_ != OpId::kNone && at(running_).end == now_) {
    Stream& stream = streams_[at(running_).stream];
    --stream.pending;
    finish_head(stream, at(running_).begin);
    running_ = OpId::kNone;
  }
}

void Engine::finish_head(Stream& stream, Nanos begin) {
  Op& op = ops_[index(stream.head)];
  op.begin = begin;
  op.end = now_;
  op.done = true;
  stream.head = op.next;
  stream.wake = op.next == OpId::kNone ? Nanos::max() : std::max(now_, at(op.next).visible);
}

/// Lets every stream come as far as it can at now(): a record that passes may let other streams pass their
/// waits.
void Engine::settle() {
  bool recorded = true;
  while (recorded) {
    recorded = false;
    for (Stream& stream : streams_) {
      if (stream.wake <= now_) recorded |= settle(stream);
    }
    if (recorded) wake_waiting();
  }
  if (running_ == OpId::kNone) start_kernel();
}

/// Whether a record passed.
bool Engine::settle(Stream& stream) {
  bool recorded = false;
  while (stream.wake <= now_) {
    Op& op = ops_[index(stream.head)];
    if (op.kind == OpKind::kRecord) {
      finish_head(stream, now_);
      recorded = true;
    } else if (op.kind == OpKind::kWait && at(op.record).done) {
      finish_head(stream, now_);
    } else {
      op.begin = now_;
      stream.wake = Nanos::max();
      stream.ready = op.kind == OpKind::kKernel;
      ready_ += stream.ready ? 1 : 0;
      stream.waits = op.kind == OpKind::kWait;
      if (op.kind == OpKind::kCopy) start_copy(op);
    }
  }
  return recorded;
}

void Engine::wake_waiting() {
  for (Stream& stream : streams_) {
    if (stream.waits) stream.wake = now_;
    stream.waits = false;
  }
}

void Engine::start_copy(const Op& op) {
  const Transfer& transfer = transfers_[op.transfer];
  const Work work = Work{transfer.bytes} * 1'000'000 * transfer.permille;
  link_.start(now_, transfer.direction, work, transfer.ceiling, op.stream);
}

void Engine::run_kernel(Op& op) {
  op.begin = now_;
  op.end = after(now_, power_.run(now_, op.duration, op.slowdown));
}

/// Gives the idle compute engine the kernel that became ready first; of several, the one issued first.
void Engine::start_kernel() {
  Stream* first = nullptr;
  for (Stream& stream : streams_) {
    if (!stream.ready) continue;
    if (first == nullptr || at(stream.head).begin < at(first->head).begin ||
        (at(stream.head).begin == at(first->head).begin && stream.head < first->head)) {
      first = &stream;
    }
  }
  if (first == nullptr) return;
  run_kernel(ops_[index(first->head)]);
  running_ = first->head;
  first->ready = false;
  --ready_;
}

}  // namespace offledger::sim
