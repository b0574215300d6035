// SPDX-License-Identifier: Apache-2.0
//
// Samples in a recording: what is counted is not lost to rounding, and counters that cannot be had end
// nothing.
#include "collectors/cupti/counters/recorded.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "schedules/base/error.hpp"

namespace offledger::counters {
namespace {

using trace::CounterUnit;
using trace::Timeline;

Samples samples_of(std::string unit, std::vector<double> values, std::int64_t length = 20'000) {
  Samples samples;
  samples.interval = nanos(length);
  for (std::size_t i = 0; i < values.size(); ++i) {
    samples.begin.push_back(nanos(1'000'000 + length * static_cast<std::int64_t>(i)));
    samples.end.push_back(samples.begin.back() + nanos(length));
  }
  samples.tracks.push_back({"role", std::move(unit), "metric", std::move(values), 1'046'800});
  return samples;
}

std::vector<std::uint64_t> values_of(const Timeline& timeline) {
  std::vector<std::uint64_t> values;
  for (const trace::CounterValue& value : timeline.counter_values) values.push_back(value.value);
  return values;
}

TEST(AddSamples, CountsFromTheRecordingsBegin) {
  Timeline timeline;
  timeline.source.clock_origin = 900'000;
  add_samples(timeline, samples_of("percent", {100, 0, 50}), trace::DeviceId{3});
  ASSERT_EQ(timeline.samples.size(), 3u);
  EXPECT_EQ(timeline.samples[1], (trace::Sample{nanos(120'000), nanos(140'000), trace::DeviceId{3}}));
  ASSERT_EQ(timeline.counters.size(), 1u);
  const trace::Counter& counter = timeline.counters[0];
  EXPECT_EQ(timeline.text(counter.role), "role");
  EXPECT_EQ(timeline.text(counter.metric), "metric");
  EXPECT_EQ(counter.unit, CounterUnit::kActiveNs);
  EXPECT_EQ(counter.quantum, 100u);  // 20 us / 200
  EXPECT_EQ(counter.wire_ppm, 1'046'800u);
  EXPECT_EQ(values_of(timeline), (std::vector<std::uint64_t>{200, 0, 100}));
  EXPECT_TRUE(timeline.notes.empty());
}

TEST(AddSamples, CarriesWhatRoundingLeaves) {
  Timeline timeline;
  add_samples(timeline, samples_of("percent", {0.2, 0.2, 0.2, 0.2, 0.2}), trace::DeviceId{0});
  EXPECT_EQ(values_of(timeline), (std::vector<std::uint64_t>{0, 1, 0, 1, 0}));  // 40 ns each, quanta of 100
}

TEST(AddSamples, SecondTracksAndSecondCallsKeepTheirRows) {
  Samples samples = samples_of("percent", {100, 100});
  samples.tracks.push_back({"pcie_read", "bytes_per_second", "m2", {1e9, 0}});
  Timeline timeline;
  add_samples(timeline, samples, trace::DeviceId{0});
  add_samples(timeline, samples, trace::DeviceId{1});
  EXPECT_EQ(timeline.counters.size(), 4u);
  EXPECT_EQ(timeline.counter_values[2],
            (trace::CounterValue{trace::CounterRow{1}, trace::SampleRow{0}, 313}));
  EXPECT_EQ(timeline.counters[1].quantum, 64u);  // 20'000 bytes / 256 = 78: 312.5 of them
  EXPECT_EQ(timeline.counter_values[4].sample, trace::SampleRow{2});
}

RC_GTEST_PROP(AddSamples, AnySumIsWithinAQuantum, (const std::vector<std::uint16_t>& raw, bool bytes)) {
  RC_PRE(!raw.empty());
  std::vector<double> values;
  for (const std::uint16_t v : raw) values.push_back(bytes ? v * 1e6 + v / 3.0 : v / 655.36);
  const Samples samples = samples_of(bytes ? "bytes_per_second" : "percent", values);
  Timeline timeline;
  add_samples(timeline, samples, trace::DeviceId{0});
  const auto quantum = static_cast<double>(timeline.counters[0].quantum);
  double exact = 0, kept = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    exact += bytes ? values[i] / 1e9 * 20'000 : values[i] / 100 * 20'000;
    kept += static_cast<double>(timeline.counter_values[i].value) * quantum;
    RC_ASSERT(std::abs(exact - kept) <= quantum);
  }
}

TEST(AddSamples, NonsenseFromTheChipIsNothing) {
  Timeline timeline;
  add_samples(timeline, samples_of("bytes_per_second", {std::nan(""), -1, INFINITY, 1e300}),
              trace::DeviceId{0});
  EXPECT_EQ(timeline.counter_values.size(), 4u);
  EXPECT_EQ(timeline.counter_values[0].value, 0u);
}

TEST(AddSamples, WhatIsMissingIsNoted) {
  Samples samples = samples_of("percent", {1});
  samples.left_out = {"dram_read: does not fit the pass"};
  samples.cut_short = true;
  Timeline timeline;
  timeline.kernels.emplace_back();
  add_samples(timeline, samples, trace::DeviceId{0});
  ASSERT_EQ(timeline.notes.size(), 1u);
  EXPECT_EQ(timeline.text(timeline.notes[0].id), "counters_partial");
  EXPECT_EQ(
      timeline.text(timeline.notes[0].text),
      "dram_read: does not fit the pass; samples are missing, as sampling ends when its buffer is full: "
      "sample less often, or record a shorter run");
  EXPECT_FALSE(timeline.notes[0].disqualifies);
}

TEST(AddSamples, APartOfTheRunDisqualifiesWhereThereAreNoRecords) {
  Samples samples = samples_of("percent", {1});
  samples.left_out = {"dram_read: does not fit the pass"};
  for (const auto& [partial, cut_short] : {std::pair{false, false}, {true, false}, {false, true}}) {
    samples.partial = partial;
    samples.cut_short = cut_short;
    Timeline timeline;
    add_samples(timeline, samples, trace::DeviceId{0});
    ASSERT_EQ(timeline.notes.size(), 1u);
    EXPECT_EQ(timeline.notes[0].disqualifies, partial || cut_short);
  }
}

/// A source that fails where it is told to.
struct Faulty final : Source {
  explicit Faulty(std::string where) : where_(std::move(where)) {}
  void start() override { fail_at("start"); }
  Samples stop() override {
    fail_at("stop");
    return samples_of("percent", {100});
  }
  void fail_at(const char* place) const {
    if (where_ == place)
      throw Error(ErrorKind::kNotMeasured,
                  "cuptiPmSamplingStart failed: CUPTI_ERROR_INSUFFICIENT_PRIVILEGES");
  }
  std::string where_;
};

Timeline watched(const std::string& failing) {
  Watch watch({}, [&](const Options&) -> std::unique_ptr<Source> {
    if (failing == "open") throw Error(ErrorKind::kNotMeasured, "held by another client");
    return std::make_unique<Faulty>(failing);
  });
  watch.open();
  watch.start();
  watch.halt();
  Timeline timeline;
  watch.add_to(timeline);
  EXPECT_EQ(watch.problem().empty(), failing.empty());
  return timeline;
}

TEST(Watch, GivesSamplesWhereNothingFails) {
  EXPECT_EQ(watched("").counter_values.size(), 1u);
  EXPECT_TRUE(watched("").notes.empty());
}

TEST(Watch, EndsNothingWhereCountersCannotBeHad) {
  for (const char* where : {"open", "start", "stop"}) {
    const Timeline timeline = watched(where);
    EXPECT_TRUE(timeline.samples.empty()) << where;
    ASSERT_EQ(timeline.notes.size(), 1u) << where;
    EXPECT_EQ(timeline.text(timeline.notes[0].id), "counters_unavailable");
    EXPECT_FALSE(timeline.notes[0].disqualifies);
  }
  EXPECT_EQ(watched("open").text(watched("open").notes[0].text),
            "hardware counters were asked for and not had: held by another client");
}

}  // namespace
}  // namespace offledger::counters
