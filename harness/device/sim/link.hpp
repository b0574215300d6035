// SPDX-License-Identifier: Apache-2.0
//
// The link between host and device, as a fluid. A copy has a ceiling, its own bandwidth when alone; the
// copies of one direction divide that direction's capacity, and both directions a cap:
//
//     within a direction   each copy gets an equal share of what is left, smallest ceilings first, none above
//     its own over both            where the sum passes the cap, every rate is scaled by cap / sum
//
// Work is counted in byte-nanoseconds per second (bytes x 10^9), so a copy at r bytes/s does exactly r of it
// a nanosecond and ends at the first nanosecond by which all is done: alone, ceil(bytes x 10^9 / r) after its
// start.

#pragma once

#include <cstdint>
#include <vector>

#include "harness/model/total.hpp"
#include "schedules/base/units.hpp"
#include "schedules/plan/plan.hpp"

namespace offledger::sim {

using Work = model::Wide;

/// Cost: a start or an end is O(n log n) in the copies that run, of which a stream has one at most.
class Link {
 public:
  Link(std::uint64_t h2d_bytes_per_s, std::uint64_t d2h_bytes_per_s, std::uint64_t both_bytes_per_s)
      : capacity_{h2d_bytes_per_s, d2h_bytes_per_s}, both_(both_bytes_per_s) {}

  /// A copy begins at `now`, which no later call may precede. `owner` comes back when it ends.
  void start(Nanos now, plan::Direction direction, Work work, std::uint64_t ceiling, std::uint32_t owner);

  /// When the next copy ends if none begins before; Nanos::max() where none runs.
  [[nodiscard]] Nanos next_end() const noexcept { return next_end_; }

  /// Takes out the copies that have ended by `now`, calling done(owner) for each in order of start.
  template <typename Done>
  void retire(Nanos now, Done done) {
    if (next_end_ > now) return;
    for (const Running& copy : running_) {
      if (copy.end <= now) done(copy.owner);
    }
    std::erase_if(running_, [now](const Running& copy) { return copy.end <= now; });
    share(now);
  }

 private:
  struct Running {
    Work left = 0;  ///< at `since`
    Nanos since{};
    Nanos end{};
    std::uint64_t rate = 0, next_rate = 0;
    std::uint64_t ceiling = 0;
    std::uint32_t owner = 0;
    plan::Direction direction{};
  };

  void share(Nanos now);
  std::uint64_t share_direction(plan::Direction direction);
  static void set_rate(Running& copy, Nanos now);

  std::uint64_t capacity_[2];
  std::uint64_t both_;
  std::vector<Running> running_;
  std::vector<Running*> by_ceiling_;  ///< of one direction, while sharing
  Nanos next_end_ = Nanos::max();
};

}  // namespace offledger::sim
