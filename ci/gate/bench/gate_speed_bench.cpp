// SPDX-License-Identifier: Apache-2.0
//
// The gate over a history of 1 M values: open the file, find the two runs, load, compare. Aim: under 0.3 s.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>

#include "ci/gate/bench/suite_noise.hpp"
#include "reports/history/store.hpp"

namespace {

using namespace offledger;

void gate_over_a_million_values(benchmark::State& state) {
  const auto path =
      (std::filesystem::temp_directory_path() / ("offledger-gate-" + std::to_string(getpid()) + ".sqlite"))
          .string();
  std::string base_id;
  {
    // 46 sittings of 100 pairs x 2 sides x 10 repetitions x 11 metrics: 1.01 M values.
    history::Store store(path, history::Mode::kReadWrite);
    gate::Random random(1);
    for (int i = 0; i < 46; ++i) {
      auto [base, cand] =
          gate::bench::sitting({.pairs = 100}, random, [](std::size_t) { return gate::bench::Loss{}; });
      base.label = "sitting" + std::to_string(i);
      base_id = store.insert(base);
      store.insert(cand);
    }
  }
  for (auto _ : state) {
    const history::Store store(path, history::Mode::kReadOnly);
    const auto verdict = gate::compare(store.load(base_id), store.load(store.resolve("latest")), {});
    if (verdict.cells.size() != 900) state.SkipWithError("rows are missing");
  }
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
}
BENCHMARK(gate_over_a_million_values)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
