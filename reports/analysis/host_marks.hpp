// SPDX-License-Identifier: Apache-2.0
//
// What each host thread was doing for whom: which step, which unit, and whether the plan's own host work.
// Ranges nest; a thread's time is cut where the innermost step or unit changes, so that a look-up is one
// search, and a run of look-ups in time order is linear.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "collectors/trace/timeline.hpp"
#include "reports/analysis/interval_set.hpp"

namespace offledger::analysis {

/// A row of HostMarks::units.
inline constexpr std::uint32_t kNoUnit = 0xFFFFFFFF;
inline constexpr std::int32_t kNoStep = -1;

struct UnitKey {
  std::int32_t layer = 0;
  trace::StringId group{};
  bool operator==(const UnitKey&) const = default;
};

struct Mark {
  Nanos begin{};
  std::int32_t step = kNoStep;
  std::uint32_t unit = kNoUnit;
  std::int32_t slot = trace::kNoRow;  ///< of the op that the thread is issuing
};

class HostMarks {
 public:
  explicit HostMarks(const trace::Timeline& timeline);

  [[nodiscard]] bool empty() const noexcept { return !any_; }
  [[nodiscard]] bool has_steps() const noexcept { return has_steps_; }
  /// Ascending by layer, then by first sight.
  [[nodiscard]] const std::vector<UnitKey>& units() const noexcept { return units_; }
  /// What the thread was at, at that time. `cursor` makes look-ups in time order O(1); one a thread, 0 at
  /// first.
  [[nodiscard]] Mark at(trace::ThreadRow thread, Nanos time, std::size_t& cursor) const noexcept;
  /// Where the thread spent the host time that the plan declares.
  [[nodiscard]] const IntervalSet& host_work(trace::ThreadRow thread) const noexcept;
  [[nodiscard]] bool has_host_work() const noexcept { return has_host_work_; }

 private:
  std::vector<std::vector<Mark>> marks_;  ///< by thread, ascending
  std::vector<IntervalSet> host_work_;    ///< by thread
  std::vector<UnitKey> units_;
  IntervalSet none_;
  bool any_ = false, has_steps_ = false, has_host_work_ = false;
};

}  // namespace offledger::analysis
