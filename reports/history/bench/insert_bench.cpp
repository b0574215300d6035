// SPDX-License-Identifier: Apache-2.0
//
// Writing and reading a run of 1,000 repetitions with 20 metrics each. Aim: insert under 0.2 s.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "reports/history/store.hpp"

namespace {

using namespace offledger::history;

constexpr int kCells = 10;
constexpr int kRepsACell = 100;
constexpr int kMetrics = 20;

Run make_run(int salt) {
  Run run;
  run.label = "bench";
  run.suite = std::to_string(salt);
  run.machine_class = {"sim", "sim:h200", 0, "", ""};
  for (int c = 0; c < kCells; ++c) {
    auto& cell = run.cells.emplace_back();
    cell.key = {"schedule" + std::to_string(c), "workload", "sim:h200", "1"};
    for (int r = 0; r < kRepsACell; ++r) {
      auto& rep = cell.reps.emplace_back();
      rep.number = static_cast<std::uint32_t>(r);
      for (int m = 0; m < kMetrics; ++m)
        rep.values["metric_number_" + std::to_string(m)] = c * 1e6 + r * 1e3 + m;
    }
  }
  return run;
}

std::string database() {
  return (std::filesystem::temp_directory_path() /
          ("offledger-bench-" + std::to_string(getpid()) + ".sqlite"))
      .string();
}

void remove_database() {
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(database() + suffix);
}

bool equal(const Run& a, const Run& b) {
  if (a.cells.size() != b.cells.size()) return false;
  for (std::size_t c = 0; c < a.cells.size(); ++c) {
    if (a.cells[c].reps.size() != b.cells[c].reps.size()) return false;
    for (std::size_t r = 0; r < a.cells[c].reps.size(); ++r) {
      if (a.cells[c].reps[r].values != b.cells[c].reps[r].values) return false;
    }
  }
  return true;
}

void insert_run(benchmark::State& state) {
  remove_database();
  int salt = 0;
  std::string id;
  {
    Store store(database(), Mode::kReadWrite);
    for (auto _ : state) {
      state.PauseTiming();
      const Run run = make_run(++salt);
      state.ResumeTiming();
      id = store.insert(run);
    }
    if (!equal(store.load(id), make_run(salt))) state.SkipWithError("the run came back different");
  }
  remove_database();
  state.SetItemsProcessed(state.iterations() * kCells * kRepsACell * kMetrics);
}
BENCHMARK(insert_run)->Unit(benchmark::kMillisecond);

void load_run(benchmark::State& state) {
  remove_database();
  const Run run = make_run(1);
  Store store(database(), Mode::kReadWrite);
  const std::string id = store.insert(run);
  for (auto _ : state) {
    if (!equal(store.load(id), run)) state.SkipWithError("the run came back different");
  }
  remove_database();
}
BENCHMARK(load_run)->Unit(benchmark::kMillisecond);

/// A history of 1 M values: 50 runs; the gate loads two of them.
void load_two_of_a_million(benchmark::State& state) {
  remove_database();
  std::string first;
  std::string last;
  {
    Store store(database(), Mode::kReadWrite);
    for (int i = 0; i < 50; ++i) (i == 0 ? first : last) = store.insert(make_run(i));
  }
  for (auto _ : state) {
    const Store store(database(), Mode::kReadOnly);
    if (store.load(store.resolve(first)).cells.size() + store.load(store.resolve("latest")).cells.size() !=
        2 * kCells) {
      state.SkipWithError("cells are missing");
    }
  }
  remove_database();
}
BENCHMARK(load_two_of_a_million)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
