// SPDX-License-Identifier: Apache-2.0
//
// Real traces, against the figures that other programs computed from them: spans, sums, and unions by plain
// sorting.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "collectors/import/import.hpp"

namespace offledger::importers {
namespace {

using trace::Timeline;

std::string shared_file(const std::string& name) {
  const char* folder = std::getenv("OFFLEDGER_SHARED_DATA");
  const std::string root = folder != nullptr ? folder : OFFLEDGER_SOURCE_DIR "/../shared/data";
  return root + "/" + name;
}

#define LOAD_OR_SKIP(name)                                                    \
  const std::string path = shared_file(name);                                 \
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not here"; \
  const Timeline t = load_any(path)

struct Span {
  std::int64_t begin, end;
};
using Spans = std::vector<Span>;

/// Maximal intervals of the union.
Spans united(Spans spans) {
  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.begin < b.begin; });
  Spans out;
  for (const Span& s : spans) {
    if (!out.empty() && s.begin <= out.back().end) {
      out.back().end = std::max(out.back().end, s.end);
    } else {
      out.push_back(s);
    }
  }
  return out;
}

std::int64_t length(const Spans& spans) {
  std::int64_t sum = 0;
  for (const Span& s : united(spans)) sum += s.end - s.begin;
  return sum;
}

