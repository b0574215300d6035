// SPDX-License-Identifier: Apache-2.0
//
// What recording costs: host ns a call for launches, copies, event records and stream waits, and the wall
// time of two loops, with no collector, at each level, and after the collector detached.
//
//     collector_cost [processes a mode, default 5]
//
// CUPTI changes a process for good, so each mode runs in fresh processes, the modes in turn; figures are
// medians. A call is timed in batches that the command buffer holds, so that no launch waits for room.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "collectors/cupti/bench/workload.hpp"
#include "collectors/cupti/collector.hpp"
#include "schedules/base/error.hpp"

namespace {

using namespace offledger;
using Clock = std::chrono::steady_clock;

constexpr int kBatches = 60;
constexpr int kBatch = 400;
const std::vector<std::string> kModes = {"none", "operations", "runtime", "sync", "driver", "detached"};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

template <typename Work>
double ns_of(Work work) {
  const auto begin = Clock::now();
  work();
  return static_cast<double>(std::chrono::duration_cast<Nanos>(Clock::now() - begin).count());
}

/// One process's measurements.
struct Measurement {
  cudaStream_t compute{}, copy{};
  cudaEvent_t event{}, arrived{}, read{};
  void *device = nullptr, *host = nullptr;
  static constexpr std::size_t kBytes = std::size_t{4} << 20;

  Measurement() {
    OFFLEDGER_CUDART(cudaStreamCreateWithFlags(&compute, cudaStreamNonBlocking));
    OFFLEDGER_CUDART(cudaStreamCreateWithFlags(&copy, cudaStreamNonBlocking));
    for (cudaEvent_t* made : {&event, &arrived, &read}) {
      OFFLEDGER_CUDART(cudaEventCreateWithFlags(made, cudaEventDisableTiming));
    }
    OFFLEDGER_CUDART(cudaMalloc(&device, kBytes));
    OFFLEDGER_CUDART(cudaMallocHost(&host, kBytes));
    OFFLEDGER_CUDART(cudaEventRecord(event, copy));
  }

  template <typename Call>
  void calls(const char* name, Call call) {
    std::vector<double> batches;
    for (int batch = 0; batch < kBatches; ++batch) {
      const double ns = ns_of([&] {
        for (int i = 0; i < kBatch; ++i) call();
      });
      OFFLEDGER_CUDART(cudaDeviceSynchronize());
      if (batch >= kBatches / 6) batches.push_back(ns / kBatch);
    }
    fmt::print("{} {}\n", name, median(batches));
  }

  /// A step that streams one unit: the schedule's own calls, and the kernels of a small layer.
  void step(std::size_t bytes, int kernels, std::int64_t spin_ns) {
    OFFLEDGER_CUDART(cudaStreamWaitEvent(copy, read, 0));
    OFFLEDGER_CUDART(cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, copy));
    OFFLEDGER_CUDART(cudaEventRecord(arrived, copy));
    OFFLEDGER_CUDART(cudaStreamWaitEvent(compute, arrived, 0));
    for (int i = 0; i < kernels; ++i) cupti::bench::launch_spin(spin_ns, compute);
    OFFLEDGER_CUDART(cudaEventRecord(read, compute));
  }

  template <typename Body>
  void loop(const char* name, int steps, Body body) {
    std::vector<double> walls;
    for (int repetition = 0; repetition < 7; ++repetition) {
      const double ns = ns_of([&] {
        for (int i = 0; i < steps; ++i) body();
        OFFLEDGER_CUDART(cudaDeviceSynchronize());
      });
      if (repetition > 0) walls.push_back(ns);
    }
    fmt::print("{} {}\n", name, median(walls));
  }

