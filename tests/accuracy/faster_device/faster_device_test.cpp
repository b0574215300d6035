// SPDX-License-Identifier: Apache-2.0
//
// A short form of cli/bench/faster_device: two schedules a kind, two workloads.
#include <gtest/gtest.h>

#include "cli/bench/bugs.hpp"
#include "cli/bench/sim_sweep.hpp"

namespace offledger::sweep {
namespace {

constexpr const char* kSchedules[] = {"history1", "history",    "blocking1",
                                      "flexgen",  "accelerate", "trtllm_moe"};
constexpr const char* kWorkloads[] = {"tiny", "llama70b-6l-t8192"};

Bench bench_of(const char* workload) {
  return {sim::find_profile("h200"), model::find_workload(workload)};
}

std::string_view text_of(const std::string& schedule) {
  for (const auto& file : language::catalogue_files()) {
    if (file.name == schedule + ".json") return file.text;
  }
  return "";
}

TEST(FasterDevice, NeverFails) {
  for (const auto* workload : kWorkloads) {
    const auto bench = bench_of(workload);
    for (const auto* name : kSchedules) {
      const auto schedule = language::find_schedule(name);
      const auto base = play(*schedule, *schedule, bench);
      ASSERT_TRUE(base) << name;
      for (const auto& change : kFaster) {
        const auto cand = play(*schedule, *schedule, faster(bench, change));
        const auto verdict = gate::compare(*base, *cand, {});
        EXPECT_EQ(verdict.exit_code(), 0)
            << name << " on " << workload << ", " << change.name << ": " << verdict.reason;
        // It was faster: otherwise the test would show nothing.
        EXPECT_LT(value(*cand, change.kernels_permille < 1000 ? "compute_ns" : "h2d_ns"),
                  value(*base, change.kernels_permille < 1000 ? "compute_ns" : "h2d_ns"));
      }
    }
  }
}

TEST(Bugs, ThatCostMoreThanTheMarginFail) {
  std::size_t seen = 0;
  for (const auto* workload : kWorkloads) {
    const auto bench = bench_of(workload);
    for (const auto* name : kSchedules) {
      const auto schedule = language::find_schedule(name);
      const auto base = play(*schedule, *schedule, bench);
      for (const auto& bug : bugs()) {
        const auto broken = with_bug(text_of(name), bug);
        const auto cand = broken ? play(*broken, bug.undeclared ? *schedule : *broken, bench) : std::nullopt;
        if (!cand || !has_lost(*base, *cand)) continue;
        ++seen;
        const auto verdict = gate::compare(*base, *cand, {});
        EXPECT_EQ(verdict.exit_code(), 1)
            << name << " on " << workload << ", " << bug.name << ": " << verdict.reason;
      }
    }
  }
  EXPECT_GE(seen, 40U);
}

}  // namespace
}  // namespace offledger::sweep
