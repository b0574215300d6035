// SPDX-License-Identifier: Apache-2.0
//
// The verifier's adversary: plays a small plan in every order that its streams and waits leave open, and says
// whether one of them computes on wrong weights. It shares no code and no idea with the verifier: it keeps
// bytes, not clocks.
//
// A copy writes its bytes at one instant, a compute reads its unit's at one instant and in the order of the
// program; a byte is right if the unit's own copy wrote it and no compute has read it since. The host runs as
// far ahead as its waits allow, and records and waits happen as soon as they can: neither forbids an order
// that a slower one allows.

#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "schedules/plan/plan.hpp"

namespace offledger::plan {

class Interleavings {
 public:
  Interleavings(const Plan& plan, int steps) : plan_(plan) {
    append(plan.prologue);
    for (int step = 0; step < steps; ++step) append(plan.body);
    append(plan.epilogue);
  }

  /// Whether some order reads a wrong byte, or computes out of order.
  bool some_order_breaks() {
    State state;
    state.done.assign(plan_.streams.size(), 0);
    for (const SlotInfo& slot : plan_.slots) state.bytes.emplace_back(slot.bytes, kNothing);
    return breaks(Host{}, std::move(state));
  }

 private:
  static constexpr std::uint32_t kNothing = ~0U;
  struct Item {
    const Op* op;
    int waits_for = -1;  ///< StreamWait: the stream it is bound to, and how much of it must be done
    std::uint32_t until = 0;
  };
  struct Event {
    int stream = -1;
    std::uint32_t until = 0;
  };
  struct Host {
    std::size_t next = 0;
    std::vector<Event> events;
    std::vector<std::vector<Item>> queue;
  };
  struct State {
    std::vector<std::uint32_t> done;  ///< items of each stream
    std::uint32_t computed = 0;
    std::vector<std::vector<std::uint32_t>> bytes;  ///< by slot: the unit whose byte it is
    [[nodiscard]] std::string key() const {
      std::string key;
      const auto put = [&key](std::uint32_t value) {
        key.append(reinterpret_cast<const char*>(&value), sizeof value);
      };
      for (const std::uint32_t each : done) put(each);
      for (const auto& slot : bytes) {
        for (const std::uint32_t each : slot) put(each);
      }
      return key;
    }
  };

  void append(const std::vector<Op>& ops) {
    for (const Op& op : ops) ops_.push_back(&op);
  }

  bool breaks(Host host, State state) {
    host.events.resize(plan_.events.size());
    host.queue.resize(plan_.streams.size());
    struct Frame {
      Host host;
      State state;
    };
    std::vector<Frame> open;
    open.push_back({std::move(host), std::move(state)});
    std::unordered_set<std::string> seen;
    while (!open.empty()) {
      Frame frame = std::move(open.back());
      open.pop_back();
      settle(frame.host, frame.state);
      if (!seen.insert(frame.state.key()).second) continue;
      for (std::size_t stream = 0; stream < plan_.streams.size(); ++stream) {
        if (frame.state.done[stream] == frame.host.queue[stream].size()) continue;
        const Item& head = frame.host.queue[stream][frame.state.done[stream]];
        if (!std::holds_alternative<Copy>(*head.op) && !std::holds_alternative<Compute>(*head.op)) continue;
        Frame next = frame;
        if (!apply(*head.op, next.state)) return true;
        ++next.state.done[stream];
        open.push_back(std::move(next));
      }
    }
    return false;
  }

  /// Lets the host and all that is invisible go as far as they can.
  void settle(Host& host, State& state) {
    for (bool moved = true; moved;) {
      moved = advance_host(host, state);
      for (std::size_t stream = 0; stream < plan_.streams.size(); ++stream) {
        while (state.done[stream] < host.queue[stream].size()) {
          const Item& head = host.queue[stream][state.done[stream]];
          const bool wait = std::holds_alternative<StreamWait>(*head.op);
          const bool ready = std::holds_alternative<Record>(*head.op) ||
                             (wait && (head.waits_for < 0 || state.done[head.waits_for] >= head.until));
          if (!ready) break;
          ++state.done[stream];
          moved = true;
        }
      }
    }
  }

  bool advance_host(Host& host, const State& state) {
    const std::size_t before = host.next;
    while (host.next < ops_.size() && step_host(*ops_[host.next], host, state)) ++host.next;
    return host.next != before;
  }

  /// False where the host has to wait.
  bool step_host(const Op& op, Host& host, const State& state) {
    const auto idle = [&](std::size_t stream) { return state.done[stream] == host.queue[stream].size(); };
    const auto enqueue = [&](StreamId stream, const Event& bound = {}) {
      host.queue[index(stream)].push_back({&op, bound.stream, bound.until});
    };
    if (const auto* copy = std::get_if<Copy>(&op)) enqueue(copy->stream);
    if (const auto* compute = std::get_if<Compute>(&op)) enqueue(compute->stream);
    if (const auto* record = std::get_if<Record>(&op)) {
      enqueue(record->stream);
      host.events[index(record->event)] = {
          static_cast<int>(index(record->stream)),
          static_cast<std::uint32_t>(host.queue[index(record->stream)].size())};
    }
    if (const auto* wait = std::get_if<StreamWait>(&op)) {
      enqueue(wait->stream, host.events[index(wait->event)]);
    }
    if (const auto* wait = std::get_if<HostWait>(&op)) {
      const Event& event = host.events[index(wait->event)];
      return event.stream < 0 || state.done[event.stream] >= event.until;
    }
    if (const auto* sync = std::get_if<StreamSync>(&op)) return idle(index(sync->stream));
    if (std::holds_alternative<DeviceSync>(op)) {
      for (std::size_t stream = 0; stream < plan_.streams.size(); ++stream) {
        if (!idle(stream)) return false;
      }
    }
    return true;
  }

  /// False where it reads a wrong byte or comes out of order.
  bool apply(const Op& op, State& state) {
    if (const auto* copy = std::get_if<Copy>(&op)) {
      for (std::uint64_t i = 0; i < copy->bytes; ++i) {
        state.bytes[index(copy->slot)][copy->offset + i] = static_cast<std::uint32_t>(copy->unit);
      }
      return true;
    }
    const Compute& compute = std::get<Compute>(op);
    if (index(compute.unit) != state.computed % plan_.model.unit_count()) return false;
    ++state.computed;
    if (compute.slot == kResident) return true;
    for (std::uint64_t i = 0; i < plan_.model.group_of(compute.unit).bytes(); ++i) {
      std::vector<std::uint32_t>& slot = state.bytes[index(compute.slot)];
      if (i >= slot.size() || slot[i] != static_cast<std::uint32_t>(compute.unit)) return false;
      slot[i] = kNothing;
    }
    return true;
  }

  const Plan& plan_;
  std::vector<const Op*> ops_;
};

}  // namespace offledger::plan
