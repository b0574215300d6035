// SPDX-License-Identifier: Apache-2.0
//
// Sampled hardware counters in a Chrome trace: a counter a role, under the streams, aligned with the records.
// A value stands from its sample's begin until the next; where samples pause it falls to zero.
#include <fmt/format.h>

#include <algorithm>

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

}  // namespace

void write_samples(TraceBuilder& trace, trace::DeviceId device, std::uint32_t pid) {
  for (std::size_t row = 0; row < trace.timeline.counters.size(); ++row) {
    if (trace.timeline.counters[row].device == device) write_track(trace, pid, row);
  }
}

}  // namespace offledger::render
