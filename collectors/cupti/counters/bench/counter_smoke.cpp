// SPDX-License-Identifier: Apache-2.0
//
// Shows whether counters can be sampled on a machine, and whether they tell the same as activity records:
// bytes, copy engine and SM activity of a program of copies and kernels, and how far the two clocks are
// apart.
//
//     counter_smoke [interval in us, default 20]
#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <vector>

#include "collectors/cupti/bench/workload.hpp"
#include "collectors/cupti/collector.hpp"
#include "collectors/cupti/counters/sampler.hpp"
#include "schedules/base/error.hpp"

namespace {

using namespace offledger;

constexpr std::size_t kBytes = std::size_t{64} << 20;
constexpr int kSteps = 40;

struct Buffers {
  void *host = nullptr, *device = nullptr, *back = nullptr;
  cudaStream_t compute{}, in{}, out{};
  Buffers() {
    OFFLEDGER_CUDART(cudaMallocHost(&host, kBytes));
    OFFLEDGER_CUDART(cudaMallocHost(&back, kBytes));
    OFFLEDGER_CUDART(cudaMalloc(&device, kBytes));
    for (cudaStream_t* made : {&compute, &in, &out}) {
      OFFLEDGER_CUDART(cudaStreamCreateWithFlags(made, cudaStreamNonBlocking));
    }
  }
  /// Copies in with a pause after each, as kernels run; then the same outwards.
  void run() const {
    for (int step = 0; step < kSteps; ++step) {
      OFFLEDGER_CUDART(cudaMemcpyAsync(device, host, kBytes, cudaMemcpyHostToDevice, in));
      cupti::bench::launch_spin(400'000, compute);
      OFFLEDGER_CUDART(cudaDeviceSynchronize());
    }
    for (int step = 0; step < kSteps; ++step) {
      OFFLEDGER_CUDART(cudaMemcpyAsync(back, device, kBytes, cudaMemcpyDeviceToHost, out));
      OFFLEDGER_CUDART(cudaDeviceSynchronize());
    }
  }
};

/// Lengths and bytes of a direction's copies, which do not overlap here.
struct Records {
  std::uint64_t bytes = 0;
  Nanos active{}, begin{INT64_MAX}, end{};
};

Records records_of(const trace::Timeline& timeline, trace::CopyDirection direction) {
  Records sum;
  for (const trace::Copy& copy : timeline.copies) {
    if (copy.direction != direction) continue;
    sum.bytes += copy.bytes;
    sum.active += copy.end - copy.begin;
    sum.begin = std::min(sum.begin, copy.begin);
    sum.end = std::max(sum.end, copy.end);
  }
  return sum;
}

void compare(const trace::Timeline& timeline, const counters::Samples& samples) {
  const Nanos origin{timeline.source.clock_origin};
  for (const auto& [name, direction, role] : {std::tuple{"H2D", trace::CopyDirection::kH2D, "pcie_read"},
                                              {"D2H", trace::CopyDirection::kD2H, "pcie_write"}}) {
    const Records records = records_of(timeline, direction);
    const Nanos begin = records.begin + origin, end = records.end + origin;
    if (const auto* track = samples.find(role)) {
      const double bytes = counters::bytes_in(samples, *track, begin, end);
      fmt::print("{}: records {} B, counter {:.0f} B, wire factor {:.4f}\n", name, records.bytes, bytes,
                 bytes / static_cast<double>(records.bytes));
    }
    for (const char* engine : {"h2d_engine", "copy_engine"}) {
      if (const auto* track = samples.find(engine)) {
        fmt::print("{}: copies {} ns, {} active {} ns\n", name, records.active.count(), engine,
                   counters::active_in(samples, *track, begin, end).count());
      }
    }
    for (const char* other : {"sm_active", "graphics_active", "semaphore_wait"}) {
      if (const auto* track = samples.find(other)) {
        fmt::print("{}: {} {} ns of {}\n", name, other,
                   counters::active_in(samples, *track, begin, end).count(), (end - begin).count());
      }
    }
  }
}

/// The shift of the samples that makes the copy engine's activity agree best with the copies.
void show_clock(const trace::Timeline& timeline, const counters::Samples& samples) {
  const counters::Track* engine = samples.find("pcie_read");
  if (engine == nullptr) return;
  double best = -1;
  Nanos best_shift{};
  for (Nanos shift{-200'000}; shift <= Nanos{200'000}; shift += Nanos{2'000}) {
    double inside = 0;
    for (const trace::Copy& copy : timeline.copies) {
      if (copy.direction != trace::CopyDirection::kH2D) continue;
      const Nanos origin = Nanos{timeline.source.clock_origin} + shift;
      inside += counters::bytes_in(samples, *engine, copy.begin + origin, copy.end + origin);
    }
    if (inside > best) best = inside, best_shift = shift;
  }
  fmt::print("clock: samples agree best with copies when shifted by {} ns\n", best_shift.count());
}

int run(Nanos interval) {
  cupti::bench::require_device();
  const Buffers buffers;
  buffers.run();
  const auto wall = [&] {
    const auto begin = std::chrono::steady_clock::now();
    buffers.run();
    return std::chrono::duration_cast<Nanos>(std::chrono::steady_clock::now() - begin);
  };
  const Nanos bare = wall();
  cupti::Collector collector;  // outlives the sampler
  counters::Sampler sampler({.device = 0, .interval = interval});
  sampler.start();
  const Nanos sampled = wall();
  const auto stopping = std::chrono::steady_clock::now();
  const counters::Samples alone = sampler.stop();
  const std::chrono::duration<double, std::milli> reading = std::chrono::steady_clock::now() - stopping;
  fmt::print("chip {}: {} samples every {} ns, partial {}\n", alone.chip, alone.begin.size(),
             alone.interval.count(), alone.partial || alone.cut_short);
  for (const counters::Track& track : alone.tracks) {
    const auto most = std::max_element(track.values.begin(), track.values.end());
    fmt::print("  {:<16} {:<18} at most {:.4g}\n", track.role, track.unit,
               most == track.values.end() ? 0 : *most);
  }
  fmt::print("decoded and evaluated in {:.1f} ms, {:.4f} ms a sample\n", reading.count(),
             reading.count() / static_cast<double>(std::max<std::size_t>(1, alone.begin.size())));
  for (const std::string& reason : alone.left_out) fmt::print("  left out: {}\n", reason);
  fmt::print("wall: {} ns bare, {} ns sampled ({:+.2f}%)\n", bare.count(), sampled.count(),
             (static_cast<double>(sampled.count()) / static_cast<double>(bare.count()) - 1) * 100);

  collector.start();
  sampler.start();
  buffers.run();
  const counters::Samples samples = sampler.stop();
  const trace::Timeline timeline = collector.stop();
  if (!samples.begin.empty()) {
    fmt::print("first sample {} ns after the recording's begin, last ended {} ns after it\n",
               (samples.begin.front() - Nanos(timeline.source.clock_origin)).count(),
               (samples.end.back() - Nanos(timeline.source.clock_origin)).count());
  }
  compare(timeline, samples);
  show_clock(timeline, samples);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(Nanos(1000 * (argc > 1 ? std::atoi(argv[1]) : 20)));
  } catch (const offledger::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 4;
  }
}