  void run() {
    calls("launch", [&] { cupti::bench::launch_tiny(compute); });
    calls("copy", [&] { OFFLEDGER_CUDART(cudaMemcpyAsync(device, host, 64, cudaMemcpyHostToDevice, copy)); });
    calls("event_record", [&] { OFFLEDGER_CUDART(cudaEventRecord(arrived, copy)); });
    calls("stream_wait", [&] { OFFLEDGER_CUDART(cudaStreamWaitEvent(compute, event, 0)); });
    // Bound by the host: kernels shorter than their launch. Bound by the link: 75 us of copy a step.
    loop("loop_small_kernels", 400, [&] { step(4096, 12, 0); });
    loop("loop_streaming", 1000, [&] { step(kBytes, 4, 10'000); });
  }
};

int child(const std::string& mode) {
  std::unique_ptr<cupti::Collector> collector;
  if (mode != "none") {
    cupti::Options options;
    options.level = cupti::level_of(mode).value_or(cupti::Level::kDriver);
    collector = std::make_unique<cupti::Collector>(options);
    if (mode != "detached") collector->start();
  }
  Measurement measurement;
  OFFLEDGER_CUDART(cudaDeviceSynchronize());
  if (mode == "detached") {
    collector->start();
    measurement.loop("warm", 100, [&] { measurement.step(4096, 12, 0); });
    collector->stop();
    if (!collector->detach()) return 4;
  }
  measurement.run();
  if (collector && mode != "detached") {
    const double ns = ns_of([&] { collector->stop(); });
    fmt::print("stop {}\nrecords {}\n", ns, collector->report().records);
  }
  return 0;
}

/// Figures of one fresh process; throws where it failed.
std::map<std::string, double> measure(const std::string& program, const std::string& mode) {
  std::map<std::string, double> figures;
  FILE* pipe = popen(fmt::format("'{}' --mode {}", program, mode).c_str(), "r");
  if (pipe == nullptr) throw Error(ErrorKind::kNotMeasured, "cannot start a process for mode " + mode);
  char name[64];
  double value = 0;
  while (std::fscanf(pipe, "%63s %lf", name, &value) == 2) figures[name] = value;
  if (pclose(pipe) != 0) throw Error(ErrorKind::kNotMeasured, "the process for mode " + mode + " failed");
  return figures;
}

void show(const std::map<std::string, std::map<std::string, std::vector<double>>>& figures) {
  const auto value = [&](const std::string& mode, const char* name) {
    return median(figures.at(mode).at(name));
  };
  fmt::print("host ns a call (more than without a collector)\n{:<12}", "mode");
  const std::vector<const char*> calls = {"launch", "copy", "event_record", "stream_wait"};
  for (const char* name : calls) fmt::print("{:>20}", name);
  fmt::print("\n");
  for (const std::string& mode : kModes) {
    fmt::print("{:<12}", mode);
    for (const char* name : calls) {
      fmt::print("{:>20}",
                 fmt::format("{:.0f} ({:+.0f})", value(mode, name), value(mode, name) - value("none", name)));
    }
    fmt::print("\n");
  }
  fmt::print("\nwall of a loop, ms (% more than without a collector)\n");
  for (const std::string& mode : kModes) {
    fmt::print("{:<12}", mode);
    for (const char* name : {"loop_small_kernels", "loop_streaming"}) {
      const double base = value("none", name);
      fmt::print("{:>20}", fmt::format("{:.3f} ({:+.2f}%)", value(mode, name) / 1e6,
                                       (value(mode, name) / base - 1) * 100));
    }
    fmt::print("   [loop_small_kernels, loop_streaming]\n");
  }
  fmt::print("\nstopping a recording\n");
  for (const std::string& mode : kModes) {
    if (figures.at(mode).contains("stop")) {
      fmt::print("{:<12}{:.1f} ms for {:.0f} records\n", mode, value(mode, "stop") / 1e6,
                 value(mode, "records"));
    }
  }
}

int parent(int processes) {
  cupti::bench::require_device();
  char program[4096] = {};
  if (readlink("/proc/self/exe", program, sizeof program - 1) < 0) return 4;
  std::map<std::string, std::map<std::string, std::vector<double>>> figures;
  for (int i = 0; i < processes; ++i) {
    for (const std::string& mode : kModes) {
      for (const auto& [name, value] : measure(program, mode)) figures[mode][name].push_back(value);
    }
  }
  fmt::print("{} processes a mode, {} batches of {} calls in each\n\n", processes, kBatches, kBatch);
  show(figures);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 3 && std::string(argv[1]) == "--mode") return child(argv[2]);
    return parent(argc > 1 ? std::max(1, std::atoi(argv[1])) : 5);
  } catch (const offledger::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 4;
  }
}
