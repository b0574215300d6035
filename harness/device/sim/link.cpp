// SPDX-License-Identifier: Apache-2.0

#include "harness/device/sim/link.hpp"

#include <algorithm>

#include "harness/device/sim/clock.hpp"

namespace offledger::sim {

void Link::start(Nanos now, plan::Direction direction, Work work, std::uint64_t ceiling,
                 std::uint32_t owner) {
  Running copy;
  copy.left = work;
  copy.since = now;
  copy.ceiling = ceiling;
  copy.owner = owner;
  copy.direction = direction;
  running_.push_back(copy);
  share(now);
}

std::uint64_t Link::share_direction(plan::Direction direction) {
  by_ceiling_.clear();
  for (Running& copy : running_) {
    if (copy.direction == direction) by_ceiling_.push_back(&copy);
  }
  std::stable_sort(by_ceiling_.begin(), by_ceiling_.end(),
                   [](const Running* a, const Running* b) { return a->ceiling < b->ceiling; });
  const std::uint64_t capacity = capacity_[static_cast<std::size_t>(direction)];
  std::uint64_t left = capacity;
  std::uint64_t takers = by_ceiling_.size();
  for (Running* copy : by_ceiling_) {
    copy->next_rate = std::max<std::uint64_t>(1, std::min(copy->ceiling, left / takers));
    left -= std::min(left, copy->next_rate);
    --takers;
  }
  return capacity - left;
}

void Link::share(Nanos now) {
  const std::uint64_t sum = share_direction(plan::Direction::kH2D) + share_direction(plan::Direction::kD2H);
  next_end_ = Nanos::max();
  for (Running& copy : running_) {
    if (sum > both_) {
      copy.next_rate =
          std::max<std::uint64_t>(1, static_cast<std::uint64_t>(Work{copy.next_rate} * both_ / sum));
    }
    if (copy.next_rate != copy.rate) set_rate(copy, now);
    next_end_ = std::min(next_end_, copy.end);
  }
}

void Link::set_rate(Running& copy, Nanos now) {
  const Work done = Work{copy.rate} * static_cast<std::uint64_t>((now - copy.since).count());
  copy.left -= std::min(copy.left, done);
  copy.since = now;
  copy.rate = copy.next_rate;
  const Work needed = (copy.left + copy.rate - 1) / copy.rate;
  // What no clock can hold stays more than it can hold: after() refuses it.
  copy.end = after(now, nanos(static_cast<std::int64_t>(std::min<Work>(needed, model::kMostTotal + 1))));
}

}  // namespace offledger::sim
