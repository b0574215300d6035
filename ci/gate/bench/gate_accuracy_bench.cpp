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
// second_look: how many times the first look's repetitions a pre-declared second one takes of the cells that
// the first left open; 0: there is none.
//
// A study's figures are the same on every machine: the noise is seeded.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>

#include "ci/gate/bench/suite_noise.hpp"

namespace {

using namespace offledger;
using namespace offledger::gate;
using namespace offledger::gate::bench;

struct Study {
  SuiteShape shape;
  Config config;
  std::size_t more = kSecondLook;  ///< repetitions of a second look, in terms of the first's
  std::size_t losers = 0;          ///< pairs that lose, from the first on
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
  const auto loss = [&](std::size_t cell) { return cell < study.losers ? study.loss : Loss{}; };
  for (auto _ : state) {
    counts = {};
    for (int i = 0; i < sittings; ++i) {
      const auto seed = static_cast<std::uint64_t>(i) * 7919 + 1;
      const auto verdict = verdict_of(study.shape, study.config, seed, study.more, loss);
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

/// Margins from five A/A sittings of that shape.
Margins calibrated(const SuiteShape& shape) {
  std::vector<std::pair<history::Run, history::Run>> same;
  for (std::uint64_t i = 0; i < 5; ++i) {
    Random random(1'000'003 + i);
    same.push_back(sitting(shape, random, [](std::size_t) { return Loss{}; }));
  }
  return calibrate(same, Margins{}, 1);
}

void false_alarms(benchmark::State& state, Noise noise, bool from_aa, std::size_t second_look) {
  Study study;
  study.shape.noise = noise;
  study.config.top_up = second_look > 0;
  study.more = second_look;
  if (from_aa) study.config.margins = calibrated(study.shape);
  run_study(state, study, 1000);
  if (state.counters["fail"] > 0.01) state.SkipWithError("more than 1 % of the A/A sittings failed");
}

void finds(benchmark::State& state, const Loss& loss, double least, std::size_t second_look) {
  Study study;
  study.losers = 1;
  study.loss = loss;
  study.config.top_up = second_look > 0;
  study.more = second_look;
  run_study(state, study, 1000);
  if (state.counters["found"] < least) state.SkipWithError("found too seldom");
}

/// Margins from A/A sittings of a quiet machine, then half a percent of wall in `losers` pairs.
void finds_half_a_percent(benchmark::State& state, std::size_t losers, std::size_t reps,
                          std::size_t second_look) {
  Study study;
  study.shape.reps = reps;
  study.shape.wall_sd = 0.002;
  study.shape.overlap_sd = 0.002;
  study.config.margins = calibrated(study.shape);
  study.config.top_up = second_look > 0;
  study.more = second_look;
  study.losers = losers;
  study.loss.wall = 0.005;
  run_study(state, study, 500);
  state.counters["margin_%"] = 100 * study.config.margins.by_metric["wall_ns"];
  if (second_look == kSecondLook && state.counters["found"] < 0.95) state.SkipWithError("found too seldom");
}

void register_all() {
  const auto once = [](const std::string& name, auto&& study) {
    benchmark::RegisterBenchmark(name.c_str(), study)->Iterations(1)->Unit(benchmark::kSecond);
  };
  for (const auto noise : {Noise::kNormal, Noise::kSkewed, Noise::kAutocorrelated, Noise::kTwoLevel}) {
    for (const bool from_aa : {false, true}) {
      for (const std::size_t second_look : {std::size_t{0}, std::size_t{kSecondLook}}) {
        once(fmt::format("false_alarms{}/second_look:{}/{}", from_aa ? "_calibrated" : "", second_look,
                         name_of(noise)),
             [=](auto& s) { false_alarms(s, noise, from_aa, second_look); });
      }
    }
  }
  for (const std::size_t second_look : {std::size_t{0}, std::size_t{kSecondLook}}) {
    once(fmt::format("finds/overlap_of_possible_-3_points_in_one_pair/second_look:{}", second_look),
         [=](auto& s) { finds(s, {.overlap = 0.03}, 0.95, second_look); });
    once(fmt::format("finds/wall_+5.5_%_in_one_pair/second_look:{}", second_look),
         [=](auto& s) { finds(s, {.wall = 0.055}, 0.90, second_look); });
  }
  struct Quiet {
    std::size_t losers, reps, second_look;
  };
  for (const Quiet& one :
       {Quiet{1, 10, 0}, {5, 10, 0}, {25, 10, 0}, {1, 20, 0}, {1, 10, kSecondLook}, {25, 10, kSecondLook}}) {
    once(fmt::format("finds/wall_+0.5_%_calibrated/pairs:{}/reps:{}/second_look:{}", one.losers, one.reps,
                     one.second_look),
         [=](auto& s) { finds_half_a_percent(s, one.losers, one.reps, one.second_look); });
  }
}

}  // namespace

int main(int argc, char** argv) {
  register_all();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
