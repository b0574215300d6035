// SPDX-License-Identifier: Apache-2.0
//
// Deterministic runs: what fails, what never does, and which verdict comes first.
#include "tests/support/text.hpp"
#include "tests/unit/gate/gate_fixture.hpp"

namespace offledger::gate {
namespace {

using namespace gate::testing;
using history::Verdict;

TEST(Compare, PassesWhatIsTheSame) {
  const Verdict verdict = compare_steps({}, {});
  EXPECT_EQ(verdict.verdict, "pass") << verdict.reason;
  EXPECT_EQ(verdict.exit_code(), 0);
  for (const auto& cell : verdict.cells) EXPECT_EQ(cell.state, "pass") << cell.metric;
}

TEST(Compare, FailsASlowerWallBeyondItsMarginOnly) {
  Step cand;
  cand.idle += 2.2;  // 117.2 / 115 is 1.9 % more
  Step margin_of_idle_only = cand;
  EXPECT_EQ(row(compare_steps({}, margin_of_idle_only), "wall_ns").state, "pass");
  cand.idle += 0.2;
  const Verdict verdict = compare_steps({}, cand);
  EXPECT_EQ(verdict.verdict, "fail");
  EXPECT_EQ(row(verdict, "wall_ns").state, "fail");
  EXPECT_NEAR(*row(verdict, "wall_ns").delta, 2.4 / 115, 1e-12);
  EXPECT_EQ(row(verdict, "wall_ns").margin, 0.02);
}

TEST(Compare, NeverFailsFasterKernelsOnAFullLink) {
  // 120 ms of transfer behind 100 ms of compute, all of it hidden but the rest that cannot be; kernels get
  // faster, wall stays, overlap falls from 80 % to 76 %.
  const Step base{.compute = 100, .hidden = 96, .exposed = 24, .idle = 1};
  for (const double faster : {0.995, 0.985, 0.98, 0.95, 0.8}) {
    Step cand = base;
    cand.compute = 100 * faster;
    cand.hidden = 96 * faster;
    cand.exposed = 120 - cand.hidden;
    cand.idle = 125 - cand.compute - cand.exposed;
    const Verdict verdict = compare_steps(base, cand);
    EXPECT_EQ(verdict.verdict, "pass") << faster << ": " << verdict.reason;
    EXPECT_LT(*row(verdict, "overlap").delta, 0);
    EXPECT_EQ(row(verdict, "avoidable_exposed_ns").state, "pass") << faster;
  }
}

TEST(Compare, NeverFailsFasterKernelsThatTurnACellLinkBound) {
  // All hidden behind 100 ms of compute; with 85 ms the link bounds the step and part of it cannot be hidden.
  const Step base{.compute = 100, .hidden = 90, .exposed = 2, .idle = 0};
  const Step cand{.compute = 85, .hidden = 80, .exposed = 12, .idle = 0};
  const Verdict verdict = compare_steps(base, cand);
  EXPECT_EQ(verdict.verdict, "pass") << verdict.reason;
  EXPECT_EQ(row(verdict, "wall_ns").state, "improved");
}

TEST(Compare, FailsAScheduleThatHidesLess) {
  const Step base{.compute = 100, .hidden = 80, .exposed = 10, .idle = 5};
  const Step cand{.compute = 100, .hidden = 76, .exposed = 14, .idle = 1};  // the wall is the same
  const Verdict verdict = compare_steps(base, cand);
  EXPECT_EQ(verdict.verdict, "fail");
  EXPECT_EQ(row(verdict, "overlap_of_possible").state, "fail");
  EXPECT_EQ(row(verdict, "overlap").state, "fail");
  EXPECT_EQ(row(verdict, "wall_ns").state, "pass");
}

TEST(Compare, FailsAScheduleThatHidesLessThanFasterKernelsExplain) {
  const Step base{.compute = 100, .hidden = 80, .exposed = 10, .idle = 5};
  const Step cand{.compute = 98, .hidden = 60, .exposed = 30, .idle = 0};
  const Verdict verdict = compare_steps(base, cand);
  EXPECT_EQ(verdict.verdict, "fail");
  EXPECT_EQ(row(verdict, "overlap_of_possible").state, "fail");
}

TEST(Compare, LetsOverlapAndIdleFailAloneOnlyWhereKernelsTookAsLongAsBefore) {
  // Without h2d hidden by less: idle alone grows, by 1.5 % of the wall, below the wall's own margin.
  Step cand;
  cand.idle += 1.7;
  const Verdict alone = compare_steps({}, cand);
  EXPECT_EQ(row(alone, "wall_ns").state, "pass");
  EXPECT_EQ(row(alone, "gpu_idle_ns").state, "fail");
  EXPECT_EQ(alone.verdict, "fail");
  cand.compute = 95;
  cand.idle += 5.5;
  const Verdict faster = compare_steps({}, cand);
  EXPECT_EQ(row(faster, "gpu_idle_ns").state, "pass");
  EXPECT_FALSE(row(faster, "gpu_idle_ns").gates);
  EXPECT_EQ(faster.verdict, "pass") << faster.reason;
}

TEST(Compare, TakesAnyMoreOfAnExactMetricForALossAndFewerForAnImprovement) {
  Step more;
  more.copies = 11;
  EXPECT_EQ(row(compare_steps({}, more), "h2d_copies").state, "fail");
  Step fewer;
  fewer.bytes -= 1;
  const Verdict verdict = compare_steps({}, fewer);
  EXPECT_EQ(row(verdict, "h2d_bytes").state, "improved");
  EXPECT_EQ(row(verdict, "h2d_bytes").delta, -1);
  EXPECT_EQ(verdict.verdict, "pass");
}

TEST(Compare, NamesTheWorstCellWithBothValuesAndTheCauseThatGrew) {
  history::Run base = make_run({make_cell("history1", {}), make_cell("stage1", {})});
  history::Run cand =
      make_run({make_cell("history1", {.idle = 9}), make_cell("stage1", {.hidden = 40, .exposed = 50})});
  base.cells[1].reps[0].causes_ns = {{"transfer_wait/late_issue", 1e6}, {"drain", 1e6}};
  cand.cells[1].reps[0].causes_ns = {{"transfer_wait/late_issue", 41e6}, {"drain", 2e6}};
  const Verdict verdict = compare(base, cand, {});
  EXPECT_EQ(verdict.exit_code(), 1);
  EXPECT_TRUE(test::has(verdict.reason, "stage1 on tiny")) << verdict.reason;
  EXPECT_TRUE(test::has(verdict.reason, " -> ")) << verdict.reason;
  EXPECT_TRUE(test::has(verdict.reason, "overlap 88.9 % -> 44.4 %")) << verdict.reason;
  EXPECT_TRUE(test::has(verdict.reason, "transfer_wait/late_issue grew by 40.000 ms")) << verdict.reason;
  EXPECT_EQ(verdict.reason.find('\n'), std::string::npos);
}

TEST(Compare, FailsACellThatVanishedAndShowsOneThatIsNew) {
  const auto base = make_run({make_cell("history1", {}), make_cell("stage1", {})});
  const auto cand = make_run({make_cell("history1", {}), make_cell("stage2", {})});
  const Verdict verdict = compare(base, cand, {});
  EXPECT_EQ(verdict.exit_code(), 1);
  EXPECT_EQ(row(verdict, "wall_ns", "stage1").state, "missing");
  EXPECT_EQ(row(verdict, "wall_ns", "stage2").state, "pass");
  EXPECT_FALSE(row(verdict, "wall_ns", "stage2").gates);
  EXPECT_TRUE(test::has(verdict.reason, "stage1 on tiny")) << verdict.reason;
}

TEST(Compare, TakesAValueThatVanishedForMissingUnlessNothingIsTransferredAnyMore) {
  auto cand = make_run(Step{});
  cand.cells[0].reps[0].values["overlap_of_possible"] = std::nullopt;
  EXPECT_EQ(row(compare(make_run(Step{}), cand, {}), "overlap_of_possible").state, "missing");
  const Verdict none = compare_steps({}, {.hidden = 0, .exposed = 0, .bytes = 0, .copies = 0});
  EXPECT_EQ(none.verdict, "pass") << none.reason;
}

TEST(Compare, GivesNoDataWhereAFindingDisqualifiesUnlessAnotherCellFails) {
  auto base = make_run({make_cell("history1", {}), make_cell("stage1", {})});
  auto cand = base;
  cand.cells[0].findings = {{"dropped_records", "17 records", true}};
  EXPECT_EQ(compare(base, cand, {}).exit_code(), 4);
  EXPECT_TRUE(test::has(compare(base, cand, {}).reason, "dropped_records"));
  cand.cells[1] = make_cell("stage1", {.idle = 50});
  EXPECT_EQ(compare(base, cand, {}).exit_code(), 1);
  cand.cells[0].findings = {{"throttled", "software power cap", false}};
  cand.cells[1] = base.cells[1];
  EXPECT_EQ(compare(base, cand, {}).exit_code(), 0);
}

TEST(Compare, GivesNoDataForCrashesAndRunsThatWereCutOff) {
  const auto base = make_run(Step{});
  auto crashed = base;
  crashed.cells[0].reps[0].exit_code = 139;
  EXPECT_EQ(compare(base, crashed, {}).exit_code(), 4);
  auto cut = base;
  cut.complete = false;
  EXPECT_EQ(compare(base, cut, {}).exit_code(), 4);
  EXPECT_EQ(compare(base, make_run(std::vector<history::Cell>{}), {}).exit_code(), 4);
  EXPECT_EQ(compare(make_run(std::vector<history::Cell>{}), base, {}).exit_code(), 4);
  auto no_reps = base;
  no_reps.cells[0].reps.clear();
  EXPECT_EQ(compare(base, no_reps, {}).exit_code(), 4);
}

TEST(Compare, RefusesAnotherMachineProfileProtocolOrNoise) {
  const auto base = make_run(Step{});
  const auto code = [&](auto change) {
    auto cand = make_run(Step{.idle = 50});
    change(cand);
    return compare(base, cand, {}).exit_code();
  };
  EXPECT_EQ(code([](auto& run) { run.machine_class.device_kind = "cuda"; }), 5);
  EXPECT_EQ(code([](auto& run) { run.machine_class.device_name = "sim:a100"; }), 5);
  EXPECT_EQ(code([](auto& run) { run.environment.instance = "edited profile"; }), 5);
  EXPECT_EQ(code([](auto& run) { run.cells[0].key.protocol = "2"; }), 5);
  EXPECT_EQ(code([](auto& run) { run.cells[0].key.device_profile = "sim:pcie4"; }), 5);
  EXPECT_EQ(code([](auto& run) { run.cells[0].deterministic = false; }), 5);
  EXPECT_EQ(code([](auto& run) { run.sitting = "another"; }), 1);  // noiseless sim runs always compare
}

TEST(Compare, WantsOneSittingOnRealDevices) {
  auto base = make_run(Step{});
  base.machine_class.device_kind = "cuda";
  base.cells[0].deterministic = false;
  auto cand = base;
  cand.sitting = "the next day";
  EXPECT_EQ(compare(base, cand, {}).exit_code(), 5);
  base.sitting = cand.sitting = "";
  EXPECT_EQ(compare(base, cand, {}).exit_code(), 5);
  cand.sitting = "the next day";
  Config config;
  config.across_sittings = true;
  const Verdict verdict = compare(base, cand, config);
  EXPECT_EQ(verdict.exit_code(), 3);  // one repetition a side
  EXPECT_TRUE(test::has(verdict.reason, "different sittings")) << verdict.reason;
}

TEST(Waivers, HoldThroughTheirDayAndAreShown) {
  Config config;
  config.waivers = {{"history1", "", "*", "driver bug", "kim", "2026-02-02"}};
  const Verdict waived = compare_steps({}, {.idle = 50}, config);
  EXPECT_EQ(waived.verdict, "pass") << waived.reason;
  EXPECT_EQ(row(waived, "wall_ns").state, "waived");
  EXPECT_TRUE(test::has(row(waived, "wall_ns").reason, "driver bug"));
  config.waivers[0].expires = "2026-02-01";
  const Verdict expired = compare_steps({}, {.idle = 50}, config);
  EXPECT_EQ(expired.exit_code(), 1);
  EXPECT_TRUE(test::has(row(expired, "wall_ns").reason, "expired on 2026-02-01"));
  config.waivers[0].expires = "2026-12-31";
  config.waivers[0].schedule = "stage1";
  EXPECT_EQ(compare_steps({}, {.idle = 50}, config).exit_code(), 1);
}

TEST(Waivers, CoverACellThatVanished) {
  Config config;
  config.waivers = {{"stage1", "tiny", "", "removed on purpose", "kim", "2027-01-01"}};
  const auto base = make_run({make_cell("history1", {}), make_cell("stage1", {})});
  EXPECT_EQ(compare(base, make_run({make_cell("history1", {})}), config).exit_code(), 0);
}

TEST(Informational, RowsNeverFail) {
  Config config;
  config.informational = {{"history1", "tiny", ""}};
  const auto base = make_run({make_cell("history1", {}), make_cell("stage1", {})});
  const auto cand = make_run({make_cell("history1", {.idle = 90}), make_cell("stage1", {})});
  const Verdict verdict = compare(base, cand, config);
  EXPECT_EQ(verdict.exit_code(), 0);
  EXPECT_FALSE(row(verdict, "wall_ns").gates);
  EXPECT_TRUE(test::has(row(verdict, "wall_ns").reason, "for information only (fail)"));
}

TEST(FailOn, WidensWhatExitsOne) {
  Config config;
  auto cand = make_run(Step{});
  cand.cells[0].findings = {{"dropped_records", "17 records", true}};
  config.fail_on = {"regression", "no_data"};
  EXPECT_EQ(compare(make_run(Step{}), cand, config).exit_code(), 1);
}

}  // namespace
}  // namespace offledger::gate
