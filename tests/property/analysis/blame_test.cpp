// SPDX-License-Identifier: Apache-2.0
//
// Blame on timelines that no device could have made: whatever the records say, causes partition the idle
// time, on every device, in every step, and nothing crashes.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "reports/analysis/analysis.hpp"
#include "schedules/base/error.hpp"
#include "tests/property/analysis/soup.hpp"

namespace offledger::analysis {
namespace {

Nanos sum(const std::vector<CauseTime>& causes) {
  Nanos sum{};
  for (const CauseTime& cause : causes) sum += cause.time;
  return sum;
}

Nanos sum(const CriticalPath& p) {
  return p.compute + p.collective + p.h2d + p.other_copies + p.host + p.latency + p.unknown;
}

RC_GTEST_PROP(Blame, PartitionsTheIdleTimeOfAnything, (std::vector<std::uint32_t> numbers)) {
  const trace::Timeline timeline = Soup(numbers).cook();
  Report report;
  try {
    report = explain(timeline, {.what_if = true});
  } catch (const Error& error) {
    RC_ASSERT(error.kind() == ErrorKind::kNotMeasured);
    return;
  }
  for (const DeviceReport& device : report.devices) {
    RC_ASSERT(device.total.ledger.wall() == device.total.window.length());
    RC_ASSERT(sum(device.causes) == device.total.gpu_idle());
    for (const CauseTime& cause : device.causes) RC_ASSERT(cause.time > Nanos{});
    RC_ASSERT(sum(device.critical_path.value()) == device.total.ledger.wall());
    for (const WhatIf& one : device.what_if) RC_ASSERT(one.wall >= Nanos{});
    Nanos steps{};
    std::uint64_t bytes = device.unconsumed_h2d_bytes;
    for (const StepReport& step : device.steps) {
      RC_ASSERT(sum(step.causes) == step.figures.gpu_idle());
      RC_ASSERT(sum(step.critical_path.value()) == step.figures.ledger.wall());
      steps += step.figures.ledger.wall();
      bytes += step.figures.h2d.bytes;
    }
    RC_ASSERT(steps == device.total.ledger.wall());
    RC_ASSERT(bytes == device.total.h2d.bytes);
  }
}

/// explain() is analyse() and more.
RC_GTEST_PROP(Blame, LeavesTheFiguresAsTheyAre, (std::vector<std::uint32_t> numbers)) {
  const trace::Timeline timeline = Soup(numbers).cook();
  try {
    const Report plain = analyse(timeline), full = explain(timeline);
    for (std::size_t d = 0; d < plain.devices.size(); ++d) {
      RC_ASSERT(plain.devices[d].total.ledger == full.devices[d].total.ledger);
      RC_ASSERT(plain.devices[d].total.cpu_blocked == full.devices[d].total.cpu_blocked);
      RC_ASSERT(plain.devices[d].units.size() == full.devices[d].units.size());
    }
  } catch (const Error&) {
  }
}

}  // namespace
}  // namespace offledger::analysis
