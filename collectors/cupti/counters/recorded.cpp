// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/counters/recorded.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <exception>

#include "schedules/base/error.hpp"

namespace offledger::counters {
namespace {

using trace::CounterUnit;

constexpr std::int64_t kActiveSteps = 200;
constexpr double kByteSteps = 256;

/// What a track counted in a sample: active ns, or bytes.
double count_of(const Samples& samples, const Track& track, std::size_t i) {
  const auto length = static_cast<double>((samples.end[i] - samples.begin[i]).count());
  const double value = std::isfinite(track.values[i]) ? std::max(track.values[i], 0.0) : 0.0;
  return track.unit == "percent" ? value / 100 * length : value / 1e9 * length;
}

std::uint64_t quantum_of(const Samples& samples, const Track& track) {
  if (track.unit == "percent") {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(1, samples.interval.count() / kActiveSteps));
  }
  double most = 0;
  for (std::size_t i = 0; i < track.values.size(); ++i) most = std::max(most, count_of(samples, track, i));
  const double step = std::min(most / kByteSteps, 1e15);
  return step < 1 ? 1 : std::bit_floor(static_cast<std::uint64_t>(step));
}

void add_track(trace::Timeline& timeline, const Samples& samples, const Track& track, trace::DeviceId device,
               std::uint32_t first_sample) {
  const auto row = trace::CounterRow{static_cast<std::uint32_t>(timeline.counters.size())};
  const std::uint64_t quantum = quantum_of(samples, track);
  const trace::StringId role = timeline.intern(track.role);
  timeline.counters.push_back({device, role, timeline.intern(track.metric),
                               track.unit == "percent" ? CounterUnit::kActiveNs : CounterUnit::kBytes,
                               quantum, track.wire_ppm});
  double rest = 0;  // what rounding has left over so far, in quanta
  for (std::size_t i = 0; i < track.values.size(); ++i) {
    const double exact = count_of(samples, track, i) / static_cast<double>(quantum) + rest;
    const double rounded = std::max(0.0, std::round(exact));
    rest = exact - rounded;
    const auto sample = trace::SampleRow{first_sample + static_cast<std::uint32_t>(i)};
    timeline.counter_values.push_back({row, sample, static_cast<std::uint64_t>(std::min(rounded, 1e18))});
  }
}

void note_what_is_missing(trace::Timeline& timeline, const Samples& samples) {
  std::vector<std::string> missing = samples.left_out;
  if (samples.partial) missing.emplace_back("samples are missing between the first and the last");
  if (samples.cut_short) {
    missing.emplace_back(
        "samples are missing, as sampling ends when its buffer is full: sample less often, or record a "
        "shorter run");
  }
  // Beside records the comparison is over the sampled time; alone, the figures would be of a part of the run.
  const bool disqualifies = (samples.partial || samples.cut_short) && timeline.gpu_op_count() == 0;
  if (!missing.empty()) {
    timeline.note("counters_partial", fmt::format("{}", fmt::join(missing, "; ")), disqualifies);
  }
}

}  // namespace

void add_samples(trace::Timeline& timeline, const Samples& samples, trace::DeviceId device) {
  const Nanos origin{timeline.source.clock_origin};
  const auto first = static_cast<std::uint32_t>(timeline.samples.size());
  for (std::size_t i = 0; i < samples.begin.size(); ++i) {
    timeline.samples.push_back({samples.begin[i] - origin, samples.end[i] - origin, device});
  }
  for (const Track& track : samples.tracks) add_track(timeline, samples, track, device, first);
  note_what_is_missing(timeline, samples);
}

std::unique_ptr<Source> chip_source(const Options& options) {
  return std::make_unique<Sampler>(options);
}

Watch::Watch(Options options, MakeSource make) : options_(options), make_(std::move(make)) {}

template <typename Step>
void Watch::attempt(Step step) {
  if (!problem_.empty()) return;
  try {
    step();
  } catch (const std::exception& error) {
    problem_ = error.what();
    source_.reset();
  }
}

void Watch::open() {
  attempt([this] { source_ = make_(options_); });
}

void Watch::start() {
  attempt([this] { source_->start(); });
}

void Watch::halt() {
  attempt([this] { samples_ = source_->stop(); });
}

void Watch::keep_within(const std::vector<Span>& spans) {
  counters::keep_within(samples_, spans);
}

void Watch::add_to(trace::Timeline& timeline) const {
  if (problem_.empty()) return add_samples(timeline, samples_, trace::DeviceId{options_.device});
  timeline.note("counters_unavailable",
                fmt::format("hardware counters were asked for and not had: {}", problem_));
}

}  // namespace offledger::counters
