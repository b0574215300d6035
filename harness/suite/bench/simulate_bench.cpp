// SPDX-License-Identifier: Apache-2.0
//
// What a prediction costs: one step of an 80-layer model, compiled and played on sim:h200 (`whole`), and each
// part of it. Checks its own answer: every play must give the same last instant, kernels and copies as the
// first.
//
// As `offledger` does, it has the allocator keep what a play frees.
//
//     simulate_bench --benchmark_filter=whole

#include <benchmark/benchmark.h>

#include "schedules/base/kept_memory.hpp"

#include "harness/device/sim/sim_device.hpp"
#include "harness/execute/execute.hpp"
#include "harness/suite/suite.hpp"

namespace offledger {
namespace {

struct Answer {
  std::size_t kernels = 0, copies = 0;
  Nanos end{};
  bool operator==(const Answer&) const = default;
};

Answer answer_of(const trace::Timeline& timeline) {
  return {timeline.kernels.size(), timeline.copies.size(), timeline.calls.back().end};
}

struct Subject {
  std::unique_ptr<language::Schedule> schedule;
  model::Workload workload;
  sim::Profile profile = sim::find_profile("h200");
};

Subject subject(const std::string& schedule) {
  Subject made{language::find_schedule(schedule), model::find_workload("llama70b-prefill-8k")};
  made.workload.steps = 1;
  return made;
}

void whole(benchmark::State& state, const std::string& name) {
  const Subject subject = offledger::subject(name);
  const auto play = [&subject] {
    const auto device = sim::make_device(subject.profile);
    return answer_of(suite::play(*subject.schedule, subject.workload, *device));
  };
  const Answer expected = play();
  for (auto _ : state) {
    if (play() != expected) return state.SkipWithError("a play differs from the first");
  }
  state.counters["kernels"] = static_cast<double>(expected.kernels);
  state.counters["copies"] = static_cast<double>(expected.copies);
}

void compile(benchmark::State& state, const std::string& name) {
  const Subject subject = offledger::subject(name);
  const std::size_t expected = subject.schedule->compile(subject.workload.shape).body.size();
  for (auto _ : state) {
    const plan::Plan plan = subject.schedule->compile(subject.workload.shape);
    if (plan.body.size() != expected) return state.SkipWithError("a plan differs from the first");
  }
  state.counters["ops"] = static_cast<double>(expected);
}

void simulate(benchmark::State& state, const std::string& name) {
  const Subject subject = offledger::subject(name);
  const plan::Plan plan = subject.schedule->compile(subject.workload.shape);
  const model::Workload workload = model::regroup(subject.workload, plan.model);
  const auto play = [&] {
    const auto device = sim::make_device(subject.profile);
    return answer_of(execute::run(plan, workload, 1, *device));
  };
  const Answer expected = play();
  for (auto _ : state) {
    if (play() != expected) return state.SkipWithError("a play differs from the first");
  }
}

struct Part {
  const char* name;
  void (*run)(benchmark::State&, const std::string&);
};

int register_all() {
  keep_freed_memory();
  for (const char* name : {"history1", "history", "stage1", "stage2", "stage12", "blocking1"}) {
    for (const Part& part : {Part{"whole/", whole}, Part{"compile/", compile}, Part{"simulate/", simulate}}) {
      benchmark::RegisterBenchmark((std::string(part.name) + name).c_str(), part.run, std::string(name))
          ->Unit(benchmark::kMicrosecond);
    }
  }
  return 0;
}

const int registered = register_all();

}  // namespace
}  // namespace offledger

BENCHMARK_MAIN();
