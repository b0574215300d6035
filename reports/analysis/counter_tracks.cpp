// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/counter_tracks.hpp"

#include <algorithm>
#include <limits>

namespace offledger::analysis {
namespace {

constexpr std::uint32_t kDropped = std::numeric_limits<std::uint32_t>::max();

bool usable(const trace::Sample& sample) noexcept {
  return sample.begin >= -kMostTime && sample.end <= kMostTime && sample.begin < sample.end;
}

/// Where each row of Timeline::samples stands among the device's samples in order; kDropped where it does
/// not.
std::vector<std::uint32_t> order_samples(const trace::Timeline& timeline, trace::DeviceId device,
                                         std::vector<Interval>& ordered) {
  std::vector<std::uint32_t> rows;
  for (std::size_t row = 0; row < timeline.samples.size(); ++row) {
    const trace::Sample& sample = timeline.samples[row];
    if (sample.device == device && usable(sample)) rows.push_back(static_cast<std::uint32_t>(row));
  }
  std::ranges::stable_sort(rows, {}, [&](std::uint32_t row) { return timeline.samples[row].begin; });
  std::vector<std::uint32_t> place(timeline.samples.size(), kDropped);
  for (const std::uint32_t row : rows) {
    const trace::Sample& sample = timeline.samples[row];
    if (!ordered.empty() && sample.begin < ordered.back().end) continue;
    place[row] = static_cast<std::uint32_t>(ordered.size());
    ordered.push_back({sample.begin, sample.end});
  }
  return place;
}

std::string text_of(const trace::Timeline& timeline, trace::StringId id) {
  return index(id) < timeline.strings().size() ? timeline.text(id) : std::string();
}

}  // namespace

CounterTracks::CounterTracks(const trace::Timeline& timeline, trace::DeviceId device) {
  const std::vector<std::uint32_t> place = order_samples(timeline, device, samples_);
  constexpr double kMissing = -1;
  std::vector<CounterTrack> all(timeline.counters.size());
  for (std::size_t row = 0; row < all.size(); ++row) {
    const trace::Counter& counter = timeline.counters[row];
    if (counter.device != device) continue;
    all[row] = {text_of(timeline, counter.role), counter.unit, counter.wire_ppm,
                std::vector<double>(samples_.size(), kMissing)};
  }
  for (const trace::CounterValue& value : timeline.counter_values) {
    if (index(value.counter) >= all.size() || index(value.sample) >= place.size()) continue;
    CounterTrack& track = all[index(value.counter)];
    const std::uint32_t at = place[index(value.sample)];
    if (at == kDropped || track.counts.empty()) continue;
    track.counts[at] = static_cast<double>(value.value) *
                       static_cast<double>(timeline.counters[index(value.counter)].quantum);
  }
  for (CounterTrack& track : all) {
    if (track.counts.empty() || std::ranges::find(track.counts, kMissing) != track.counts.end()) continue;
    tracks_.push_back(std::move(track));
  }
}

const CounterTrack* CounterTracks::find(std::string_view role) const noexcept {
  const auto at = std::ranges::find(tracks_, role, &CounterTrack::role);
  return at == tracks_.end() ? nullptr : &*at;
}

std::size_t CounterTracks::first_after(Nanos time) const noexcept {
  const auto at =
      std::ranges::upper_bound(samples_, time, {}, [](const Interval& sample) { return sample.end; });
  return static_cast<std::size_t>(at - samples_.begin());
}

double CounterTracks::sum(const CounterTrack& track, Interval window) const noexcept {
  double total = 0;
  for (std::size_t i = first_after(window.begin); i < samples_.size() && samples_[i].begin < window.end;
       ++i) {
    const Nanos inside = std::min(samples_[i].end, window.end) - std::max(samples_[i].begin, window.begin);
    if (inside.count() <= 0) continue;
    total += track.counts[i] * static_cast<double>(inside.count()) /
             static_cast<double>(samples_[i].length().count());
  }
  return total;
}

double CounterTracks::coverage(Interval window) const {
  if (window.length().count() <= 0) return 0;
  const Nanos inside = IntervalSet(samples_).length_in(window);
  return static_cast<double>(inside.count()) / static_cast<double>(window.length().count());
}

Nanos CounterTracks::interval() const {
  std::vector<Nanos> lengths;
  for (const Interval& sample : samples_) lengths.push_back(sample.length());
  const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
  std::ranges::nth_element(lengths, middle);
  return *middle;
}

std::vector<trace::DeviceId> sampled_devices(const trace::Timeline& timeline) {
  std::vector<trace::DeviceId> devices;
  for (const trace::Counter& counter : timeline.counters) devices.push_back(counter.device);
  std::ranges::sort(devices);
  const auto repeats = std::ranges::unique(devices);
  devices.erase(repeats.begin(), repeats.end());
  std::erase_if(devices, [&](trace::DeviceId device) { return CounterTracks(timeline, device).empty(); });
  return devices;
}

}  // namespace offledger::analysis
