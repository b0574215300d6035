// SPDX-License-Identifier: Apache-2.0
//
// Runs for the gate's tests: a cell is a ledger in milliseconds from which every metric follows, so that no
// test compares figures that could not occur together.

#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "ci/gate/gate.hpp"

namespace offledger::gate::testing {

/// One step: what ran, in ms. wall = compute + exposed + idle; h2d = hidden + exposed.
struct Step {
  double compute = 100;
  double hidden = 80;
  double exposed = 10;
  double idle = 5;
  double cpu_blocked = 0;
  double bytes = 1e9;
  double copies = 10;
  double pageable = 0;
};

inline std::map<std::string, std::optional<double>> metrics_of(const Step& step) {
  constexpr double kMs = 1e6;
  const double h2d = step.hidden + step.exposed;
  return {
      {"wall_ns", (step.compute + step.exposed + step.idle) * kMs},
      {"compute_ns", step.compute * kMs},
      {"gpu_idle_ns", (step.exposed + step.idle) * kMs},
      {"device_idle_ns", step.idle * kMs},
      {"cpu_blocked_ns", step.cpu_blocked * kMs},
      {"h2d_ns", h2d * kMs},
      {"avoidable_exposed_ns", (step.exposed - std::max(0.0, h2d - step.compute)) * kMs},
      {"overlap", h2d > 0 ? std::optional(step.hidden / h2d) : std::nullopt},
      {"overlap_of_possible",
       h2d > 0 && step.compute > 0 ? std::optional(step.hidden / std::min(h2d, step.compute)) : std::nullopt},
      {"h2d_bytes", step.bytes},
      {"h2d_copies", step.copies},
      {"h2d_pageable_copies", step.pageable},
  };
}

inline history::Cell make_cell(const std::string& schedule, const Step& step) {
  history::Cell cell;
  cell.key = {schedule, "tiny", "sim:h200", "1"};
  cell.deterministic = true;
  history::Rep rep;
  rep.values = metrics_of(step);
  cell.reps = {rep};
  return cell;
}

inline history::Run make_run(std::vector<history::Cell> cells) {
  history::Run run;
  run.id = "run";
  run.sitting = "sitting-1";
  run.started_at_unix = 1'770'000'000;  // 2026-02-02
  run.machine_class = {"sim", "sim:h200", 0, "", ""};
  run.environment.instance = "profile-hash";
  run.cells = std::move(cells);
  return run;
}

inline history::Run make_run(const Step& step) {
  return make_run({make_cell("history1", step)});
}

inline history::Verdict compare_steps(const Step& base, const Step& cand, const Config& config = {}) {
  return compare(make_run(base), make_run(cand), config);
}

inline const history::VerdictCell& row(const history::Verdict& verdict, const std::string& metric,
                                       const std::string& schedule = "history1") {
  for (const auto& cell : verdict.cells) {
    if (cell.metric == metric && cell.schedule == schedule) return cell;
  }
  static const history::VerdictCell none;
  ADD_FAILURE() << "no row for " << metric;
  return none;
}

}  // namespace offledger::gate::testing
