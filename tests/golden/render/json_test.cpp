// SPDX-License-Identifier: Apache-2.0
//
// The JSON documents of a run and a verdict, whole: scripts rely on every key.
#include <gtest/gtest.h>

#include "reports/render/render.hpp"
#include "tests/golden/render/examples.hpp"

namespace offledger::render {
namespace {

TEST(RunJson, OfTwoSchedules) {
  EXPECT_EQ(run_json(examples::two_schedules()),
            R"out({
  "schema": "offledger.run/1",
  "suite": "seed",
  "label": "",
  "commit": "d36b4335f039040a",
  "merge_base": "",
  "branch": "",
  "side": "",
  "dirty": false,
  "complete": true,
  "tool_version": "0.1.0",
  "machine": {
    "device_kind": "sim",
    "device_name": "sim:h200",
    "device_memory_bytes": 0,
    "pcie": "",
    "cpu": ""
  },
  "environment": {
    "instance": "",
    "driver": "",
    "cuda": "",
    "kernel": ""
  },
  "cells": [
    {
      "schedule": "history1",
      "workload": "seed-70b",
      "device_profile": "sim:h200",
      "protocol": "1",
      "schedule_hash": "cafe",
      "deterministic": true,
      "metrics": {
        "wall_ns": 16160000000,
        "gpu_idle_ns": 900000,
        "cpu_blocked_ns": 160000000,
        "h2d_exposed_ns": 900000,
        "overlap": 0.998,
        "overlap_of_possible": 0.998,
        "h2d_bytes": 20000000000,
        "steady_layer_ns": 200000000,
        "efficiency": null
      },
      "reps": [
        {
          "rep": 0,
          "block": 0,
          "order": 0,
          "exit": 0,
          "values": {
            "wall_ns": 16160000000,
            "gpu_idle_ns": 900000,
            "cpu_blocked_ns": 160000000,
            "h2d_exposed_ns": 900000,
            "overlap": 0.998,
            "overlap_of_possible": 0.998,
            "h2d_bytes": 20000000000,
            "steady_layer_ns": 200000000,
            "efficiency": null
          },
          "causes": {
            "launch_latency": 225000.0,
            "transfer_wait/link_bound": 675000.0
          }
        }
      ],
      "findings": [],
      "artifacts": []
    },
    {
      "schedule": "history",
      "workload": "seed-70b",
      "device_profile": "sim:h200",
      "protocol": "1",
      "schedule_hash": "cafe",
      "deterministic": true,
      "metrics": {
        "wall_ns": 17600000000,
        "gpu_idle_ns": 1600000000,
        "cpu_blocked_ns": 0,
        "h2d_exposed_ns": 1600000000,
        "overlap": 0.91,
        "overlap_of_possible": 0.91,
        "h2d_bytes": 20000000000,
        "steady_layer_ns": 200000000,
        "efficiency": null
      },
      "reps": [
        {
          "rep": 0,
          "block": 0,
          "order": 0,
          "exit": 0,
          "values": {
            "wall_ns": 17600000000,
            "gpu_idle_ns": 1600000000,
            "cpu_blocked_ns": 0,
            "h2d_exposed_ns": 1600000000,
            "overlap": 0.91,
            "overlap_of_possible": 0.91,
            "h2d_bytes": 20000000000,
            "steady_layer_ns": 200000000,
            "efficiency": null
          },
          "causes": {
            "launch_latency": 400000000.0,
            "transfer_wait/link_bound": 1200000000.0
          }
        }
      ],
      "findings": [],
      "artifacts": []
    }
  ]
}
)out");
}

TEST(VerdictJson, OfOneLoss) {
  history::Verdict verdict = examples::two_losses();
  verdict.cells.resize(2);
  EXPECT_EQ(verdict_json(verdict),
            R"out({
  "schema": "offledger.verdict/1",
  "verdict": "fail",
  "exit": 1,
  "reason": "history1 hides less of its transfer",
  "base": {
    "run": "1a2b3c4d5e6f7a8b",
    "commit": "d36b4335f039040a",
    "why": "the merge base"
  },
  "cand": {
    "run": "99887766554433221100",
    "commit": ""
  },
  "baseline_recorded": false,
  "cells": [
    {
      "schedule": "history1",
      "workload": "llama70b-prefill-8k",
      "metric": "overlap_of_possible",
      "state": "fail",
      "gates": true,
      "base": 0.981,
      "cand": 0.614,
      "delta": -0.367,
      "ci": [
        -0.371,
        -0.362
      ],
      "margin": 0.01,
      "p": 1e-05,
      "p_adj": 4e-05,
      "n_base": 10,
      "n_cand": 10,
      "reason": ""
    },
    {
      "schedule": "history1",
      "workload": "llama70b-prefill-8k",
      "metric": "h2d_bytes",
      "state": "fail",
      "gates": true,
      "base": 10000000000,
      "cand": 10250000000,
      "delta": 250000000,
      "ci": null,
      "margin": 0,
      "p": null,
      "p_adj": null,
      "n_base": 10,
      "n_cand": 10,
      "reason": ""
    }
  ]
}
)out");
}

}  // namespace
}  // namespace offledger::render
