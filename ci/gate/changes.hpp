// SPDX-License-Identifier: Apache-2.0
//
// The nightly detector: where a series of measurements changed its level. docs/gate.md describes the method;
// the files below hold one step each:
//
//     rank_scan      is there a split, and where: a maximum over splits, its p by permutation
//     segmentation   all the splits of a series: halving, then merging what does not hold alone
//     outliers       isolated points, and the points at the end that may become a change
//     drift          a slope that a staircase of splits stands for
//
// The answer depends on the values' ranks, the series' name (which seeds the permutations) and nothing else:
// not on the order in which points arrived, the number of threads, the unit, or the direction of time or of
// the scale.

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/history/records.hpp"

namespace offledger::gate {

enum class ChangeKind {
  kChange,     ///< the level moved, p at most DetectorOptions::p
  kSuspected,  ///< the last two points or more left the level, too few to prove it
  kOutlier,    ///< one point, back to the level after it
  kDrift,      ///< a slope explains the points better than steps do
};
/// "change", "suspected", "outlier", "drift".
std::string_view to_string(ChangeKind kind);

struct Change {
  std::size_t index = 0;        ///< 0-based first point of the new regime; of a drift, where it begins
  std::size_t range_first = 0;  ///< plausible first points of the new regime: [range_first, range_last]
  std::size_t range_last = 0;
  double shift = 0;                             ///< new level - old level, in the values' unit
  std::optional<double> shift_low, shift_high;  ///< 90 %; absent where too few points allow none
  double p = 1;
  ChangeKind kind = ChangeKind::kChange;
  bool operator==(const Change&) const = default;
};

struct DetectorOptions {
  double p = 0.001;
  std::size_t least_segment = 4;
  int permutations = 2000;
};

/// Ascending by index. Values that are not finite are skipped: indices still count them.
/// Cost: O(permutations * n) for each change found, a few dozen scans for a series without one.
std::vector<Change> detect(std::span<const double> values, std::string_view name,
                           const DetectorOptions& options = {});

struct NamedSeries {
  std::string name;
  std::vector<double> values;
};
/// detect() of each, on `threads` threads (0: as many as the machine has); the answer is the same on any
/// number.
std::vector<std::vector<Change>> detect_all(std::span<const NamedSeries> series, unsigned threads,
                                            const DetectorOptions& options = {});

/// The name that seeds a series of the history.
std::string name_of(const history::Series& series);

/// The changes of the history's series, with runs, plausible runs and what differs in the environment across
/// each. Where one class of machine has several instances that took turns, each is compared with itself: its
/// median is taken out before the points are ranked.
std::vector<history::Changepoint> detect_history(std::span<const history::Series> series, unsigned threads,
                                                 const DetectorOptions& options = {});

/// Several series of one machine that moved at once: the machine changed, not the code.
struct MachineChange {
  std::int64_t machine_class = 0;
  std::string device;
  std::string run;          ///< from which on
  std::size_t moved = 0;    ///< series whose plausible range holds that run
  std::size_t series = 0;   ///< of that machine
  bool by_control = false;  ///< the control measurement (H2D GB/s, SM clock) moved
  std::string environment;
};
/// At most one for each group of overlapping ranges: where more than 30 % of a machine's series (at least 4
/// of them), or one of its control measurements, moved together.
std::vector<MachineChange> machine_changes(std::span<const history::Series> series,
                                           std::span<const history::Changepoint> changes);

}  // namespace offledger::gate
