// SPDX-License-Identifier: Apache-2.0
//
// Shows whether the collector works on a machine: records a small program that does one of everything, counts
// what came back against what was done, and writes the recording.
//
//     collector_smoke [recording.offledger]
//
// Exit code 0 where every count is right, 1 where one is not, 4 where CUDA or CUPTI failed. Without a GPU it
// says so.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "collectors/cupti/bench/program.hpp"
#include "collectors/cupti/bench/workload.hpp"
#include "collectors/cupti/collector.hpp"
#include "collectors/trace/recording_file.hpp"
#include "schedules/base/error.hpp"

namespace {

using namespace offledger;
using cupti::bench::Done;

constexpr int kSteps = 10;

bool expect(const char* what, std::size_t expected, std::size_t found) {
  fmt::print("  {:<28} expected {:>6}, found {:>6}{}\n", what, expected, found,
             expected == found ? "" : "   WRONG");
  return expected == found;
}

template <typename Rows>
std::size_t without_call(const Rows& rows,
                         const std::unordered_map<trace::Correlation, const trace::HostCall*>& calls) {
  return static_cast<std::size_t>(std::count_if(
      rows.begin(), rows.end(), [&](const auto& row) { return !calls.contains(row.correlation); }));
}

bool check_counts(const trace::Timeline& timeline, const Done& done) {
  fmt::print("counts\n");
  std::size_t waits = 0, waits_found = 0;
  std::unordered_set<trace::EventSync> recorded;
  for (const auto& event : timeline.event_records) recorded.insert(event.event);
  for (const auto& sync : timeline.syncs) {
    if (sync.kind != trace::SyncKind::kStreamWait) continue;
    ++waits;
    waits_found += recorded.contains(sync.event) ? 1 : 0;
  }
  bool right = expect("kernels", done.kernels, timeline.kernels.size());
  right &= expect("copies", done.copies, timeline.copies.size());
  right &= expect("memsets", done.memsets, timeline.memsets.size());
  right &= expect("event records", done.event_records, timeline.event_records.size());
  right &= expect("stream waits", done.stream_waits, waits);
  right &= expect("stream waits with a record", done.stream_waits, waits_found);
  right &= expect("ranges", done.ranges, timeline.ranges.size());

  std::unordered_map<trace::Correlation, const trace::HostCall*> calls;
  std::size_t repeated = 0;
  for (const auto& call : timeline.calls) repeated += calls.emplace(call.correlation, &call).second ? 0 : 1;
  right &= expect("kernels without a call", 0, without_call(timeline.kernels, calls));
  right &= expect("copies without a call", 0, without_call(timeline.copies, calls));
  right &= expect("event records without a call", 0, without_call(timeline.event_records, calls));
  right &= expect("syncs without a call", 0, without_call(timeline.syncs, calls));
  right &= expect("correlations used twice", 0, repeated);

  Nanos skew{}, latency{1'000'000'000};
  for (const auto& kernel : timeline.kernels) {
    const auto at = calls.find(kernel.correlation);
    if (at == calls.end()) continue;
    skew = std::max(skew, at->second->begin - kernel.begin);
    latency = std::min(latency, kernel.begin - at->second->begin);
  }
  fmt::print("skew: a kernel began at most {} ns before its call; shortest call-to-start {} ns\n",
             skew.count(), latency.count());
  return right;
}

void show(const trace::Timeline& timeline) {
  fmt::print("copies\n");
  for (const auto& copy : timeline.copies) {
    const auto ns = (copy.end - copy.begin).count();
    fmt::print("  {:<4} {:<9}->{:<9} {:>9} B {:>9} ns {:>6.1f} GB/s  channel {} type {} stream {}\n",
               trace::name_of(copy.direction), trace::name_of(copy.source), trace::name_of(copy.target),
               copy.bytes, ns, ns > 0 ? static_cast<double>(copy.bytes) / static_cast<double>(ns) : 0.0,
               copy.channel_id, static_cast<int>(copy.channel),
               copy.stream == trace::StreamRow::kNone ? 0 : timeline.at(copy.stream).native_id);
  }
  std::map<std::string, std::pair<std::size_t, std::int64_t>> calls, overheads, syncs;
  for (const auto& call : timeline.calls) {
    auto& [count, ns] = calls[(call.api == trace::Api::kDriver ? "driver " : "") + timeline.text(call.name)];
    ++count, ns += (call.end - call.begin).count();
  }
  for (const auto& overhead : timeline.overheads) {
    auto& [count, ns] = overheads[timeline.text(overhead.name)];
    ++count, ns += (overhead.end - overhead.begin).count();
  }
  for (const auto& sync : timeline.syncs) {
    auto& [count, ns] = syncs[std::string(trace::name_of(sync.kind))];
    ++count, ns += (sync.end - sync.begin).count();
  }
  for (const auto& [title, rows] :
       {std::pair{"calls", &calls}, {"overheads", &overheads}, {"syncs", &syncs}}) {
    fmt::print("{}\n", title);
    for (const auto& [name, total] : *rows)
      fmt::print("  {:<34} {:>6} {:>12} ns\n", name, total.first, total.second);
  }
  for (const auto& range : timeline.ranges) {
    fmt::print("range {} '{}' {} ns\n", timeline.text(range.domain), timeline.text(range.name),
               (range.end - range.begin).count());
    break;
  }
  std::size_t timed = 0;
  for (const auto& event : timeline.event_records) timed += event.device_time.count() >= 0 ? 1 : 0;
  const auto& defects = timeline.defects;
  fmt::print("event records with a device time: {}\n", timed);
  fmt::print("defects: dropped {} zero {} negative {} missing {} unknown {} orphan {}\n",
             defects.dropped_records, defects.zero_timestamps, defects.negative_durations,
             defects.missing_durations, defects.unknown_records, defects.orphan_references);
}

int run(const std::string& path) {
  fmt::print("libcupti {}\n", cupti::library_version());
  cupti::bench::require_device();
  cupti::Options options;
  options.event_times = true;
  cupti::Collector collector(options);
  cupti::bench::Program program;

  const Nanos began = cupti::Collector::now();
  collector.start();
  for (int step = 0; step < kSteps; ++step) program.streamed_step(step);
  program.other_copies();
  program.graph();
  program.driver_launch();
  program.fill_queue();
  trace::Timeline timeline = collector.stop();
  const Nanos ended = cupti::Collector::now();

  show(timeline);
  bool right = check_counts(timeline, program.done());
  std::size_t outside = 0;
  for (const auto& kernel : timeline.kernels) {
    const Nanos origin{timeline.source.clock_origin};
    outside += kernel.begin + origin < began || kernel.end + origin > ended ? 1 : 0;
  }
  right &= expect("kernels outside the recording", 0, outside);
  const cupti::Report& report = collector.report();
  fmt::print("records {} in {} buffers, lost buffers {}, clock stepped {} ns, synchronised {}, complete {}\n",
             report.records, report.buffers, report.lost_buffers, report.clock_step.count(),
             report.synchronized, timeline.source.complete);
  if (!path.empty()) {
    trace::save(timeline, path);
    fmt::print("wrote {}\n", path);
  }
  const bool detached = collector.detach();
  OFFLEDGER_CUDART(cudaDeviceSynchronize());
  cupti::bench::launch_tiny(nullptr);
  OFFLEDGER_CUDART(cudaDeviceSynchronize());
  fmt::print("detached: {}\n{}\n", detached, right ? "all counts right" : "SOME COUNTS WRONG");
  return right ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc > 1 ? argv[1] : "");
  } catch (const offledger::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 4;
  }
}
