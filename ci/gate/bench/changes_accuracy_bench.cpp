// SPDX-License-Identifier: Apache-2.0
//
// How often the detector reports a change where there is none, and how well it finds one that is there.
// Counters:
//
//     flagged      share of the series without a change in which one (change or drift) was reported
//     suspected, with_outliers   share with at least one of those
//     found        share of the series with a step in which a change was reported within 3 points of it
//
// A study's figures are the same on every machine: the noise is seeded.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "ci/gate/bench/noise.hpp"
#include "ci/gate/changes.hpp"

namespace {

using namespace offledger::gate;
using namespace offledger::gate::bench;

constexpr int kSeries = 2000;

bool has(const std::vector<Change>& changes, ChangeKind kind) {
  return std::any_of(changes.begin(), changes.end(), [&](const Change& c) { return c.kind == kind; });
}

std::vector<double> with_outliers(std::vector<double> values, Random& random) {
  for (double& value : values) {
    if (random.below(50) == 0) value += random.below(2) == 0 ? 10 : -10;
  }
  return values;
}

void without_a_change(benchmark::State& state, Noise noise, bool outliers, std::size_t points) {
  int flagged = 0;
  int suspected = 0;
  int outlying = 0;
  for (auto _ : state) {
    flagged = suspected = outlying = 0;
    for (int i = 0; i < kSeries; ++i) {
      Random random(static_cast<std::uint64_t>(i) + 1);
      auto values = sequence(noise, points, random);
      if (outliers) values = with_outliers(std::move(values), random);
      const auto changes = detect(values, "series" + std::to_string(i));
      flagged += has(changes, ChangeKind::kChange) || has(changes, ChangeKind::kDrift) ? 1 : 0;
      suspected += has(changes, ChangeKind::kSuspected) ? 1 : 0;
      outlying += has(changes, ChangeKind::kOutlier) ? 1 : 0;
    }
  }
  state.counters["flagged"] = flagged / double{kSeries};
  state.counters["suspected"] = suspected / double{kSeries};
  state.counters["with_outliers"] = outlying / double{kSeries};
}

void with_a_step(benchmark::State& state, Noise noise, double step, std::size_t points) {
  int found = 0;
  int extra = 0;
  for (auto _ : state) {
    found = extra = 0;
    for (int i = 0; i < kSeries; ++i) {
      Random random(static_cast<std::uint64_t>(i) + 1);
      auto values = sequence(noise, points, random);
      const std::size_t at = points / 10 + random.below(static_cast<std::uint32_t>(points * 8 / 10));
      for (std::size_t j = at; j < points; ++j) values[j] += step;
      const auto changes = detect(values, "series" + std::to_string(i));
      const auto near = [&](const Change& c) {
        return c.kind == ChangeKind::kChange && c.index + 3 >= at && c.index <= at + 3;
      };
      found += std::any_of(changes.begin(), changes.end(), near) ? 1 : 0;
      extra +=
          std::any_of(changes.begin(), changes.end(),
                      [&](const Change& c) {
                        return (c.kind == ChangeKind::kChange && !near(c)) || c.kind == ChangeKind::kDrift;
                      })
              ? 1
              : 0;
    }
  }
  state.counters["found"] = found / double{kSeries};
  state.counters["flagged_elsewhere"] = extra / double{kSeries};
}

void register_all() {
  const auto once = [](benchmark::internal::Benchmark* one) { one->Iterations(1)->Unit(benchmark::kSecond); };
  for (const std::size_t points : {30U, 90U, 365U}) {
    const std::string n = "/points:" + std::to_string(points);
    for (const auto noise : {Noise::kNormal, Noise::kSkewed, Noise::kAutocorrelated, Noise::kTwoLevel}) {
      once(benchmark::RegisterBenchmark(("without_a_change/" + std::string(name_of(noise)) + n).c_str(),
                                        [=](auto& s) { without_a_change(s, noise, false, points); }));
    }
    once(benchmark::RegisterBenchmark(("without_a_change/normal_with_2_%_outliers" + n).c_str(),
                                      [=](auto& s) { without_a_change(s, Noise::kNormal, true, points); }));
    once(benchmark::RegisterBenchmark(("step_of_3_sd/normal" + n).c_str(),
                                      [=](auto& s) { with_a_step(s, Noise::kNormal, 3, points); }));
    once(benchmark::RegisterBenchmark(("step_of_3_sd/skewed_with_outliers" + n).c_str(),
                                      [=](auto& s) { with_a_step(s, Noise::kSkewed, 3, points); }));
    once(benchmark::RegisterBenchmark(("step_of_3_sd/autocorrelated" + n).c_str(),
                                      [=](auto& s) { with_a_step(s, Noise::kAutocorrelated, 3, points); }));
  }
}

}  // namespace

int main(int argc, char** argv) {
  register_all();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
