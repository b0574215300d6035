// SPDX-License-Identifier: Apache-2.0
//
// What sampling hardware counters adds to a schedule's wall, in %: recorded plays of one schedule, with
// samples every 20 us and without, in turn (ABBA, so that drift falls on both alike). Wall is from the first
// GPU operation's begin to the last one's end. Checks its own answer: as many samples as the wall holds, and
// the same copies and kernels on both sides.
//
//     counter_cost [pairs, default 12] [interval in us, default 20] [schedule, default history1]
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "harness/device/cuda/cuda_device.hpp"
#include "harness/execute/execute.hpp"
#include "schedules/base/error.hpp"
#include "schedules/base/median.hpp"
#include "schedules/language/schedule.hpp"

namespace {

using namespace offledger;

constexpr const char* kWorkload = "llama70b-6l-t8192";

struct Play {
  double wall_ns = 0;
  std::size_t ops = 0, samples = 0;
  std::string problem;
};

Play play(const language::Schedule& schedule, const model::Workload& whole,
          const device::CounterRequest& counters) {
  const plan::Plan plan = schedule.compile(whole.shape);
  const model::Workload workload = model::regroup(whole, plan.model);
  cuda::CudaDevice device{cuda::Options{}};
  if (counters.mode != device::CounterRequest::Mode::kNone) (void)device.sample_counters(counters);
  const trace::Timeline timeline = execute::run(plan, workload, workload.steps, device);
  Nanos begin = Nanos::max(), end = Nanos::min();
  const auto span = [&](const auto& records) {
    for (const auto& record : records) begin = std::min(begin, record.begin), end = std::max(end, record.end);
  };
  span(timeline.kernels);
  span(timeline.copies);
  Play made{static_cast<double>((end - begin).count()), timeline.gpu_op_count(), timeline.samples.size(), ""};
  for (const trace::Note& note : timeline.notes) made.problem += timeline.text(note.text) + " ";
  return made;
}

int compare(int pairs, Nanos interval, const std::string& name) {
  const auto schedule = language::find_schedule(name);
  const model::Workload workload = model::find_workload(kWorkload);
  const device::CounterRequest none;
  device::CounterRequest sampled;
  sampled.mode = device::CounterRequest::Mode::kBeside;
  sampled.interval = interval;
  (void)play(*schedule, workload, none);  // the first play warms clocks and caches up
  std::vector<double> ratios;
  fmt::print("{} on {}, samples every {} us\n{:>6}{:>14}{:>14}{:>10}\n", name, kWorkload,
             interval.count() / 1000, "pair", "bare ms", "sampled ms", "more %");
  for (int pair = 0; pair < pairs; ++pair) {
    const bool sampled_first = pair % 2 == 1;
    const Play first = play(*schedule, workload, sampled_first ? sampled : none);
    const Play second = play(*schedule, workload, sampled_first ? none : sampled);
    const Play& with = sampled_first ? first : second;
    const Play& without = sampled_first ? second : first;
    const double expected = with.wall_ns / static_cast<double>(interval.count());
    if (with.ops != without.ops || static_cast<double>(with.samples) < 0.98 * expected) {
      fmt::print(stderr, "{} and {} operations, {} samples where {:.0f} fit: {}\n", without.ops, with.ops,
                 with.samples, expected, with.problem);
      return 1;
    }
    ratios.push_back(with.wall_ns / without.wall_ns);
    fmt::print("{:>6}{:>14.3f}{:>14.3f}{:>10.3f}\n", pair, without.wall_ns / 1e6, with.wall_ns / 1e6,
               100 * (ratios.back() - 1));
    std::fflush(stdout);
  }
  const auto [least, most] = std::minmax_element(ratios.begin(), ratios.end());
  fmt::print("added wall: median {:.3f} %, from {:.3f} to {:.3f} % over {} pairs\n",
             100 * (median(ratios) - 1), 100 * (*least - 1), 100 * (*most - 1), pairs);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int pairs = argc > 1 ? std::max(1, std::atoi(argv[1])) : 12;
    const int interval_us = argc > 2 ? std::max(5, std::atoi(argv[2])) : 20;
    return compare(pairs, std::chrono::microseconds(interval_us), argc > 3 ? argv[3] : "history1");
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 4;
  }
}
