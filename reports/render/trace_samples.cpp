// SPDX-License-Identifier: Apache-2.0
//
// Sampled hardware counters in a Chrome trace: a counter a role, under the streams, aligned with the records.
// A value stands from its sample's begin until the next; where samples pause it falls to zero.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "reports/render/trace_builder.hpp"

namespace offledger::render {
namespace {

using trace::CounterUnit;

/// Thousandths of a percent, or of GB/s.
std::uint64_t shown(const trace::Counter& counter, std::uint64_t value, std::uint64_t length) {
  const double count = static_cast<double>(value) * static_cast<double>(counter.quantum);
  const double rate = count / static_cast<double>(length);  // a share, or bytes a ns
  if (counter.unit == CounterUnit::kBytes) return static_cast<std::uint64_t>(std::min(rate * 1000, 1e15));
  return static_cast<std::uint64_t>(std::min(rate, 1.0) * 100'000);
}

/// A counter's values in the order of time.
std::vector<const trace::CounterValue*> values_of(const trace::Timeline& t, std::size_t row) {
  std::vector<const trace::CounterValue*> values;
  for (const trace::CounterValue& value : t.counter_values) {
    if (index(value.counter) != row || index(value.sample) >= t.samples.size()) continue;
    const trace::Sample& sample = t.samples[index(value.sample)];
    if (sample.end > sample.begin) values.push_back(&value);
  }
  std::ranges::stable_sort(values, {},
                           [&](const auto* value) { return t.samples[index(value->sample)].begin; });
  return values;
}

void write_track(TraceBuilder& trace, std::uint32_t pid, std::size_t row) {
  const trace::Timeline& t = trace.timeline;
  const trace::Counter& counter = t.counters[row];
  const std::string name = fmt::format("counter: {}", trace.escaped(counter.role));
  const std::string_view unit = counter.unit == CounterUnit::kBytes ? "GB/s" : "%";
  std::uint64_t last = 0;
  Nanos end = Nanos::min();
  const auto put = [&](Nanos at, std::uint64_t value) {
    if (value != last) trace.counter(pid, name, unit, at, value, true);
    last = value;
  };
  for (const trace::CounterValue* value : values_of(t, row)) {
    const trace::Sample& sample = t.samples[index(value->sample)];
    if (end != Nanos::min() && sample.begin > end) put(end, 0);
    put(sample.begin, shown(counter, value->value, elapsed(sample.begin, sample.end)));
    end = sample.end;
  }
  if (end != Nanos::min()) put(end, 0);
}

/// First begin and last end of what ran on a device; empty where nothing did.
std::pair<Nanos, Nanos> span_of(const trace::Timeline& t, trace::DeviceId device) {
  std::pair span{Nanos::max(), Nanos::min()};
  const auto widen = [&](const auto& records) {
    for (const auto& r : records) {
      if (r.end < r.begin || device_of(t, r.stream) != device) continue;
      span.first = std::min(span.first, r.begin);
      span.second = std::max(span.second, r.end);
    }
  };
  widen(t.kernels);
  widen(t.copies);
  return span;
}

/// A slice wherever a device ran and its samples pause for longer than one of them: a counter's zero there is
/// no measurement.
void write_pauses(TraceBuilder& trace, trace::DeviceId device, std::uint32_t pid) {
  std::vector<const trace::Sample*> samples;
  for (const trace::Sample& sample : trace.timeline.samples) {
    if (sample.device == device && sample.end > sample.begin) samples.push_back(&sample);
  }
  if (samples.empty()) return;
  std::ranges::stable_sort(samples, {}, [](const trace::Sample* sample) { return sample->begin; });
  const std::uint64_t length = elapsed(samples.front()->begin, samples.front()->end);
  std::optional<std::uint32_t> row;
  const auto put = [&](Nanos begin, Nanos end) {
    if (end <= begin || elapsed(begin, end) <= length) return;
    if (!row) row = trace.rows(pid, "counters: not sampled", 1);
    trace.slice(pid, *row, begin, end, "not sampled", "pause");
    trace.close();
  };
  const auto [first, last] = span_of(trace.timeline, device);
  put(first, samples.front()->begin);
  for (std::size_t i = 1; i < samples.size(); ++i) put(samples[i - 1]->end, samples[i]->begin);
  put(samples.back()->end, last);
}

}  // namespace

void write_samples(TraceBuilder& trace, trace::DeviceId device, std::uint32_t pid) {
  write_pauses(trace, device, pid);
  for (std::size_t row = 0; row < trace.timeline.counters.size(); ++row) {
    if (trace.timeline.counters[row].device == device) write_track(trace, pid, row);
  }
}

}  // namespace offledger::render
