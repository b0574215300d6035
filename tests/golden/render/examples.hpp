// SPDX-License-Identifier: Apache-2.0
//
// Small values, made by hand, that the golden outputs beside this file are of.

#pragma once

#include "collectors/trace/timeline.hpp"
#include "reports/analysis/analysis.hpp"
#include "reports/history/records.hpp"

namespace offledger::render::examples {

constexpr Nanos ms(double n) {
  return Nanos(static_cast<std::int64_t>(n * 1e6));
}

/// Two copies and two kernels on two streams of one GPU: the second copy hides behind the first kernel.
inline trace::Timeline two_layers() {
  trace::Timeline t;
  t.source.device_kind = trace::DeviceKind::kSim;
  t.source.tool = "offledger sim";
  t.source.schedule = "tiny";
  t.device(trace::DeviceId{0}, "sim:h200");
  const auto process = t.process(0, "offledger");
  const auto host = t.thread(process, 1, "main");
  const auto compute = t.stream(process, trace::DeviceId{0}, 0, 1, "compute");
  const auto copy = t.stream(process, trace::DeviceId{0}, 0, 2, "weight_h2d");
  const auto call = [&](std::int64_t begin, std::int64_t end, const char* name, std::uint64_t id) {
    t.calls.push_back({nanos(begin), nanos(end), host, t.intern(name), trace::Correlation{id}});
  };
  const auto h2d = [&](std::int64_t begin, std::int64_t end, std::uint64_t id) {
    trace::Copy c{nanos(begin), nanos(end), copy, trace::Correlation{id}, 110'000};
    c.direction = trace::CopyDirection::kH2D;
    c.source = trace::MemoryKind::kPinned;
    c.target = trace::MemoryKind::kDevice;
    c.channel = trace::Channel::kAsyncCopy;
    c.channel_id = 9;
    t.copies.push_back(c);
  };
  call(1000, 1500, "cudaMemcpyAsync", 1);
  call(1500, 2000, "cudaMemcpyAsync", 2);
  call(2000, 2500, "cudaLaunchKernel", 3);
  h2d(1500, 3500, 1);
  h2d(3500, 5500, 2);
  t.kernels.push_back({nanos(3600), nanos(6100), compute, t.intern("mha<\"bf16\">"), trace::Correlation{3}});
  t.ranges.push_back({nanos(900), nanos(2600), host, t.intern("L0.attn"), t.intern("offledger"),
                      trace::RangeKind::kUnit, 0, 0, 1, t.intern("attn")});
  return t;
}

/// The figures of a two-stream prefetch on an H200, in two steps, the first cold.
inline analysis::Report prefetch() {
  analysis::Figures f;
  f.window = {ms(0), ms(208.84)};
  f.ledger = {ms(22.68), ms(113.79), ms(71.5), ms(0), ms(0), ms(0.87)};
  f.compute = ms(136.47);
  f.h2d = {ms(185.29), ms(113.79), ms(71.5), 10'267'852'800, 54, 0, 10'267'852'800};
  f.cpu_blocked = ms(1.2);
  f.step_join = ms(180);
  f.lead_median = ms(2.5);

  analysis::Report report;
  report.source.device_kind = trace::DeviceKind::kImport;
  report.source.tool = "kineto";
  report.source.device_profile = "NVIDIA H200";
  analysis::DeviceReport device;
  device.name = "NVIDIA H200";
  device.total = f;
  analysis::Figures half = f;
  half.window = {ms(0), ms(104.42)};
  half.ledger = {ms(11.34), ms(56.895), ms(35.75), ms(0), ms(0), ms(0.435)};
  half.compute = ms(68.235);
  half.h2d = {ms(92.645), ms(56.895), ms(35.75), 5'133'926'400, 27, 0, 5'133'926'400};
  half.cpu_blocked = ms(0.6);
  half.step_join = ms(90);
  device.steps = {{0, true, half, {}, {}}, {1, false, half, {}, {}}};
  device.steps[1].figures.window = {ms(104.42), ms(208.84)};
  device.units.push_back({0,
                          0,
                          "attn",
                          {ms(5.4), ms(12.1)},
                          ms(6.7),
                          analysis::Interval{ms(0), ms(5.4)},
                          302'000'000,
                          ms(0),
                          ms(5.4),
                          {}});
  device.units.push_back({0,
                          0,
                          "ffn",
                          {ms(30.8), ms(46)},
                          ms(15.2),
                          analysis::Interval{ms(5.4), ms(30.8)},
                          1'409'000'000,
                          ms(0),
                          ms(18.7),
                          {}});
  device.causes = {{"transfer_wait", "link_bound", "event", ms(70.1)}, {"launch_latency", "", "", ms(2.27)}};
  device.cpu = {{"main", "cudaEventSynchronize", "h2d", ms(1.2), 3}};
  device.cpu_blocked_gpu_idle = ms(1);
  report.devices = {device};
  report.diagnoses.push_back({"link_bound", trace::DeviceId{0}, ms(70.1),
                              "54 copies keep the link busy 88.7 % of the time",
                              "Move fewer bytes: keep layers resident, or quantise."});
  report.diagnoses.push_back({"tiny_copies", trace::DeviceId{0}, ms(2.2), "40 copies below 1 MiB",
                              "Merge the small tensors of a layer into one copy."});
  report.findings.push_back({"clock_skew", "a kernel began 1.2 us before its launch call", false});
  report.defects.zero_timestamps = 3;
  return report;
}

inline history::VerdictCell cell(const char* schedule, const char* metric, const char* state, double base,
                                 double cand, double delta, double margin) {
  history::VerdictCell c;
  c.schedule = schedule;
  c.workload = "llama70b-prefill-8k";
  c.metric = metric;
  c.state = state;
  c.base = base;
  c.cand = cand;
  c.delta = delta;
  c.margin = margin;
  c.n_base = c.n_cand = 10;
  return c;
}

/// Two losses, one improvement, one unchanged, one that only informs.
inline history::Verdict two_losses() {
  history::Verdict v;
  v.verdict = "fail";
  v.reason = "history1 hides less of its transfer";
  v.base_run = "1a2b3c4d5e6f7a8b";
  v.cand_run = "99887766554433221100";
  v.base_commit = "d36b4335f039040a";
  v.base_why = "the merge base";
  v.cells.push_back(cell("history1", "overlap_of_possible", "fail", 0.981, 0.614, -0.367, 0.01));
  v.cells.back().ci_low = -0.371;
  v.cells.back().ci_high = -0.362;
  v.cells.back().p = 0.00001;
  v.cells.back().p_adjusted = 0.00004;
  v.cells.push_back(cell("history1", "h2d_bytes", "fail", 10e9, 10.25e9, 0.25e9, 0));
  v.cells.push_back(cell("stage1", "wall_ns", "improved", 2.1e9, 2.0e9, -0.0488, 0.02));
  v.cells.push_back(cell("stage12", "wall_ns", "pass", 2.0e9, 2.002e9, 0.001, 0.02));
  v.cells.push_back(cell("history1", "gpu_idle_ns", "fail", 12e6, 140e6, 0.06, 0.01));
  v.cells.back().gates = false;
  return v;
}

inline history::Run two_schedules() {
  history::Run run;
  run.id = "0123456789abcdef0123";
  run.sitting = "s1";
  run.commit = "d36b4335f039040a";
  run.suite = "seed";
  run.tool_version = "0.1.0";
  run.started_at_unix = 1'774'966'000;
  run.machine_class = {"sim", "sim:h200", 0, "", ""};
  const auto add = [&](const char* schedule, double wall, double blocked, double idle, double overlap) {
    history::Cell cell;
    cell.key = {schedule, "seed-70b", "sim:h200", "1"};
    cell.schedule_hash = "cafe";
    cell.deterministic = true;
    history::Rep rep;
    rep.values = {{"wall_ns", wall},        {"cpu_blocked_ns", blocked},      {"gpu_idle_ns", idle},
                  {"overlap", overlap},     {"overlap_of_possible", overlap}, {"efficiency", std::nullopt},
                  {"h2d_exposed_ns", idle}, {"steady_layer_ns", 200e6},       {"h2d_bytes", 20e9}};
    rep.causes_ns = {{"transfer_wait/link_bound", idle * 0.75}, {"launch_latency", idle * 0.25}};
    cell.reps = {rep};
    run.cells.push_back(cell);
  };
  add("history1", 16.16e9, 160e6, 0.9e6, 0.998);
  add("history", 17.6e9, 0, 1.6e9, 0.91);
  return run;
}

}  // namespace offledger::render::examples
