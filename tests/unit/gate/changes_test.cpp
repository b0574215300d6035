// SPDX-License-Identifier: Apache-2.0
//
// The detector on series whose answer is plain to see, and on histories of them.
#include "ci/gate/changes.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ci/gate/bench/noise.hpp"

namespace offledger::gate {
namespace {

std::vector<double> noise(std::size_t n, std::uint64_t seed = 2) {
  Random random(seed);
  return bench::sequence(bench::Noise::kNormal, n, random);
}

std::vector<double> with_step(std::vector<double> values, std::size_t at, double step) {
  for (std::size_t i = at; i < values.size(); ++i) values[i] += step;
  return values;
}

TEST(Changes, FindsAStepWithItsShiftAndRange) {
  const auto changes = detect(with_step(noise(100), 60, 5), "series");
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].kind, ChangeKind::kChange);
  EXPECT_NEAR(static_cast<double>(changes[0].index), 60, 1);
  EXPECT_LE(changes[0].range_first, 60U);
  EXPECT_GE(changes[0].range_last, 60U);
  EXPECT_LE(changes[0].range_last - changes[0].range_first, 4U);
  EXPECT_NEAR(changes[0].shift, 5, 1);
  EXPECT_GT(*changes[0].shift_low, 3);
  EXPECT_LT(*changes[0].shift_low, changes[0].shift);
  EXPECT_GT(*changes[0].shift_high, changes[0].shift);
  EXPECT_NEAR(changes[0].p, 1.0 / 2001, 1e-12);
}

TEST(Changes, FindsSeveralAndTheWayBack) {
  const auto changes = detect(with_step(with_step(noise(150), 50, 4), 100, -4), "series");
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_NEAR(static_cast<double>(changes[0].index), 50, 2);
  EXPECT_NEAR(static_cast<double>(changes[1].index), 100, 2);
  EXPECT_GT(changes[0].shift, 0);
  EXPECT_LT(changes[1].shift, 0);
}

TEST(Changes, CallsAnIsolatedPointAnOutlier) {
  auto values = noise(60);
  values[30] += 50;
  const auto changes = detect(values, "series");
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].kind, ChangeKind::kOutlier);
  EXPECT_EQ(changes[0].index, 30U);
  EXPECT_NEAR(changes[0].shift, 50, 4);
}

TEST(Changes, SuspectsAfterTwoPointsAndConfirmsWhenItCan) {
  std::vector<ChangeKind> kinds;
  std::vector<double> values = noise(40);
  for (int i = 0; i < 8; ++i) {
    values.push_back(12 + 0.1 * i);
    const auto changes = detect(values, "series");
    ASSERT_EQ(changes.size(), 1U) << i;
    EXPECT_NEAR(static_cast<double>(changes[0].index), 40, 1) << i;
    kinds.push_back(changes[0].kind);
  }
  EXPECT_EQ(kinds[0], ChangeKind::kOutlier);
  EXPECT_EQ(kinds[1], ChangeKind::kSuspected);
  EXPECT_EQ(kinds[7], ChangeKind::kChange);
}

TEST(Changes, FindsAStepOfASeriesWithoutNoise) {
  std::vector<double> values(30, 16.2e9);
  values.resize(45, 16.4e9);
  const auto changes = detect(values, "deterministic");
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].index, 30U);
  EXPECT_EQ(changes[0].range_first, 30U);
  EXPECT_EQ(changes[0].range_last, 30U);
  EXPECT_NEAR(changes[0].shift, 0.2e9, 1);
}

TEST(Changes, CallsASlopeADrift) {
  auto values = noise(200);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += 0.1 * static_cast<double>(i);
  const auto changes = detect(values, "series");
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].kind, ChangeKind::kDrift);
  EXPECT_NEAR(changes[0].shift, 18, 2.5);
  EXPECT_EQ(changes[0].range_first, 0U);
  EXPECT_EQ(changes[0].range_last, 199U);
}

