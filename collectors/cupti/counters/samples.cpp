// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "collectors/cupti/counters/sampler.hpp"
#include "collectors/cupti/counters/stretch.hpp"

namespace offledger::counters {
namespace {

/// The sum over samples of value times the nanoseconds of it that lie in [begin, end).
double integral(const Samples& samples, const Track& track, Nanos begin, Nanos end) {
  double sum = 0;
  for (std::size_t i = 0; i < samples.begin.size(); ++i) {
    const Nanos from = std::max(begin, samples.begin[i]);
    const Nanos to = std::min(end, samples.end[i]);
    if (from < to) sum += track.values[i] * static_cast<double>((to - from).count());
  }
  return sum;
}

}  // namespace

void add_stretch(Samples& samples, const std::vector<Span>& spans, const Figures& figures) {
  for (std::size_t i = 1; i < figures.size(); ++i) {
    const auto [begin, end] = spans[i];
    if (end <= begin) continue;
    if (!samples.end.empty() && begin - samples.end.back() > samples.interval / 2) samples.partial = true;
    samples.begin.push_back(begin);
    samples.end.push_back(end);
    for (std::size_t track = 0; track < samples.tracks.size(); ++track)
      samples.tracks[track].values.push_back(figures[i][track]);
  }
}

void keep_within(Samples& samples, const std::vector<Span>& spans) {
  if (!spans.empty() && !samples.end.empty() && spans.back().end <= samples.end.back())
    samples.cut_short = false;
  std::size_t kept = 0;
  auto span = spans.begin();
  for (std::size_t i = 0; i < samples.begin.size(); ++i) {
    while (span != spans.end() && span->end < samples.end[i]) ++span;
    if (span == spans.end() || samples.begin[i] < span->begin) continue;
    samples.begin[kept] = samples.begin[i];
    samples.end[kept] = samples.end[i];
    for (Track& track : samples.tracks) track.values[kept] = track.values[i];
    ++kept;
  }
  samples.begin.resize(kept);
  samples.end.resize(kept);
  for (Track& track : samples.tracks) track.values.resize(kept);
}

const Track* Samples::find(std::string_view role) const noexcept {
  const auto at =
      std::find_if(tracks.begin(), tracks.end(), [&](const Track& track) { return track.role == role; });
  return at == tracks.end() ? nullptr : &*at;
}

double bytes_in(const Samples& samples, const Track& track, Nanos begin, Nanos end) {
  return integral(samples, track, begin, end) / 1e9;
}

Nanos active_in(const Samples& samples, const Track& track, Nanos begin, Nanos end) {
  return Nanos(static_cast<std::int64_t>(integral(samples, track, begin, end) / 100));
}

}  // namespace offledger::counters
