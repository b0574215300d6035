// SPDX-License-Identifier: Apache-2.0
//
// The rules of docs/simulated-device.md, played the slow way: nanosecond by nanosecond, with every stream
// looked at in each. It knows plans and instants only, shares no code with the simulated device, and takes
// host costs of 1 ns or more, so that no two calls fall on one instant.

#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "harness/device/sim/profile.hpp"
#include "schedules/plan/plan.hpp"

namespace offledger::sim::naive {

using Span = std::pair<std::int64_t, std::int64_t>;

struct Played {
  std::vector<Span> kernels, copies, calls;
  std::vector<std::int64_t> records;
};

class Device {
 public:
  Device(const Profile& profile, const model::Workload& workload, std::size_t streams)
      : profile_(profile), workload_(workload), streams_(streams) {}

  Played play(const std::vector<plan::Op>& ops) {
    for (const plan::Op& op : ops) std::visit([this](const auto& o) { issue(o); }, op);
    issue(plan::DeviceSync{});
    return played_;
  }

 private:
  enum class Kind { kKernel, kCopy, kRecord, kWait };
  struct Item {
    Kind kind{};
    std::int64_t visible = 0, ready = -1, begin = -1;
    std::int64_t left = 0;  ///< ns of a kernel, byte-ns/s of a copy
    std::size_t row = 0;    ///< of its record in Played; a wait: of the record it awaits
    std::uint64_t ceiling = 0, order = 0;
    plan::Direction direction{};
  };
  struct Stream {
    std::deque<Item> items;
    std::uint32_t launches = 0;
  };

  // The host.
  void call(std::int64_t cost, std::int64_t begin) {
    advance(cost);
    played_.calls.emplace_back(begin, now_);
  }
  void advance(std::int64_t ns) {
    for (std::int64_t i = 0; i < ns; ++i) tick();
  }
  template <typename Done>
  void block(Done done) {
    for (settle(); !done(); settle()) tick();
  }
  Item item(Kind kind, std::int64_t latency) {
    Item made;
    made.kind = kind;
    made.visible = now_ + latency;
    made.order = order_++;
    return made;
  }
  Stream& at(plan::StreamId id) { return streams_[index(id)]; }

  void issue(const plan::HostWork& op) { advance(op.duration.count()); }
  void issue(const plan::Alloc&) { call(profile_.alloc.count(), now_); }
  void issue(const plan::Free&) {
    const std::int64_t begin = now_;
    block([this] { return idle(); });
    call(profile_.free.count(), begin);
  }
  void issue(const plan::Copy& op) {
    const std::int64_t begin = now_;
    block([&] { return at(op.stream).launches < profile_.launch_queue; });
    advance(profile_.copy_enqueue.count());
    Item copy = item(Kind::kCopy, profile_.copy_latency.count());
    const auto& curve = op.direction == plan::Direction::kH2D ? profile_.h2d_pinned : profile_.d2h_pinned;
    copy.ceiling = curve[0].bytes_per_s;
    const bool pageable = op.source == plan::Source::kPageable;
    if (pageable) copy.ceiling = std::min(copy.ceiling, profile_.h2d_pageable[0].bytes_per_s);
    copy.left = static_cast<std::int64_t>(op.bytes) * 1'000'000'000;
    copy.direction = op.direction;
    copy.row = played_.copies.size();
    played_.copies.emplace_back(-1, -1);
    const std::size_t row = copy.row;
    ++at(op.stream).launches;
    at(op.stream).items.push_back(copy);
    if (pageable) block([&] { return played_.copies[row].second >= 0; });
    played_.calls.emplace_back(begin, now_);
  }
  void issue(const plan::Compute& op) {
    const model::UnitCost& cost = workload_.costs[workload_.shape.group_row_of(op.unit)];
    for (std::uint32_t k = 0; k < cost.kernels; ++k) {
      const std::int64_t begin = now_;
      block([&] { return at(op.stream).launches < profile_.launch_queue; });
      call(profile_.launch.count(), begin);
      Item kernel = item(Kind::kKernel, profile_.launch_latency.count());
      kernel.left = cost.compute.count() / cost.kernels + (k < cost.compute.count() % cost.kernels ? 1 : 0);
      kernel.row = played_.kernels.size();
      played_.kernels.emplace_back(-1, -1);
      ++at(op.stream).launches;
      at(op.stream).items.push_back(kernel);
    }
  }
  void issue(const plan::Record& op) {
    call(profile_.event_record.count(), now_);
    Item record = item(Kind::kRecord, profile_.launch_latency.count());
    record.row = played_.records.size();
    played_.records.push_back(-1);
    latest_[index(op.event)] = record.row;
    at(op.stream).items.push_back(record);
  }
  void issue(const plan::StreamWait& op) {
    call(profile_.stream_wait.count(), now_);
    if (!latest_.contains(index(op.event))) return;
    Item wait = item(Kind::kWait, profile_.launch_latency.count());
    wait.row = latest_.at(index(op.event));
    at(op.stream).items.push_back(wait);
  }
  void issue(const plan::HostWait& op) {
    const std::int64_t begin = now_;
    if (latest_.contains(index(op.event))) {
      const std::size_t row = latest_.at(index(op.event));
      block([&] { return played_.records[row] >= 0; });
    }
    call(profile_.sync_call.count(), begin);
  }
  void issue(const plan::StreamSync& op) {
    const std::int64_t begin = now_;
    block([&] { return at(op.stream).items.empty(); });
    call(profile_.sync_call.count(), begin);
  }
  void issue(const plan::DeviceSync&) {
    const std::int64_t begin = now_;
    block([this] { return idle(); });
    call(profile_.sync_call.count(), begin);
  }
  template <typename Other>
  void issue(const Other&) {}

