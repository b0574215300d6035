// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "reports/analysis/analysis.hpp"
#include "reports/analysis/counter_checks.hpp"
#include "reports/analysis/counter_sampled.hpp"
#include "schedules/base/error.hpp"
#include "tests/property/analysis/naive_chip.hpp"

namespace offledger::analysis {
namespace {

/// Copy 0–2000 us, kernel 1000–3000 us: 1000 us hidden of 2000 possible.
NaiveChip half_hidden() {
  NaiveChip chip(3000);
  chip.copy(0, 2000);
  chip.kernel(1000, 3000);
  chip.sample();
  return chip;
}

const CounterReport& counters_of(const Report& report) {
  return *report.devices.front().counters;
}

const CounterCheck& check_of(const CounterReport& report, const std::string& id) {
  for (const CounterCheck& check : report.checks) {
    if (check.id == id) return check;
  }
  throw Error(ErrorKind::kUsage, "no check " + id);
}

TEST(Counters, TellWhatRecordsTell) {
  const Report report = explain(half_hidden().timeline);
  const CounterReport& counters = counters_of(report);
  EXPECT_EQ(counters.samples, 150u);
  EXPECT_EQ(counters.interval, Nanos(20'000));
  EXPECT_DOUBLE_EQ(counters.coverage, 1.0);
  EXPECT_DOUBLE_EQ(check_of(counters, "h2d_bytes").record, 2000.0 * 55'000);
  EXPECT_NEAR(check_of(counters, "h2d_bytes").counter, 2000.0 * 55'000, 1);
  EXPECT_DOUBLE_EQ(check_of(counters, "h2d_engine_ns").counter, 2e6);
  EXPECT_DOUBLE_EQ(check_of(counters, "overlap_of_possible").record, 0.5);
  EXPECT_DOUBLE_EQ(check_of(counters, "overlap_of_possible").counter, 0.5);
  EXPECT_DOUBLE_EQ(*counters.sm_share, 1.0);
  EXPECT_FALSE(counters.tensor_share.has_value());
}

TEST(Counters, MismatchNamesBothNumbers) {
  NaiveChip chip = half_hidden();
  for (trace::CounterValue& value : chip.timeline.counter_values) {
    if (index(value.counter) == 2) value.value = 0;  // an engine that copies do not run on
  }
  const Report report = explain(chip.timeline);
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].id, "counter_mismatch");
  EXPECT_EQ(report.findings[0].detail,
            "h2d_engine_ns: 2.000 ms by record, 0.000 ms by counter; they may differ by 0.022 ms");
}

TEST(Counters, WithoutCalibrationBytesAreShownAndNotJudged) {
  NaiveChip chip = half_hidden();
  chip.timeline.counters[3].wire_ppm = 0;
  const Report report = explain(chip.timeline);
  const CounterCheck& check = check_of(counters_of(report), "h2d_bytes");
  EXPECT_FALSE(check.judged);
  EXPECT_NEAR(check.counter / check.record, 1.05, 1e-6);
  EXPECT_TRUE(report.findings.empty());
}

TEST(Counters, FewSamplesJudgeNothing) {
  NaiveChip chip(800);
  chip.copy(0, 800);
  chip.sample();
  for (trace::CounterValue& value : chip.timeline.counter_values) value.value = 0;
  EXPECT_TRUE(explain(chip.timeline).findings.empty());
}

TEST(Counters, OfATimeWithoutRecordsCompareNothing) {
  NaiveChip chip = half_hidden();
  for (trace::Sample& sample : chip.timeline.samples)
    sample.begin += Nanos(10'000'000), sample.end += Nanos(10'000'000);
  EXPECT_FALSE(explain(chip.timeline).devices.front().counters.has_value());
}

TEST(Counters, TracksThatLackValuesAreLeftOut) {
  NaiveChip chip = half_hidden();
  chip.timeline.counter_values.pop_back();  // the last of pcie_read
  const CounterTracks tracks(chip.timeline, trace::DeviceId{0});
  EXPECT_EQ(tracks.find("pcie_read"), nullptr);
  EXPECT_NE(tracks.find("h2d_engine"), nullptr);
}

TEST(Counters, SamplesThatOverlapAreLeftOut) {
  NaiveChip chip = half_hidden();
  chip.timeline.samples[1].begin = chip.timeline.samples[0].begin;
  chip.timeline.samples[3].end = chip.timeline.samples[3].begin;
  const CounterTracks tracks(chip.timeline, trace::DeviceId{0});
  EXPECT_EQ(tracks.samples().size(), 148u);
  for (std::size_t i = 1; i < tracks.samples().size(); ++i) {
    EXPECT_GE(tracks.samples()[i].begin, tracks.samples()[i - 1].end);
  }
}

trace::Timeline without_records(NaiveChip chip) {
  chip.timeline.kernels.clear();
  chip.timeline.copies.clear();
  return std::move(chip.timeline);
}

TEST(SamplesAlone, GiveLedgerAndOverlap) {
  const Report report = explain(without_records(half_hidden()));
  const Figures& figures = report.devices.front().total;
  EXPECT_EQ(figures.ledger.wall(), Nanos(3'000'000));
  EXPECT_EQ(figures.ledger.exposed, Nanos(1'000'000));
  EXPECT_EQ(figures.ledger.hidden, Nanos(1'000'000));
  EXPECT_EQ(figures.ledger.compute_only, Nanos(1'000'000));
  EXPECT_EQ(figures.ledger.idle, Nanos(0));
  EXPECT_EQ(figures.h2d.copies, 0u);
  EXPECT_NEAR(static_cast<double>(figures.h2d.bytes), 2000.0 * 55'000, 10);
  EXPECT_TRUE(counters_of(report).only);
  EXPECT_EQ(counters_of(report).sampled->open, Nanos(0));
}

TEST(SamplesAlone, WindowIsFromFirstToLastActivity) {
  NaiveChip chip(3000);
  chip.copy(500, 700);
  chip.kernel(1000, 2000);
  chip.sample();
  EXPECT_EQ(explain(without_records(chip)).devices.front().total.window,
            (Interval{Nanos(500'000), Nanos(2'000'000)}));
}

/// Copies all the time, sampled but for the first 200 us; steps begin at those microseconds.
trace::Timeline sampled_late(const std::vector<std::int64_t>& steps) {
  NaiveChip chip(3000);
  chip.copy(0, 3000);
  chip.kernel(1000, 3000);
  chip.sample();
  trace::Timeline timeline = without_records(std::move(chip));
  std::erase_if(timeline.counter_values, [](const auto& value) { return index(value.sample) < 10; });
  for (trace::CounterValue& value : timeline.counter_values)
    value.sample = trace::SampleRow{static_cast<std::uint32_t>(index(value.sample)) - 10};
  timeline.samples.erase(timeline.samples.begin(), timeline.samples.begin() + 10);
  for (const std::int64_t step : steps) {
    trace::Range& range = timeline.ranges.emplace_back();
    range.kind = trace::RangeKind::kStep;
    range.begin = Nanos(step * 1000);
    range.end = range.begin + Nanos(1000);
  }
  return timeline;
}

TEST(SamplesAlone, BeginWithAStepThatIsWhollySampled) {
  const Report report = explain(sampled_late({0, 1000, 2000}));
  EXPECT_EQ(report.devices.front().total.window, (Interval{Nanos(1'000'000), Nanos(3'000'000)}));
  EXPECT_DOUBLE_EQ(counters_of(report).coverage, 1.0);
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].detail,
            "sampling began 0.2 ms after the first step did: figures are of the steps after it");
  EXPECT_FALSE(report.findings[0].disqualifies);
}

TEST(SamplesAlone, OfAPartOfTheOnlyStepDisqualify) {
  const Report report = explain(sampled_late({0}));
  EXPECT_EQ(report.devices.front().total.window, (Interval{Nanos(200'000), Nanos(3'000'000)}));
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].id, "counters_partial");
  EXPECT_TRUE(report.findings[0].disqualifies);
}

TEST(SamplesAlone, StepsThatAreSampledChangeNothing) {
  for (const std::vector<std::int64_t>& steps : {std::vector<std::int64_t>{}, {190, 1000}, {250}, {4000}}) {
    const Report report = explain(sampled_late(steps));
    EXPECT_EQ(report.devices.front().total.window, (Interval{Nanos(200'000), Nanos(3'000'000)}));
    EXPECT_TRUE(report.findings.empty());
  }
}

TEST(SamplesAlone, SeeZeroCopyReads) {
  NaiveChip chip = half_hidden();
  for (trace::CounterValue& value : chip.timeline.counter_values) {
    if (index(value.counter) == 2) value.value = 0;  // no copy engine, yet the bus is full
  }
  const Report report = explain(without_records(chip));
  EXPECT_TRUE(counters_of(report).sampled->zero_copy);
  EXPECT_NEAR(*counters_of(report).sampled->overlap_of_possible(), 0.5, 0.001);
}

TEST(SamplesAlone, ThatLackTimeAreRefusedByTheGate) {
  trace::Timeline timeline = without_records(half_hidden());
  for (std::size_t i = 50; i < 80; ++i) timeline.samples[i].end = timeline.samples[i].begin;  // cover nothing
  const Report report = explain(timeline);
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].id, "counters_partial");
  EXPECT_TRUE(report.findings[0].disqualifies);
  EXPECT_DOUBLE_EQ(counters_of(report).coverage, 0.8);
}

TEST(Counters, CompareOnlyTheTimeThatSamplesCover) {
  NaiveChip chip = half_hidden();
  for (std::size_t i = 50; i < 80; ++i) chip.timeline.samples[i].end = chip.timeline.samples[i].begin;
  const Report report = explain(chip.timeline);
  EXPECT_TRUE(report.findings.empty());
  EXPECT_DOUBLE_EQ(counters_of(report).coverage, 0.8);
  EXPECT_DOUBLE_EQ(check_of(counters_of(report), "h2d_engine_ns").record, 1.4e6);
  EXPECT_DOUBLE_EQ(check_of(counters_of(report), "h2d_engine_ns").counter, 1.4e6);
  EXPECT_DOUBLE_EQ(check_of(counters_of(report), "h2d_bytes").record, 1400.0 * 55'000);
}

TEST(SamplesAlone, OfNothingAreNoMeasurement) {
  NaiveChip chip(3000);
  chip.sample();
  EXPECT_THROW(explain(chip.timeline), Error);
}

TEST(Notes, BecomeFindings) {
  NaiveChip chip = half_hidden();
  chip.timeline.note("counters_partial", "dram_read: does not fit the pass");
  const Report report = explain(chip.timeline);
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].id, "counters_partial");
  EXPECT_EQ(report.findings[0].detail, "dram_read: does not fit the pass");
  const Report alone = explain(without_records(chip));
  ASSERT_EQ(alone.findings.size(), 1u);
}

}  // namespace
}  // namespace offledger::analysis
