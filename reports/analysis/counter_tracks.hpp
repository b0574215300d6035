// SPDX-License-Identifier: Apache-2.0
//
// One device's counter samples as columns, and what they sum to in any window.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/trace/timeline.hpp"
#include "reports/analysis/interval_set.hpp"

namespace offledger::analysis {

struct CounterTrack {
  std::string role;
  trace::CounterUnit unit{};
  std::uint64_t wire_ppm = 0;
  std::vector<double> counts;  ///< a sample: active ns, or bytes
};

/// Invariant: samples ascend, are non-empty and do not overlap; every track has one count a sample. Samples
/// that break this, and tracks that lack a value (of a recording that was cut short), are left out.
class CounterTracks {
 public:
  /// O(values log values).
  CounterTracks(const trace::Timeline& timeline, trace::DeviceId device);

  [[nodiscard]] std::span<const Interval> samples() const noexcept { return samples_; }
  [[nodiscard]] bool empty() const noexcept { return samples_.empty() || tracks_.empty(); }
  [[nodiscard]] const std::vector<CounterTrack>& tracks() const noexcept { return tracks_; }
  /// The track of a role, or nullptr.
  [[nodiscard]] const CounterTrack* find(std::string_view role) const noexcept;
  /// First sample's begin to last sample's end. Not for an empty table.
  [[nodiscard]] Interval span() const noexcept { return {samples_.front().begin, samples_.back().end}; }
  /// What a track counted in the window, a sample at its edge by the part that lies within. O(samples in it).
  [[nodiscard]] double sum(const CounterTrack& track, Interval window) const noexcept;
  /// The share of a window that samples cover. O(samples).
  [[nodiscard]] double coverage(Interval window) const;
  /// The samples' median length, the upper of two middle ones. Not for an empty table. O(samples).
  [[nodiscard]] Nanos interval() const;
  /// The first sample that ends after `time`.
  [[nodiscard]] std::size_t first_after(Nanos time) const noexcept;

 private:
  std::vector<Interval> samples_;
  std::vector<CounterTrack> tracks_;
};

/// Devices that were sampled, ascending.
std::vector<trace::DeviceId> sampled_devices(const trace::Timeline& timeline);

}  // namespace offledger::analysis