  // The device.
  bool idle() const {
    return std::all_of(streams_.begin(), streams_.end(), [](const Stream& s) { return s.items.empty(); });
  }

  /// Everything that takes no time, at this instant.
  void settle() {
    for (bool moved = true; moved;) {
      moved = false;
      for (Stream& stream : streams_) moved |= pass(stream);
    }
    start_kernel();
  }
  bool pass(Stream& stream) {
    if (stream.items.empty() || stream.items.front().visible > now_) return false;
    Item& head = stream.items.front();
    if (head.kind == Kind::kRecord) played_.records[head.row] = now_;
    if (head.kind == Kind::kWait && played_.records[head.row] < 0) return false;
    if (head.kind == Kind::kRecord || head.kind == Kind::kWait) {
      stream.items.pop_front();
      return true;
    }
    if (head.ready < 0) head.ready = now_;
    if (head.kind == Kind::kCopy && head.begin < 0) head.begin = now_;
    return false;
  }
  void start_kernel() {
    Item* first = nullptr;
    for (Stream& stream : streams_) {
      if (stream.items.empty()) continue;
      Item& head = stream.items.front();
      if (head.kind != Kind::kKernel || head.ready < 0) continue;
      if (head.begin >= 0) return;  // the engine is taken
      if (first == nullptr || std::pair(head.ready, head.order) < std::pair(first->ready, first->order))
        first = &head;
    }
    if (first != nullptr) first->begin = now_;
  }

  void tick() {
    settle();
    share();
    ++now_;
    for (Stream& stream : streams_) {
      if (stream.items.empty() || stream.items.front().begin < 0) continue;
      Item& head = stream.items.front();
      head.left -= head.kind == Kind::kKernel ? 1 : static_cast<std::int64_t>(rates_[&head]);
      if (head.left > 0) continue;
      (head.kind == Kind::kKernel ? played_.kernels : played_.copies)[head.row] = {head.begin, now_};
      --stream.launches;
      stream.items.pop_front();
    }
  }
  /// R8 and R9, by raising the rates of all copies of a direction together until each is at its ceiling or
  /// the direction is full.
  void share() {
    rates_.clear();
    std::uint64_t sum = 0;
    for (const plan::Direction direction : {plan::Direction::kH2D, plan::Direction::kD2H}) {
      std::vector<Item*> copies;
      for (Stream& stream : streams_) {
        if (!stream.items.empty() && stream.items.front().kind == Kind::kCopy &&
            stream.items.front().begin >= 0 && stream.items.front().direction == direction) {
          copies.push_back(&stream.items.front());
        }
      }
      const auto& curve = direction == plan::Direction::kH2D ? profile_.h2d_pinned : profile_.d2h_pinned;
      std::uint64_t left = curve[0].bytes_per_s;
      std::stable_sort(copies.begin(), copies.end(), [](Item* a, Item* b) { return a->begin < b->begin; });
      while (!copies.empty()) {
        const std::uint64_t share = left / copies.size();
        const auto low = std::min_element(copies.begin(), copies.end(),
                                          [](Item* a, Item* b) { return a->ceiling < b->ceiling; });
        rates_[*low] = std::min((*low)->ceiling, share);
        left -= rates_[*low];
        sum += rates_[*low];
        copies.erase(low);
      }
    }
    const std::uint64_t cap = profile_.both_directions_bytes_per_s;
    if (sum <= cap) return;
    for (auto& [copy, rate] : rates_) rate = rate * cap / sum;
  }

  const Profile& profile_;
  const model::Workload& workload_;
  std::vector<Stream> streams_;
  std::map<std::size_t, std::size_t> latest_;
  std::map<const Item*, std::uint64_t> rates_;
  Played played_;
  std::int64_t now_ = 0;
  std::uint64_t order_ = 0;
};

}  // namespace offledger::sim::naive
