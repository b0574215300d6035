// SPDX-License-Identifier: Apache-2.0
//
// A million records to a ledger, on one core, everything included. The recording is two streams of a
// prefetching program of 100 steps, so its sums are known and checked.
#include <benchmark/benchmark.h>

#include "reports/analysis/analysis.hpp"

namespace {

using namespace offledger;

constexpr std::int64_t kSteps = 100;
constexpr std::int64_t kKernelsAStep = 4'000;
constexpr std::int64_t kCopiesAStep = 1'000;
constexpr std::int64_t kKernel = 900;  ///< ns; the next begins 1,000 ns after
constexpr std::int64_t kCopy = 3'000;  ///< ns; the next begins 4,000 ns after

/// 400,000 kernels and 100,000 copies, each with its call.
trace::Timeline million() {
  trace::Timeline t;
  const auto process = t.process(1);
  const auto thread = t.thread(process, 1);
  const auto compute = t.stream(process, trace::DeviceId{0}, 0, 7);
  const auto link = t.stream(process, trace::DeviceId{0}, 0, 29);
  const auto launch = t.intern("cudaLaunchKernel"), copy_call = t.intern("cudaMemcpyAsync");
  std::uint64_t correlation = 0;
  std::int64_t host = 0;
  const auto call = [&](trace::StringId name) {
    trace::HostCall made;
    made.begin = nanos(host);
    made.end = nanos(host + 150);
    made.thread = thread;
    made.name = name;
    made.correlation = trace::Correlation{++correlation};
    t.calls.push_back(made);
    host += 200;
    return made.correlation;
  };
  for (std::int64_t step = 0; step < kSteps; ++step) {
    trace::Range range;
    range.begin = nanos(host);
    range.thread = thread;
    range.kind = trace::RangeKind::kStep;
    range.step = static_cast<std::int32_t>(step);
    for (std::int64_t k = 0; k < kKernelsAStep; ++k) {
      if (k % 4 == 0) {
        trace::Copy copy;
        const std::int64_t n = step * kCopiesAStep + k / 4;
        copy.begin = nanos(1'000'000 + n * 4'000);
        copy.end = copy.begin + nanos(kCopy);
        copy.stream = link;
        copy.bytes = 1'000;
        copy.direction = trace::CopyDirection::kH2D;
        copy.source = trace::MemoryKind::kPinned;
        copy.correlation = call(copy_call);
        t.copies.push_back(copy);
      }
      trace::Kernel kernel;
      kernel.begin = nanos(1'000'000 + (step * kKernelsAStep + k) * 1'000);
      kernel.end = kernel.begin + nanos(kKernel);
      kernel.stream = compute;
      kernel.correlation = call(launch);
      t.kernels.push_back(kernel);
    }
    range.end = nanos(host);
    t.ranges.push_back(range);
  }
  return t;
}

void ledger_of_a_million_records(benchmark::State& state) {
  const trace::Timeline timeline = million();
  const std::size_t records = timeline.gpu_op_count() + timeline.calls.size();
  for (auto _ : state) {
    const analysis::Report report = analysis::analyse(timeline);
    const analysis::Figures& f = report.devices.at(0).total;
    constexpr std::int64_t kernels = kSteps * kKernelsAStep, copies = kSteps * kCopiesAStep;
    // In each 4,000 ns: kernels 3,600; a copy over the first 3,000, of which 2,700 under kernels.
    const bool right = f.compute == nanos(kernels * kKernel) && f.h2d.busy == nanos(copies * kCopy) &&
                       f.h2d.hidden == nanos(copies * 2'700) && f.ledger.exposed == nanos(copies * 300) &&
                       f.ledger.idle == nanos(copies * 100 - 100) &&
                       f.h2d.bytes == std::uint64_t{copies} * 1'000 &&
                       report.devices[0].steps.size() == std::size_t{kSteps};
    if (!right) {
      state.SkipWithError("the ledger's sums are wrong");
      break;
    }
  }
  state.counters["records"] = static_cast<double>(records);
}
BENCHMARK(ledger_of_a_million_records)->Unit(benchmark::kMillisecond);

/// The ledger, and a cause for each of its 400,000 gaps.
void causes_of_a_million_records(benchmark::State& state) {
  const trace::Timeline timeline = million();
  for (auto _ : state) {
    const analysis::Report report = analysis::explain(timeline);
    const analysis::DeviceReport& device = report.devices.at(0);
    Nanos sum{};
    for (const analysis::CauseTime& cause : device.causes) sum += cause.time;
    if (sum != device.total.gpu_idle()) {
      state.SkipWithError("the causes do not sum to the GPU's idle time");
      break;
    }
  }
}
BENCHMARK(causes_of_a_million_records)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
