// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/atoms.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace offledger::analysis {
namespace {

/// The boundaries of one activity's spans, in order: begin, end, begin, end, …
class Boundaries {
 public:
  explicit Boundaries(const IntervalSet& set) : spans_(set.spans()) {}
  [[nodiscard]] Nanos next() const noexcept {
    if (at_ == spans_.size()) return Nanos::max();
    return inside_ ? spans_[at_].end : spans_[at_].begin;
  }
  void pass() noexcept {
    if (inside_) ++at_;
    inside_ = !inside_;
  }

 private:
  std::span<const Interval> spans_;
  std::size_t at_ = 0;
  bool inside_ = false;
};

}  // namespace

Ledger ledger_of(const AtomSums& sums) noexcept {
  Ledger ledger;
  for (std::size_t mask = 0; mask < sums.size(); ++mask) {
    const Nanos t = sums[mask];
    const bool copy = (mask & kAnyCopy) != 0;
    if (mask & bit(Activity::kCompute)) {
      (copy ? ledger.hidden : ledger.compute_only) += t;
    } else if (mask & bit(Activity::kCollective)) {
      ledger.collective += t;
      if (copy) ledger.collective_copy += t;
    } else {
      (copy ? ledger.exposed : ledger.idle) += t;
    }
  }
  return ledger;
}

Transfer transfer_of(const AtomSums& sums, Activity direction) noexcept {
  Transfer transfer;
  for (std::size_t mask = 0; mask < sums.size(); ++mask) {
    if (!(mask & bit(direction))) continue;
    transfer.busy += sums[mask];
    if (mask & bit(Activity::kCompute)) transfer.hidden += sums[mask];
    if (!(mask & kSmBusy)) transfer.exposed += sums[mask];
  }
  return transfer;
}

Nanos busy_of(const AtomSums& sums, Activity activity) noexcept {
  Nanos busy{};
  for (std::size_t mask = 0; mask < sums.size(); ++mask) {
    if (mask & bit(activity)) busy += sums[mask];
  }
  return busy;
}

Atoms::Atoms(Interval window, const std::array<IntervalSet, kActivities>& activities) : window_(window) {
  std::array<Boundaries, kActivities> boundaries{Boundaries(activities[0]), Boundaries(activities[1]),
                                                 Boundaries(activities[2]), Boundaries(activities[3]),
                                                 Boundaries(activities[4])};
  ActivityMask mask = 0;
  Nanos idle{};
  const auto push = [&](Nanos begin, Nanos end) {
    if (end <= begin) return;
    if (atoms_.size() % kStride == 0) idle_before_.push_back(idle);
    atoms_.push_back({begin, mask});
    if (!(mask & kSmBusy)) idle += end - begin;
  };
  std::size_t most = 1;
  for (const IntervalSet& set : activities) most += 2 * set.spans().size();
  atoms_.reserve(most);
  Nanos time = window.begin;
  while (time < window.end) {
    Nanos next = window.end;
    for (const Boundaries& b : boundaries) next = std::min(next, b.next());
    if (next > time) {
      push(time, next);
      time = next;
    }
    if (time >= window.end) break;
    for (std::size_t a = 0; a < kActivities; ++a) {
      while (boundaries[a].next() <= time) {
        boundaries[a].pass();
        mask = static_cast<ActivityMask>(mask ^ (1U << a));
      }
    }
  }
}

std::size_t Atoms::find(Nanos time) const noexcept {
  const auto after = std::upper_bound(atoms_.begin(), atoms_.end(), time,
                                      [](Nanos t, const Atom& atom) { return t < atom.begin; });
  return after == atoms_.begin() ? 0 : static_cast<std::size_t>(after - atoms_.begin()) - 1;
}

AtomSums Atoms::sums(Interval part) const noexcept {
  AtomSums sums{};
  const Nanos begin = std::max(part.begin, window_.begin);
  const Nanos end = std::min(part.end, window_.end);
  if (atoms_.empty() || end <= begin) return sums;
  for (std::size_t i = find(begin); i < atoms_.size() && atoms_[i].begin < end; ++i) {
    sums[atoms_[i].mask] += std::min(end_of(i), end) - std::max(atoms_[i].begin, begin);
  }
#ifndef NDEBUG
  Nanos total{};
  for (const Nanos t : sums) total += t;
  assert(total == end - begin);
#endif
  return sums;
}

Nanos Atoms::sm_idle_before(Nanos time) const noexcept {
  const std::size_t last = find(time);
  Nanos idle = idle_before_[last / kStride];
  for (std::size_t i = last / kStride * kStride; i <= last; ++i) {
    if (!(atoms_[i].mask & kSmBusy)) idle += std::min(time, end_of(i)) - atoms_[i].begin;
  }
  return idle;
}

Nanos Atoms::sm_idle(Interval part) const noexcept {
  const Nanos begin = std::max(part.begin, window_.begin);
  const Nanos end = std::min(part.end, window_.end);
  if (atoms_.empty() || end <= begin) return {};
  return sm_idle_before(end) - sm_idle_before(begin);
}

}  // namespace offledger::analysis
