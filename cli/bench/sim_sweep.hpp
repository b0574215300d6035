// SPDX-License-Identifier: Apache-2.0
//
// What the gate says of a change whose truth is known: a schedule played on the simulated device, before and
// after the device got faster or a bug went into the schedule. Faster devices must never fail; bugs that cost
// more than the margin must.

#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ci/gate/gate.hpp"
#include "harness/device/sim/sim_device.hpp"
#include "harness/suite/suite.hpp"
#include "reports/metrics/metrics.hpp"

namespace offledger::sweep {

/// A device and a workload: what a play depends on beside the schedule.
struct Bench {
  sim::Profile profile;
  model::Workload workload;
};

struct Faster {
  const char* name;
  std::int64_t kernels_permille, link_permille;  ///< of the time, of the bandwidth
};
inline constexpr std::array kFaster{
    Faster{"kernels 5 % faster", 950, 1000}, Faster{"kernels 20 % faster", 800, 1000},
    Faster{"link 10 % faster", 1000, 1100}, Faster{"kernels 20 % and link 10 % faster", 800, 1100}};

inline Nanos scaled(Nanos time, std::int64_t permille) {
  return Nanos(time.count() * permille / 1000);
}

inline Bench faster(Bench bench, const Faster& change) {
  for (auto& cost : bench.workload.costs) cost.compute = scaled(cost.compute, change.kernels_permille);
  for (auto& [name, units] : bench.profile.compute) {
    for (auto& unit : units) {
      unit.compute = scaled(unit.compute, change.kernels_permille);
      unit.slowdown = scaled(unit.slowdown, change.kernels_permille);
    }
  }
  const auto quicker = [&](std::uint64_t bytes_per_s) {
    return bytes_per_s * static_cast<std::uint64_t>(change.link_permille) / 1000;
  };
  for (auto* table : {&bench.profile.h2d_pinned, &bench.profile.h2d_pageable, &bench.profile.d2h_pinned}) {
    for (auto& point : *table) point.bytes_per_s = quicker(point.bytes_per_s);
  }
  bench.profile.both_directions_bytes_per_s = quicker(bench.profile.both_directions_bytes_per_s);
  if (auto& link = bench.workload.link_bytes_per_s) *link = quicker(*link);
  return bench;
}

/// A run of one cell and one exact repetition; held to the plan of `declared`. Nothing where the schedule
/// does not fit the workload.
inline std::optional<history::Run> play(const language::Schedule& schedule,
                                        const language::Schedule& declared, const Bench& bench) {
  try {
    const auto plan = declared.compile(bench.workload.shape);
    const auto recording = suite::play(schedule, bench.workload, *sim::make_device(bench.profile));
    const auto report = analysis::explain(recording, {.plan = &plan});
    history::Rep rep;
    for (const auto& value : metrics::evaluate(report.devices.front()))
      rep.values.emplace(value.metric->name, value.value);
    history::Cell cell;
    cell.key = {declared.name(), bench.workload.name, "sim", std::string(suite::kProtocol)};
    cell.deterministic = true;
    cell.reps.push_back(std::move(rep));
    history::Run run;
    run.machine_class = {"sim", "sim", 0, "", ""};
    run.cells.push_back(std::move(cell));
    return run;
  } catch (const Error&) {
    return std::nullopt;
  }
}

inline double value(const history::Run& run, std::string_view metric) {
  const auto& values = run.cells.front().reps.front().values;
  const auto at = values.find(std::string(metric));
  return at == values.end() || !at->second ? 0 : *at->second;
}

/// Whether the candidate lost, by the figures alone: more than 2 % of wall, more copies, bytes or pageable
/// copies, or a copy that the plan does not have.
inline bool has_lost(const history::Run& base, const history::Run& cand) {
  if (value(cand, "wall_ns") > 1.02 * value(base, "wall_ns") + 1) return true;
  constexpr std::array kExact{"h2d_bytes", "h2d_copies", "h2d_pageable_copies", "nonconforming_copies"};
  return std::ranges::any_of(kExact, [&](const char* name) { return value(cand, name) > value(base, name); });
}

}  // namespace offledger::sweep
