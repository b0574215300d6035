// SPDX-License-Identifier: Apache-2.0
//
// From a schedule's file to its plan: parsing once, compiling and verifying once a model. The figure to watch
// is compile of one seed schedule for 80 layers of two groups; it shares an aim of 100 us with simulating the
// plan.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "schedules/language/schedule.hpp"
#include "schedules/plan/verify.hpp"

namespace {

using namespace offledger;

plan::ModelShape llama(std::int64_t layers) {
  return {static_cast<std::uint32_t>(layers),
          {{"attn",
            {{"norm", 16'384}, {"q", 134'217'728}, {"k", 16'777'216}, {"v", 16'777'216}, {"o", 134'217'728}}},
           {"ffn", {{"norm", 16'384}, {"gate", 469'762'048}, {"up", 469'762'048}, {"down", 469'762'048}}}}};
}

void compile(benchmark::State& state, const std::string& name) {
  const auto schedule = language::find_schedule(name);
  const plan::ModelShape model = llama(state.range(0));
  std::size_t ops = 0;
  for (auto _ : state) {
    const plan::Plan plan = schedule->compile(model);
    ops = plan.body.size();
    benchmark::DoNotOptimize(plan.body.data());
  }
  const plan::Plan plan = schedule->compile(model);
  const auto computes = std::count_if(plan.body.begin(), plan.body.end(), [](const plan::Op& op) {
    return std::holds_alternative<plan::Compute>(op);
  });
  if (computes != state.range(0) * 2) state.SkipWithError("a unit is missing from the plan");
  state.counters["ops"] = static_cast<double>(ops);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(ops));
}

void parse(benchmark::State& state, const std::string& name) {
  const EmbeddedFile* file = find_embedded(language::catalogue_files(), name + ".json");
  if (file == nullptr) return state.SkipWithError("not in the catalogue");
  for (auto _ : state) benchmark::DoNotOptimize(language::parse_schedule(file->text, "bench"));
}

/// Every schedule of the catalogue compiled and verified, once each.
void catalogue(benchmark::State& state) {
  std::vector<std::unique_ptr<language::Schedule>> schedules;
  for (const EmbeddedFile& file : language::catalogue_files()) {
    schedules.push_back(language::parse_schedule(file.text, std::string(file.name)));
  }
  const plan::ModelShape model = llama(state.range(0));
  bool safe = true;
  for (auto _ : state) {
    for (const auto& schedule : schedules) safe = safe && plan::verify(schedule->compile(model)).safe();
  }
  if (!safe) state.SkipWithError("a schedule of the catalogue is unsafe");
  state.counters["schedules"] = static_cast<double>(schedules.size());
}

BENCHMARK_CAPTURE(compile, history, "history")->Arg(80)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(compile, stage12, "stage12")->Arg(80)->Arg(10'000)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(compile, stage12_fenced, "stage12_fenced")->Arg(80)->Unit(benchmark::kMicrosecond);
BENCHMARK(catalogue)->Arg(80)->Arg(10'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(parse, stage12, "stage12")->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
