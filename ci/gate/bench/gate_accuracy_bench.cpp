// SPDX-License-Identifier: Apache-2.0
//
// How often the gate fails when nothing changed, and how often it sees what did. Each line is one study over
// simulated sittings of 100 gate cells (25 pairs of schedule and workload, four failing metrics each), 10
// repetitions a side unless it says otherwise; its counters are the answer:
//
//     fail, inconclusive, pass   share of the sittings with that verdict
//     inconclusive_cells         share of the gate cells that were left open
//     found                      share in which a pair that lost something failed
//
// A study's figures are the same on every machine: the noise is seeded.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "ci/gate/bench/suite_noise.hpp"

namespace {

using namespace offledger;
using namespace offledger::gate;
using namespace offledger::gate::bench;

struct Study {
  SuiteShape shape;
  Config config;
  std::size_t losers = 0;  ///< pairs that lose, from the first on
  Loss loss;
};

struct Counts {
  double fail = 0, inconclusive = 0, pass = 0, found = 0, open = 0, gates = 0;
};

bool finds_a_loser(const history::Verdict& verdict, std::size_t losers) {
  return std::any_of(verdict.cells.begin(), verdict.cells.end(), [&](const auto& row) {
    return row.state == "fail" && std::stoul(row.schedule.substr(8)) < losers;
  });
}

void run_study(benchmark::State& state, const Study& study, int sittings) {
  Counts counts;
  for (auto _ : state) {
    counts = {};
    for (int i = 0; i < sittings; ++i) {
      Random random(static_cast<std::uint64_t>(i) * 7919 + 1);
      const auto [base, cand] = sitting(
          study.shape, random, [&](std::size_t cell) { return cell < study.losers ? study.loss : Loss{}; });
      const auto verdict = compare(base, cand, study.config);
      (verdict.verdict == "fail"   ? counts.fail
       : verdict.verdict == "pass" ? counts.pass
                                   : counts.inconclusive) += 1;
      for (const auto& row : verdict.cells) {
        counts.gates += row.gates ? 1 : 0;
        counts.open += row.gates && row.state == "inconclusive" ? 1 : 0;
      }
      if (finds_a_loser(verdict, study.losers)) counts.found += 1;
    }
  }
  const double n = sittings;
  state.counters["fail"] = counts.fail / n;
  state.counters["inconclusive"] = counts.inconclusive / n;
  state.counters["pass"] = counts.pass / n;
  state.counters["inconclusive_cells"] = counts.open / counts.gates;
  if (study.losers > 0) state.counters["found"] = counts.found / n;
  state.counters["sittings"] = n;
}

void false_alarms(benchmark::State& state, Noise noise) {
  Study study;
  study.shape.noise = noise;
  run_study(state, study, 1000);
  if (state.counters["fail"] > 0.01) state.SkipWithError("more than 1 % of the A/A sittings failed");
}

void finds_overlap(benchmark::State& state) {
  Study study;
  study.losers = 1;
  study.loss.overlap = 0.03;
  run_study(state, study, 1000);
}

void finds_wall(benchmark::State& state) {
  Study study;
  study.losers = 1;
  study.loss.wall = 0.055;
  run_study(state, study, 1000);
}

/// Margins from 5 A/A sittings of a quiet machine, then half a percent of wall in `losers` pairs.
void finds_half_a_percent(benchmark::State& state, std::size_t losers, std::size_t reps) {
  Study study;
  study.shape.reps = reps;
  study.shape.wall_sd = 0.002;
  study.shape.overlap_sd = 0.002;
  std::vector<std::pair<history::Run, history::Run>> same;
  for (std::uint64_t i = 0; i < 5; ++i) {
    Random random(1'000'003 + i);
    same.push_back(sitting(study.shape, random, [](std::size_t) { return Loss{}; }));
  }
  study.config.margins = calibrate(same, Margins{}, 1);
  study.losers = losers;
  study.loss.wall = 0.005;
  run_study(state, study, 500);
  state.counters["margin_%"] = 100 * study.config.margins.by_metric["wall_ns"];
}

void false_alarms_calibrated(benchmark::State& state, Noise noise) {
  Study study;
  study.shape.noise = noise;
  std::vector<std::pair<history::Run, history::Run>> same;
  for (std::uint64_t i = 0; i < 5; ++i) {
    Random random(1'000'003 + i);
    same.push_back(sitting(study.shape, random, [](std::size_t) { return Loss{}; }));
  }
  study.config.margins = calibrate(same, Margins{}, 1);
  run_study(state, study, 1000);
}

/// A pre-declared second look at the cells that the first left open, ten fresh repetitions a side.
void false_alarms_with_second_look(benchmark::State& state, Noise noise) {
  Study study;
  study.shape.noise = noise;
  study.config.top_up = true;
  constexpr int kSittings = 1000;
  Counts counts;
  for (auto _ : state) {
    for (int i = 0; i < kSittings; ++i) {
      const auto seed = static_cast<std::uint64_t>(i) * 7919 + 1;
      Random random(seed);
      Random fresh(seed ^ 0x5eed);
      const auto none = [](std::size_t) { return Loss{}; };
      const auto [base, cand] = sitting(study.shape, random, none);
      auto verdict = compare(base, cand, study.config);
      if (verdict.verdict == "inconclusive") {
        auto [base2, cand2] = sitting(study.shape, fresh, none);
        const auto settled = [&](const history::Cell& cell) {
          return std::none_of(verdict.cells.begin(), verdict.cells.end(), [&](const auto& row) {
            return row.schedule == cell.key.schedule && row.gates && row.state == "inconclusive";
          });
        };
        std::erase_if(base2.cells, settled);
        std::erase_if(cand2.cells, settled);
        verdict = top_up(verdict, base2, cand2, study.config);
      }
      (verdict.verdict == "fail"   ? counts.fail
       : verdict.verdict == "pass" ? counts.pass
                                   : counts.inconclusive) += 1;
    }
  }
  state.counters["fail"] = counts.fail / kSittings;
  state.counters["inconclusive"] = counts.inconclusive / kSittings;
  state.counters["pass"] = counts.pass / kSittings;
}

void register_all() {
  const auto once = [](benchmark::internal::Benchmark* one) { one->Iterations(1)->Unit(benchmark::kSecond); };
  for (const auto noise : {Noise::kNormal, Noise::kSkewed, Noise::kAutocorrelated, Noise::kTwoLevel}) {
    const std::string name = name_of(noise);
    once(benchmark::RegisterBenchmark(("false_alarms/" + name).c_str(),
                                      [=](auto& s) { false_alarms(s, noise); }));
    once(benchmark::RegisterBenchmark(("false_alarms_calibrated/" + name).c_str(),
                                      [=](auto& s) { false_alarms_calibrated(s, noise); }));
  }
  for (const auto noise : {Noise::kNormal, Noise::kSkewed, Noise::kAutocorrelated, Noise::kTwoLevel}) {
    once(
        benchmark::RegisterBenchmark((std::string("false_alarms_with_second_look/") + name_of(noise)).c_str(),
                                     [=](auto& s) { false_alarms_with_second_look(s, noise); }));
  }
  once(benchmark::RegisterBenchmark("finds/overlap_of_possible_-3_points_in_one_pair", finds_overlap));
  once(benchmark::RegisterBenchmark("finds/wall_+5.5_%_in_one_pair", finds_wall));
  for (const auto& [losers, reps] : {std::pair{1U, 10U}, {5U, 10U}, {25U, 10U}, {1U, 20U}}) {
    once(benchmark::RegisterBenchmark(
        ("finds/wall_+0.5_%_calibrated/pairs:" + std::to_string(losers) + "/reps:" + std::to_string(reps))
            .c_str(),
        [losers = losers, reps = reps](auto& s) { finds_half_a_percent(s, losers, reps); }));
  }
}

}  // namespace

int main(int argc, char** argv) {
  register_all();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
