// SPDX-License-Identifier: Apache-2.0
//
// The ledger against a model that knows no intervals: it asks, for each single nanosecond, which records
// cover it.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "reports/analysis/analysis.hpp"

namespace offledger::analysis {
namespace {

struct Row {
  int kind = 0;  ///< 0 kernel, 1 collective, 2 memset, 3.. copies by direction
  std::int64_t begin = 0, length = 0;
  unsigned stream = 0;
  int step = 0;
};

rc::Gen<Row> row() {
  return rc::gen::build<Row>(rc::gen::set(&Row::kind, rc::gen::inRange(0, 8)),
                             rc::gen::set(&Row::begin, rc::gen::inRange<std::int64_t>(0, 60)),
                             rc::gen::set(&Row::length, rc::gen::inRange<std::int64_t>(0, 25)),
                             rc::gen::set(&Row::stream, rc::gen::inRange(0U, 3U)),
                             rc::gen::set(&Row::step, rc::gen::inRange(-1, 4)));
}

constexpr trace::CopyDirection kDirections[] = {trace::CopyDirection::kH2D, trace::CopyDirection::kD2H,
                                                trace::CopyDirection::kD2D, trace::CopyDirection::kP2P,
                                                trace::CopyDirection::kUnknown};

/// The rows as records; each launched by a call inside the range of its step.
trace::Timeline timeline_of(const std::vector<Row>& rows) {
  trace::Timeline t;
  const auto process = t.process(1);
  const auto thread = t.thread(process, 1);
  std::vector<trace::StreamRow> streams;
  for (unsigned s = 0; s < 3; ++s) streams.push_back(t.stream(process, trace::DeviceId{0}, 0, s));
  for (int step = 0; step < 4; ++step) {
    trace::Range range;
    range.begin = nanos(1000 * step);
    range.end = nanos(1000 * step + 999);
    range.thread = thread;
    range.kind = trace::RangeKind::kStep;
    range.step = step;
    t.ranges.push_back(range);
  }
  std::uint64_t correlation = 0;
  for (const Row& r : rows) {
    const auto id = trace::Correlation{++correlation};
    if (r.step >= 0) {
      trace::HostCall call;
      call.begin = call.end = nanos(1000 * r.step + static_cast<std::int64_t>(correlation % 900));
      call.thread = thread;
      call.correlation = id;
      call.name = t.intern("cudaLaunchKernel");
      t.calls.push_back(call);
    }
    const auto put = [&](auto record) {
      record.begin = nanos(r.begin);
      record.end = nanos(r.begin + r.length);
      record.stream = streams[r.stream];
      record.correlation = id;
      return record;
    };
    if (r.kind <= 1) {
      trace::Kernel kernel = put(trace::Kernel{});
      kernel.kind = r.kind == 1 ? trace::KernelClass::kCollective : trace::KernelClass::kCompute;
      t.kernels.push_back(kernel);
    } else if (r.kind == 2) {
      t.memsets.push_back(put(trace::Memset{}));
    } else {
      trace::Copy copy = put(trace::Copy{});
      copy.direction = kDirections[r.kind - 3];
      copy.bytes = 7;
      t.copies.push_back(copy);
    }
  }
  return t;
}

/// Instants of a window, one by one.
struct Model {
  Ledger ledger;
  Nanos compute{}, h2d{}, h2d_hidden{}, h2d_exposed{}, d2h_exposed{};
};
Model model(const std::vector<Row>& rows, Interval window) {
  Model m;
  for (std::int64_t t = window.begin.count(); t < window.end.count(); ++t) {
    bool compute = false, collective = false, h2d = false, d2h = false, other = false;
    for (const Row& r : rows) {
      if (t < r.begin || t >= r.begin + r.length) continue;
      compute |= r.kind == 0 || r.kind == 2;
      collective |= r.kind == 1;
      h2d |= r.kind == 3;
      d2h |= r.kind == 4;
      other |= r.kind > 4;
    }
    const bool copy = h2d || d2h || other;
    Nanos& where = compute      ? (copy ? m.ledger.hidden : m.ledger.compute_only)
                   : collective ? m.ledger.collective
                   : copy       ? m.ledger.exposed
                                : m.ledger.idle;
    where += nanos(1);
    if (!compute && collective && copy) m.ledger.collective_copy += nanos(1);
    if (compute) m.compute += nanos(1);
    if (h2d) m.h2d += nanos(1);
    if (h2d && compute) m.h2d_hidden += nanos(1);
    if (h2d && !compute && !collective) m.h2d_exposed += nanos(1);
    if (d2h && !compute && !collective) m.d2h_exposed += nanos(1);
  }
  return m;
}

void check(const std::vector<Row>& rows, const Figures& figures) {
  const Model m = model(rows, figures.window);
  RC_ASSERT(figures.ledger == m.ledger);
  RC_ASSERT(figures.ledger.wall() == figures.window.length());
  RC_ASSERT(figures.compute == m.compute);
  RC_ASSERT(figures.h2d.busy == m.h2d);
  RC_ASSERT(figures.h2d.hidden == m.h2d_hidden);
  RC_ASSERT(figures.h2d.exposed == m.h2d_exposed);
  RC_ASSERT(figures.d2h.exposed == m.d2h_exposed);
  RC_ASSERT(figures.gpu_idle() == m.ledger.exposed + m.ledger.idle);
}

RC_GTEST_PROP(Ledger, IsTheModel, ()) {
  const auto rows = *rc::gen::nonEmpty(rc::gen::container<std::vector<Row>>(row()));
  const Report report = analyse(timeline_of(rows));
  RC_ASSERT(report.devices.size() == 1U);
  const DeviceReport& device = report.devices[0];

  std::int64_t begin = 1 << 30, end = 0;
  std::uint64_t h2d_copies = 0;
  for (const Row& r : rows) {
    begin = std::min(begin, r.begin);
    end = std::max(end, r.begin + r.length);
    h2d_copies += r.kind == 3;
  }
  const Interval window{nanos(begin), nanos(end)};
  RC_ASSERT(device.total.window == window);
  RC_ASSERT(device.total.h2d.copies == h2d_copies);
  RC_ASSERT(device.total.h2d.bytes == 7 * h2d_copies);
  check(rows, device.total);

  Nanos at = window.begin;
  std::uint64_t booked = device.unconsumed_h2d_bytes;
  for (const StepReport& step : device.steps) {
    RC_ASSERT(step.figures.window.begin == at);
    at = step.figures.window.end;
    check(rows, step.figures);
    booked += step.figures.h2d.bytes;
  }
  RC_ASSERT(at == window.end);
  RC_ASSERT(booked == device.total.h2d.bytes);
}

RC_GTEST_PROP(Ledger, ForgetsTheOrderOfRecords, ()) {
  auto rows = *rc::gen::nonEmpty(rc::gen::container<std::vector<Row>>(row()));
  trace::Timeline forward = timeline_of(rows), backward = forward;
  std::reverse(backward.kernels.begin(), backward.kernels.end());
  std::reverse(backward.copies.begin(), backward.copies.end());
  std::reverse(backward.memsets.begin(), backward.memsets.end());
  std::reverse(backward.calls.begin(), backward.calls.end());
  const Report a = analyse(forward), b = analyse(backward);
  RC_ASSERT(a.devices[0].steps.size() == b.devices[0].steps.size());
  for (std::size_t s = 0; s < a.devices[0].steps.size(); ++s) {
    RC_ASSERT(a.devices[0].steps[s].figures.ledger == b.devices[0].steps[s].figures.ledger);
    RC_ASSERT(a.devices[0].steps[s].figures.cpu_blocked == b.devices[0].steps[s].figures.cpu_blocked);
  }
}

}  // namespace
}  // namespace offledger::analysis
