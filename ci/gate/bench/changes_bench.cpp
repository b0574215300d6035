// SPDX-License-Identifier: Apache-2.0
//
// The detector's speed. Aims: one 365-point series with a change, 2,000 permutations, under 2 ms; 1,000 such
// series without one under 1 s on two cores.
#include <benchmark/benchmark.h>

#include "ci/gate/bench/noise.hpp"
#include "ci/gate/changes.hpp"

namespace {

using namespace offledger::gate;
using namespace offledger::gate::bench;

constexpr std::size_t kPoints = 365;

std::vector<double> series(std::uint64_t seed, double step) {
  Random random(seed);
  auto values = sequence(Noise::kNormal, kPoints, random);
  for (std::size_t i = 200; i < kPoints; ++i) values[i] += step;
  return values;
}

void one_series_with_a_change(benchmark::State& state) {
  const auto values = series(1, 3);
  for (auto _ : state) {
    const auto changes = detect(values, "series");
    if (changes.size() != 1 || changes[0].index < 197 || changes[0].index > 203)
      state.SkipWithError("missed the change");
  }
}
BENCHMARK(one_series_with_a_change)->Unit(benchmark::kMillisecond);

void one_series_without(benchmark::State& state) {
  const auto values = series(2, 0);
  for (auto _ : state) {
    if (!detect(values, "series").empty()) state.SkipWithError("found a change that is none");
  }
}
BENCHMARK(one_series_without)->Unit(benchmark::kMillisecond);

/// One in ten series has a change.
void a_thousand_series(benchmark::State& state) {
  std::vector<NamedSeries> all;
  for (std::uint64_t i = 0; i < 1000; ++i)
    all.push_back({"series" + std::to_string(i), series(i, i % 10 == 0 ? 3 : 0)});
  for (auto _ : state) {
    std::size_t found = 0;
    for (const auto& changes : detect_all(all, static_cast<unsigned>(state.range(0)))) {
      for (const auto& change : changes) found += change.kind == ChangeKind::kChange ? 1 : 0;
    }
    if (found < 98 || found > 110) state.SkipWithError("found another number of changes than there are");
  }
}
BENCHMARK(a_thousand_series)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
