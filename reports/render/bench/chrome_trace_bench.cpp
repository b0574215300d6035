// SPDX-License-Identifier: Apache-2.0
//
// How fast a trace is written: MB/s of JSON on one thread, into a sink that only counts. The answer is
// checked: a slice a record (copies twice), an arrow a launched op.
#include <benchmark/benchmark.h>

#include <ostream>
#include <streambuf>
#include <string>

#include "reports/render/chrome_trace.hpp"
#include "reports/render/gzip_stream.hpp"

namespace {

using namespace offledger;

class Counting : public std::streambuf {
 public:
  std::size_t bytes = 0;

 protected:
  std::streamsize xsputn(const char*, std::streamsize n) override {
    bytes += static_cast<std::size_t>(n);
    return n;
  }
  int_type overflow(int_type c) override {
    ++bytes;
    return traits_type::not_eof(c);
  }
};

/// `layers` layers of nine kernels and nine copies on two streams, each launched by a call within a range.
trace::Timeline streaming(std::int64_t layers) {
  trace::Timeline t;
  const auto process = t.process(4711, "python");
  const auto host = t.thread(process, 1, "main");
  t.device(trace::DeviceId{0}, "NVIDIA H200");
  const auto compute = t.stream(process, trace::DeviceId{0}, 0, 7, "compute");
  const auto copy = t.stream(process, trace::DeviceId{0}, 0, 8, "weight_h2d");
  const auto gemm =
      t.intern("void cutlass::Kernel2<cutlass_80_tensorop_bf16_s16816gemm_relu_bf16_256x128_32x3_tn_align8>");
  std::uint64_t id = 0;
  Nanos now{1'700'000'000'000};
  for (std::int64_t layer = 0; layer < layers; ++layer) {
    const Nanos begun = now;
    for (int i = 0; i < 9; ++i) {
      t.calls.push_back(
          {now, now + nanos(3200), host, t.intern("cudaMemcpyAsync"), trace::Correlation{++id}});
      trace::Copy c{now + nanos(4000), now + nanos(9000), copy, trace::Correlation{id}, 270'000};
      c.direction = trace::CopyDirection::kH2D;
      t.copies.push_back(c);
      t.calls.push_back({now + nanos(3200), now + nanos(6400), host, t.intern("cudaLaunchKernel"),
                         trace::Correlation{++id}});
      t.kernels.push_back({now + nanos(9000), now + nanos(13'500), compute, gemm, trace::Correlation{id}});
      now += nanos(6400);
    }
    t.ranges.push_back({begun,
                        now,
                        host,
                        t.intern(std::string("L").append(std::to_string(layer))),
                        {},
                        trace::RangeKind::kUnit,
                        0,
                        static_cast<std::int32_t>(layer)});
  }
  return t;
}

bool right(const trace::Timeline& t, const render::ChromeTraceSummary& s) {
  return s.slices == t.kernels.size() + 2 * t.copies.size() + t.calls.size() + t.ranges.size() &&
         s.flows == t.kernels.size() + t.copies.size() && s.skipped == 0;
}

void write(benchmark::State& state) {
  const trace::Timeline t = streaming(state.range(0));
  std::size_t bytes = 0;
  for (auto _ : state) {
    Counting sink;
    std::ostream out(&sink);
    if (!right(t, render::chrome_trace(t, out))) state.SkipWithError("records are missing from the trace");
    bytes += sink.bytes;
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  state.counters["records"] = static_cast<double>(t.gpu_op_count() + t.calls.size() + t.ranges.size());
}
BENCHMARK(write)->Arg(100)->Arg(27'000)->Unit(benchmark::kMillisecond);

void write_gzip(benchmark::State& state) {
  const trace::Timeline t = streaming(state.range(0));
  std::size_t bytes = 0;
  double ratio = 0;
  for (auto _ : state) {
    Counting plain;
    std::ostream plain_out(&plain);
    state.PauseTiming();
    render::chrome_trace(t, plain_out);
    state.ResumeTiming();
    Counting sink;
    std::ostream out(&sink);
    render::GzipStream packed(out);
    if (!right(t, render::chrome_trace(t, packed))) state.SkipWithError("records are missing from the trace");
    packed.close();
    if (packed.bad() || sink.bytes == 0) state.SkipWithError("the sink is short");
    bytes += plain.bytes;
    ratio = static_cast<double>(plain.bytes) / static_cast<double>(sink.bytes);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  state.counters["ratio"] = ratio;
}
BENCHMARK(write_gzip)->Arg(2'700)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