TEST(Changes, CountsSkippedPointsInItsIndices) {
  auto values = with_step(noise(60), 30, 6);
  values.insert(values.begin() + 10, std::numeric_limits<double>::quiet_NaN());
  values.insert(values.begin(), std::numeric_limits<double>::infinity());
  const auto changes = detect(values, "series");
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_NEAR(static_cast<double>(changes[0].index), 32, 1);
}

TEST(Changes, HasNothingToSayOfShortSeries) {
  EXPECT_TRUE(detect({}, "series").empty());
  EXPECT_TRUE(detect(std::vector<double>{1, 2, 3}, "series").empty());
  EXPECT_TRUE(detect(std::vector<double>{1, 1, 1, 1, 9, 9, 9}, "series").empty());
}

history::Series make_series(const std::string& metric, const std::vector<double>& values,
                            std::size_t driver_at) {
  history::Series series;
  series.cell = {"history1", "tiny", "cuda", "1"};
  series.metric = metric;
  series.machine_class = 7;
  series.device = "NVIDIA H200";
  for (std::size_t i = 0; i < values.size(); ++i) {
    history::SeriesPoint point;
    point.run = "run" + std::to_string(i);
    point.commit = "commit" + std::to_string(i);
    point.instance = "GPU-1";
    point.environment.driver = i < driver_at ? "570" : "580";
    point.started_at_unix = static_cast<std::int64_t>(i);
    point.value = values[i];
    series.points.push_back(point);
  }
  return series;
}

TEST(HistoryChanges, NameRunsAndWhatDiffersAcrossThem) {
  const std::vector<history::Series> series = {make_series("wall_ns", with_step(noise(60), 30, 8), 30)};
  const auto changes = detect_history(series, 1);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].run, "run30");
  EXPECT_EQ(changes[0].kind, "change");
  EXPECT_EQ(changes[0].environment, "driver 570 -> 580");
  EXPECT_EQ(changes[0].machine_class, 7);
}

TEST(HistoryChanges, CompareInstancesThatTookTurnsWithThemselves) {
  auto series = make_series("wall_ns", noise(80), 0);
  Random random(3);
  for (auto& point : series.points) {
    const bool other = random.below(2) == 0;
    point.instance = other ? "GPU-2" : "GPU-1";
    if (other) point.value += 100;
  }
  EXPECT_TRUE(detect_history(std::vector{series}, 1).empty());
  for (std::size_t i = 40; i < 80; ++i) series.points[i].value += 8;
  const auto changes = detect_history(std::vector{series}, 1);
  ASSERT_GE(changes.size(), 1U);
  EXPECT_EQ(changes[0].kind, "change");
}

TEST(MachineChanges, AreOneEventWhereManySeriesMoveTogether) {
  std::vector<history::Series> series;
  for (std::uint64_t i = 0; i < 6; ++i) {
    series.push_back(
        make_series("metric" + std::to_string(i), with_step(noise(60, i + 2), 30, i < 3 ? 8 : 0), 30));
  }
  const auto changes = detect_history(series, 2);
  const auto events = machine_changes(series, changes);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].moved, 3U);
  EXPECT_EQ(events[0].series, 6U);
  EXPECT_EQ(events[0].environment, "driver 570 -> 580");
  EXPECT_FALSE(events[0].by_control);
  series.erase(series.begin(), series.begin() + 2);
  series.push_back(series.back());
  EXPECT_TRUE(machine_changes(series, detect_history(series, 1)).empty());  // one of five
}

TEST(MachineChanges, FollowTheControlMeasurementAlone) {
  std::vector<history::Series> series = {make_series("link_gbps", with_step(noise(60), 30, -8), 60)};
  for (std::uint64_t i = 0; i < 5; ++i)
    series.push_back(make_series("metric" + std::to_string(i), noise(60, i + 9), 60));
  const auto events = machine_changes(series, detect_history(series, 1));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_TRUE(events[0].by_control);
}

}  // namespace
}  // namespace offledger::gate
