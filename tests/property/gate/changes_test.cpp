// SPDX-License-Identifier: Apache-2.0
//
// What the detector promises of every series.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "ci/gate/bench/noise.hpp"
#include "ci/gate/changes.hpp"

namespace offledger::gate {
namespace {

using bench::Noise;

struct Drawn {
  std::vector<double> values;
  std::string name;
};

/// Noise with up to three steps.
Drawn draw(std::size_t most = 120) {
  Random random(*rc::gen::arbitrary<std::uint64_t>());
  const auto n = static_cast<std::size_t>(*rc::gen::inRange<std::size_t>(1, most));
  const auto noise = static_cast<Noise>(*rc::gen::inRange(0, 4));
  Drawn drawn{bench::sequence(noise, n, random), "series" + std::to_string(*rc::gen::inRange(0, 1000))};
  for (int steps = *rc::gen::inRange(0, 4); steps > 0; --steps) {
    const auto at = static_cast<std::size_t>(*rc::gen::inRange<std::size_t>(0, n));
    const double step = *rc::gen::inRange(-8, 9);
    for (std::size_t i = at; i < n; ++i) drawn.values[i] += step;
  }
  // Quarters are exact under the scalings below, and make ties.
  for (double& value : drawn.values) value = std::round(value * 4) / 4;
  return drawn;
}

std::vector<Change> only(std::vector<Change> changes, ChangeKind kind) {
  std::erase_if(changes, [&](const Change& c) { return c.kind != kind; });
  return changes;
}

RC_GTEST_PROP(Detector, ScaleAndOffsetChangeNothingButTheShift, ()) {
  const auto drawn = draw();
  auto scaled = drawn.values;
  for (double& value : scaled) value = 8 * value + 1024;
  const auto before = detect(drawn.values, drawn.name);
  auto after = detect(scaled, drawn.name);
  for (auto& change : after) {
    change.shift /= 8;
    if (change.shift_low) *change.shift_low /= 8;
    if (change.shift_high) *change.shift_high /= 8;
  }
  RC_ASSERT(before == after);
}

RC_GTEST_PROP(Detector, SignChangesNothingButTheShifts, ()) {
  const auto drawn = draw();
  auto negated = drawn.values;
  for (double& value : negated) value = -value;
  const auto before = detect(drawn.values, drawn.name);
  auto after = detect(negated, drawn.name);
  for (auto& change : after) {
    change.shift = -change.shift;
    std::swap(change.shift_low, change.shift_high);
    if (change.shift_low) change.shift_low = -*change.shift_low;
    if (change.shift_high) change.shift_high = -*change.shift_high;
  }
  RC_ASSERT(before == after);
}

RC_GTEST_PROP(Detector, TimeReversedFindsTheSameChanges, ()) {
  const auto drawn = draw();
  auto reversed = drawn.values;
  std::reverse(reversed.begin(), reversed.end());
  // A series that is its own mirror image has two equally good answers.
  RC_PRE(reversed != drawn.values);
  const auto before = only(detect(drawn.values, drawn.name), ChangeKind::kChange);
  auto after = only(detect(reversed, drawn.name), ChangeKind::kChange);
  std::reverse(after.begin(), after.end());
  RC_ASSERT(before.size() == after.size());
  const std::size_t n = reversed.size();
  for (std::size_t i = 0; i < before.size(); ++i) {
    RC_ASSERT(before[i].index == n - after[i].index);
    RC_ASSERT(before[i].range_first == n - after[i].range_last);
    RC_ASSERT(before[i].p == after[i].p);
    RC_ASSERT(before[i].shift == -after[i].shift);
  }
}

RC_GTEST_PROP(Detector, AConstantSeriesHasNone, (std::uint8_t n, double value)) {
  RC_ASSERT(detect(std::vector<double>(n, value), "constant").empty());
}

RC_GTEST_PROP(Detector, EveryChangeIsInsideItsRangeAndTheSeries, ()) {
  const auto drawn = draw();
  const auto changes = detect(drawn.values, drawn.name);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const auto& change = changes[i];
    RC_ASSERT(change.range_first <= change.index && change.index <= change.range_last);
    RC_ASSERT(change.range_last < drawn.values.size());
    RC_ASSERT(change.p > 0 && change.p <= 1);
    if (change.kind == ChangeKind::kChange) RC_ASSERT(change.p <= 0.001);
    if (i > 0) RC_ASSERT(changes[i - 1].index <= change.index);
  }
}

RC_GTEST_PROP(Detector, AnyNumberOfThreadsGivesTheSameAnswer, ()) {
  std::vector<NamedSeries> all;
  for (int i = 0; i < 7; ++i) {
    auto drawn = draw(60);
    all.push_back({drawn.name, drawn.values});
  }
  const auto one = detect_all(all, 1);
  RC_ASSERT(one == detect_all(all, 3));
  RC_ASSERT(one == detect_all(all, 0));
  for (std::size_t i = 0; i < all.size(); ++i) RC_ASSERT(one[i] == detect(all[i].values, all[i].name));
}

RC_GTEST_PROP(Detector, ArrivingPointByPointEndsWhereTheWholeSeriesDoes, ()) {
  const auto drawn = draw(40);
  std::vector<double> so_far;
  std::vector<Change> last;
  for (const double value : drawn.values) {
    so_far.push_back(value);
    last = detect(so_far, drawn.name);
  }
  RC_ASSERT(last == detect(drawn.values, drawn.name));
}

RC_GTEST_PROP(Detector, TakesAnyDoubles, ()) {
  const auto values = *rc::gen::arbitrary<std::vector<double>>();
  for (const auto& change : detect(values, "any")) RC_ASSERT(change.index < values.size());
}

}  // namespace
}  // namespace offledger::gate
