// SPDX-License-Identifier: Apache-2.0
//
// Encoding and decoding a recording of 1 M records: half calls, a quarter kernels, a quarter copies.
#include <benchmark/benchmark.h>

#include "collectors/trace/merge.hpp"
#include "collectors/trace/recording_file.hpp"

namespace offledger::trace {
namespace {

constexpr std::uint32_t kLaunches = 250'000;

const Timeline& sample() {
  static const Timeline timeline = [] {
    Timeline t;
    const ProcessRow process = t.process(422, "python3");
    const ThreadRow thread = t.thread(process, 422);
    const StreamRow compute = t.stream(process, DeviceId{0}, 1, 7);
    const StreamRow copies = t.stream(process, DeviceId{0}, 1, 29);
    const StringId names[] = {t.intern("gemm_bf16_128x256"), t.intern("rms_norm"), t.intern("rope"),
                              t.intern("swiglu")};
    std::int64_t clock = 4'538'557'842'074'784;
    std::uint32_t noise = 1;
    for (std::uint32_t i = 1; i <= kLaunches; ++i) {
      noise = noise * 1'664'525 + 1'013'904'223;
      const Nanos jitter(noise >> 20);
      const Nanos at(clock += 20'000 + jitter.count());
      t.calls.push_back(
          {at, at + Nanos(3'200) + jitter, thread, t.intern("cudaLaunchKernel"), Correlation{2 * i}});
      t.calls.push_back({at + Nanos(8'000), at + Nanos(12'000) + jitter, thread, t.intern("cudaMemcpyAsync"),
                         Correlation{2 * i + 1}});
      t.kernels.push_back(
          {at + Nanos(9'000), at + Nanos(15'000) + jitter, compute, names[i % 4], Correlation{2 * i}});
      Copy copy;
      copy.begin = at + Nanos(14'000);
      copy.end = at + Nanos(19'000) + jitter;
      copy.stream = copies;
      copy.correlation = Correlation{2 * i + 1};
      copy.bytes = 16'777'216;
      copy.direction = CopyDirection::kH2D;
      copy.source = MemoryKind::kPinned;
      copy.target = MemoryKind::kDevice;
      t.copies.push_back(copy);
    }
    return t;
  }();
  return timeline;
}

void encode_recording(benchmark::State& state) {
  std::size_t size = 0;
  for (auto _ : state) size = encode(sample()).size();
  state.counters["bytes_per_record"] = static_cast<double>(size) / (4.0 * kLaunches);
  state.SetItemsProcessed(state.iterations() * 4 * kLaunches);
}
BENCHMARK(encode_recording)->Unit(benchmark::kMillisecond);

void decode_recording(benchmark::State& state) {
  const std::string bytes = encode(sample());
  for (auto _ : state) {
    if (decode(bytes, "bench") != sample()) state.SkipWithError("decoded something else");
  }
  state.SetItemsProcessed(state.iterations() * 4 * kLaunches);
}
BENCHMARK(decode_recording)->Unit(benchmark::kMillisecond);

void merge_timelines(benchmark::State& state) {
  for (auto _ : state) {
    Timeline into;
    merge(into, sample());
    if (into.kernels.size() != kLaunches) state.SkipWithError("records are missing");
  }
  state.SetItemsProcessed(state.iterations() * 4 * kLaunches);
}
BENCHMARK(merge_timelines)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace offledger::trace

BENCHMARK_MAIN();
