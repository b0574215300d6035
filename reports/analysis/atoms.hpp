// SPDX-License-Identifier: Apache-2.0
//
// The atoms: each instant of a device's window is keyed by the set of what runs then. They partition the
// window, so whatever is a union of atoms (ledger classes, transfer views) closes by construction.

#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "reports/analysis/analysis.hpp"
#include "reports/analysis/interval_set.hpp"

namespace offledger::analysis {

/// What a GPU operation is, for the atoms. Peer, host-to-host and unknown copies count with kD2D: they are
/// copies, of neither direction of the link.
enum class Activity : std::uint8_t { kCompute, kCollective, kH2D, kD2H, kD2D };
inline constexpr std::size_t kActivities = 5;
using ActivityMask = std::uint8_t;
constexpr ActivityMask bit(Activity a) noexcept {
  return static_cast<ActivityMask>(1U << index(a));
}
inline constexpr ActivityMask kSmBusy = bit(Activity::kCompute) | bit(Activity::kCollective);
inline constexpr ActivityMask kAnyCopy = bit(Activity::kH2D) | bit(Activity::kD2H) | bit(Activity::kD2D);

/// Time by mask: [bit(kCompute) | bit(kH2D)] is the time in which exactly compute and an H2D copy ran.
using AtomSums = std::array<Nanos, std::size_t{1} << kActivities>;

Ledger ledger_of(const AtomSums& sums) noexcept;
/// Only the times; bytes and copies are counted from records.
Transfer transfer_of(const AtomSums& sums, Activity direction) noexcept;
/// Union of an activity.
Nanos busy_of(const AtomSums& sums, Activity activity) noexcept;

/// A window cut where what runs changes.
///
/// Invariant: atoms() ascend, the first begins with the window, each ends where the next begins and the last
/// with the window; neighbours differ in mask.
class Atoms {
 public:
  struct Atom {
    Nanos begin{};
    ActivityMask mask = 0;
  };

  /// O(spans). What lies outside the window is ignored.
  Atoms(Interval window, const std::array<IntervalSet, kActivities>& activities);

  [[nodiscard]] Interval window() const noexcept { return window_; }
  [[nodiscard]] const std::vector<Atom>& atoms() const noexcept { return atoms_; }
  [[nodiscard]] Nanos end_of(std::size_t i) const noexcept {
    return i + 1 < atoms_.size() ? atoms_[i + 1].begin : window_.end;
  }
  /// Time by mask in the part of the window that `part` covers. O(log atoms + atoms in part).
  [[nodiscard]] AtomSums sums(Interval part) const noexcept;
  /// SM-idle time in `part`. O(log atoms): reads running sums.
  [[nodiscard]] Nanos sm_idle(Interval part) const noexcept;

 private:
  [[nodiscard]] std::size_t find(Nanos time) const noexcept;
  [[nodiscard]] Nanos sm_idle_before(Nanos time) const noexcept;

  Interval window_;
  std::vector<Atom> atoms_;
  std::vector<Nanos> idle_before_;  ///< SM-idle time before each kStride-th atom
  static constexpr std::size_t kStride = 64;
};

}  // namespace offledger::analysis
