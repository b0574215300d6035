// SPDX-License-Identifier: Apache-2.0
//
// Counters of a chip that counts exactly: they agree with the records, samples alone give the same ledger to
// within what they say they leave open, and a counter that is off is found, by name.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>

#include "reports/analysis/analysis.hpp"
#include "reports/analysis/counter_tracks.hpp"
#include "schedules/base/error.hpp"
#include "tests/property/analysis/naive_chip.hpp"

namespace offledger::analysis {
namespace {

/// Kernels and copies in turns of random lengths; each grid begins and ends with work.
NaiveChip random_chip() {
  NaiveChip chip(6000);
  std::size_t at = 0;
  while (at < 5900) {
    const std::size_t end = at + *rc::gen::inRange<std::size_t>(1, 300);
    chip.copy(at, std::min<std::size_t>(end, 6000));
    at = end + *rc::gen::inRange<std::size_t>(0, 60);
  }
  at = 0;
  while (at < 5900) {
    const std::size_t end = at + *rc::gen::inRange<std::size_t>(1, 400);
    chip.kernel(at, std::min<std::size_t>(end, 6000));
    at = end + *rc::gen::inRange<std::size_t>(0, 200);
  }
  chip.kernel(5999, 6000);
  chip.sample();
  return chip;
}

const CounterCheck& check_of(const CounterReport& report, const std::string& id) {
  for (const CounterCheck& check : report.checks) {
    if (check.id == id) return check;
  }
  throw Error(ErrorKind::kUsage, "no check " + id);
}

RC_GTEST_PROP(Counters, ExactOnesAgreeWithRecords, ()) {
  const NaiveChip chip = random_chip();
  const Report report = analyse(chip.timeline);
  RC_ASSERT(report.devices.front().counters.has_value());
  const CounterReport& counters = *report.devices.front().counters;
  for (const char* id : {"h2d_bytes", "h2d_engine_ns", "graphics_ns", "sm_ns", "overlap_of_possible"}) {
    RC_ASSERT(!check_of(counters, id).breached());
  }
  RC_ASSERT(std::abs(check_of(counters, "h2d_engine_ns").record - double(chip.time_of(chip.h2d))) < 1.0);
  RC_ASSERT(std::abs(check_of(counters, "h2d_engine_ns").counter - double(chip.time_of(chip.h2d))) < 1.0);
  RC_ASSERT(std::abs(check_of(counters, "graphics_ns").counter - double(chip.time_of(chip.compute))) < 1.0);
  for (const Finding& finding : report.findings) RC_ASSERT(finding.id != "counter_mismatch");
}

RC_GTEST_PROP(Counters, SamplesAloneAreRightToWithinWhatTheyLeaveOpen, ()) {
  const NaiveChip whole = random_chip();
  trace::Timeline only = whole.timeline;
  only.kernels.clear();
  only.copies.clear();
  const Report report = analyse(only);
  const DeviceReport& device = report.devices.front();
  RC_ASSERT(device.counters->only);
  const Sampled& sampled = *device.counters->sampled;
  RC_ASSERT(std::abs((sampled.compute - Nanos(whole.time_of(whole.compute))).count()) <= 1);
  RC_ASSERT(std::abs((sampled.h2d - Nanos(whole.time_of(whole.h2d))).count()) <= 1);
  RC_ASSERT(std::abs((sampled.hidden - Nanos(whole.hidden())).count()) <= sampled.open.count() + 1);
  RC_ASSERT(std::abs((device.total.ledger.wall() - device.total.window.length()).count()) <= 2);
  RC_ASSERT(!sampled.zero_copy);
}

RC_GTEST_PROP(Counters, OneThatIsOffIsFoundByName, ()) {
  NaiveChip chip = random_chip();
  const std::size_t row = *rc::gen::inRange<std::size_t>(0, 4);
  const char* const ids[] = {"graphics_ns", "sm_ns", "h2d_engine_ns", "h2d_bytes"};
  // Twice as long a quantum: twice the time, twice the bytes. A graphics engine cannot be active for more
  // than all of a sample: that one counts nothing.
  chip.timeline.counters[row].quantum = row == 0 ? 0 : 2;
  const Report report = analyse(chip.timeline);
  bool found = false;
  for (const Finding& finding : report.findings) {
    found = found || (finding.id == "counter_mismatch" && finding.detail.starts_with(ids[row]));
    RC_ASSERT(!finding.disqualifies);
  }
  RC_ASSERT(found);
}

RC_GTEST_PROP(Counters, AnySumIsTheNaiveOne, ()) {
  const NaiveChip chip = random_chip();
  const CounterTracks tracks(chip.timeline, trace::DeviceId{0});
  const auto begin = *rc::gen::inRange<std::size_t>(0, 5999);
  const auto end = *rc::gen::inRange<std::size_t>(begin, 6000);
  // Within a sample a count is spread evenly: whole samples are exact, and those at the edges at most off by
  // one.
  double exact = 0;
  for (std::size_t i = begin; i < end; ++i) exact += chip.h2d[i] ? 1000.0 : 0;
  const Interval window{Nanos(std::int64_t(begin) * 1000), Nanos(std::int64_t(end) * 1000)};
  RC_ASSERT(std::abs(tracks.sum(*tracks.find("h2d_engine"), window) - exact) <= 2 * 20'000);
}

}  // namespace
}  // namespace offledger::analysis
