// SPDX-License-Identifier: Apache-2.0
//
// What it costs to know all of the catalogue: its seventeen schedules (variants apart) compiled, verified and
// simulated on llama70b-prefill-8k, three steps of 80 layers, together. The aim is 50 ms. Checks its own
// answer: every plan is safe, and every play ends where the first did.

#include <benchmark/benchmark.h>

#include "harness/device/sim/sim_device.hpp"
#include "harness/execute/execute.hpp"
#include "harness/suite/suite.hpp"
#include "schedules/plan/verify.hpp"

namespace offledger {
namespace {

constexpr std::size_t kSchedules = 17;

std::vector<std::unique_ptr<language::Schedule>> originals() {
  std::vector<std::unique_ptr<language::Schedule>> all;
  for (const EmbeddedFile& file : language::catalogue_files()) {
    auto schedule = language::parse_schedule(file.text, std::string(file.name));
    if (schedule->variant_of().empty()) all.push_back(std::move(schedule));
  }
  return all;
}

/// The last instant of each play; empty where a plan is unsafe.
std::vector<Nanos> know_all(const std::vector<std::unique_ptr<language::Schedule>>& schedules,
                            const model::Workload& workload, const sim::Profile& profile) {
  std::vector<Nanos> ends;
  for (const auto& schedule : schedules) {
    const plan::Plan plan = schedule->compile(workload.shape);
    if (!plan::verify(plan).safe()) return {};
    const auto device = sim::make_device(profile);
    const trace::Timeline timeline =
        execute::run(plan, model::regroup(workload, plan.model), workload.steps, *device);
    ends.push_back(timeline.calls.back().end);
  }
  return ends;
}

void seventeen(benchmark::State& state) {
  const auto schedules = originals();
  const model::Workload workload = model::find_workload("llama70b-prefill-8k");
  const sim::Profile profile = sim::find_profile("h200");
  const std::vector<Nanos> expected = know_all(schedules, workload, profile);
  if (expected.size() != kSchedules) return state.SkipWithError("a schedule is missing or unsafe");
  for (auto _ : state) {
    if (know_all(schedules, workload, profile) != expected)
      return state.SkipWithError("a play differs from the first");
  }
}
BENCHMARK(seventeen)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace offledger

BENCHMARK_MAIN();