Spans both(Spans a, const Spans& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// |a and b| = |a| + |b| - |a or b|
std::int64_t common(const Spans& a, const Spans& b) {
  return length(a) + length(b) - length(both(a, b));
}

struct Device {
  Spans kernels, collectives, compute, h2d, copies, all;
  std::int64_t span = 0;
  std::uint64_t h2d_bytes = 0;

  Device(const Timeline& t, std::uint32_t id) {
    const auto here = [&](const auto& op) { return index(t.at(op.stream).device) == id; };
    for (const auto& k : t.kernels) {
      if (here(k)) (k.kind == trace::KernelClass::kCollective ? collectives : kernels).push_back(span_of(k));
    }
    compute = kernels;
    for (const auto& m : t.memsets) {
      if (here(m)) compute.push_back(span_of(m));
    }
    for (const auto& c : t.copies) {
      if (!here(c)) continue;
      copies.push_back(span_of(c));
      if (c.direction != trace::CopyDirection::kH2D) continue;
      h2d.push_back(span_of(c));
      h2d_bytes += c.bytes;
    }
    all = both(both(compute, copies), collectives);
    const auto [least, most] = std::minmax_element(
        all.begin(), all.end(), [](const Span& a, const Span& b) { return a.begin < b.begin; });
    (void)most;
    std::int64_t last = 0;
    for (const Span& s : all) last = std::max(last, s.end);
    span = last - least->begin;
  }

  template <typename Op>
  static Span span_of(const Op& op) {
    return {op.begin.count(), op.end.count()};
  }
};

std::int64_t time_in_call(const Timeline& t, std::string_view name) {
  std::int64_t sum = 0;
  for (const auto& call : t.calls) sum += t.text(call.name) == name ? (call.end - call.begin).count() : 0;
  return sum;
}

TEST(SharedData, AccelerateCopiesEverythingFromPageableMemory) {
  LOAD_OR_SKIP("kineto/accelerate_T8192.json.gz");
  const Device d(t, 0);
  EXPECT_EQ(d.span, 1'346'175'475);
  EXPECT_EQ(length(d.compute), 134'185'547);
  EXPECT_EQ(d.span - length(d.compute), 1'211'989'928);
  EXPECT_EQ(length(d.h2d), 1'160'588'907);
  EXPECT_EQ(d.h2d.size(), 56U);
  EXPECT_EQ(d.h2d_bytes, 10'284'646'400U);
  EXPECT_EQ(common(d.h2d, d.compute), 0);
  EXPECT_EQ(d.span - length(d.all), 51'397'917);
  for (const auto& c : t.copies) {
    EXPECT_EQ(c.source == trace::MemoryKind::kPageable, c.direction == trace::CopyDirection::kH2D);
  }
  EXPECT_EQ((time_in_call(t, "cudaMemcpyAsync") + 50'000) / 100'000, 12'417);  // 1,241.7 ms
  EXPECT_EQ(t.kernels.size(), 256U);
  EXPECT_EQ(t.calls.size(), 647U + 49U);
  EXPECT_EQ(t.overheads.size(), 1U);
  EXPECT_EQ(t.defects, trace::Defects{});
  ASSERT_EQ(t.devices.size(), 1U);
  EXPECT_EQ(t.text(t.devices[0].name), "NVIDIA H200");
  ASSERT_EQ(t.processes.size(), 1U);
  EXPECT_EQ(t.processes[0].pid, 422U);
  EXPECT_EQ(t.source.clock_origin, 1'790'857'026'000'000'000);
}

TEST(SharedData, TorchPrefetchHidesMostOfItsCopies) {
  LOAD_OR_SKIP("kineto/torch_prefetch_d1_T8192.json.gz");
  const Device d(t, 0);
  EXPECT_EQ(d.span, 208'837'649);
  EXPECT_EQ(length(d.compute), 136'468'520);
  EXPECT_EQ(d.span - length(d.compute), 72'369'129);
  EXPECT_EQ(d.span - length(d.all), 873'277);
  EXPECT_EQ(length(d.h2d), 185'286'495);
  EXPECT_EQ(d.h2d.size(), 54U);
  EXPECT_EQ(d.h2d_bytes, 10'267'852'800U);
  EXPECT_EQ(common(d.h2d, d.compute), 113'790'643);
  EXPECT_EQ(t.streams.size(), 2U);
}

TEST(SharedData, EventWaitsLinkTheStreamsThatRecordedThem) {
  LOAD_OR_SKIP("kineto/a100_cuda_event_sync_multi_stream.json.gz");
  EXPECT_EQ(t.kernels.size(), 3U);
  EXPECT_EQ(t.memsets.size(), 3U);
  std::vector<std::uint64_t> recorded;
  for (const auto& r : t.event_records) recorded.push_back(t.at(r.stream).native_id);
  std::sort(recorded.begin(), recorded.end());
  EXPECT_EQ(recorded, (std::vector<std::uint64_t>{20, 20, 28}));
  for (const auto& sync : t.syncs) {
    if (sync.kind != trace::SyncKind::kStreamWait) continue;
    EXPECT_EQ(t.at(sync.stream).native_id, 24U);
    EXPECT_NE(sync.event, trace::EventSync::kNone);
  }
  EXPECT_EQ(t.syncs.size(), 5U);
  // Microseconds without decimals at epoch scale.
  EXPECT_EQ(t.kernels[0].begin.count(), 1'712'867'402'348'700'000);
}

TEST(SharedData, NsightOfTwoProcessesOnTwoGpus) {
  LOAD_OR_SKIP("nsys/nsysai_mfu_2gpu_before.sqlite");
  const Device first(t, 0);
  EXPECT_EQ(first.span, 299'848'812);
  EXPECT_EQ(first.kernels.size(), 1'960U);
  EXPECT_EQ(first.collectives.size(), 33U);
  EXPECT_EQ(length(first.compute), 253'800'656);
  EXPECT_EQ(length(first.collectives), 17'172'652);
  EXPECT_EQ(length(first.copies), 2'844'479);
  EXPECT_EQ(common(first.copies, first.compute), 0);
  EXPECT_EQ(first.span - length(first.all), 26'031'025);
  const Device second(t, 1);
  EXPECT_EQ(second.span, 298'661'551);
  EXPECT_EQ(length(second.compute), 256'199'208);
  EXPECT_EQ(second.span - length(second.all), 31'385'635);
}

}  // namespace
}  // namespace offledger::importers
