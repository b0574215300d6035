// SPDX-License-Identifier: Apache-2.0
//
// Cells with noise: the three verdicts, the smallest number of repetitions, the second look, calibration.
#include <cmath>

#include "ci/gate/bench/suite_noise.hpp"
#include "tests/unit/gate/gate_fixture.hpp"

namespace offledger::gate {
namespace {

using namespace gate::testing;
using bench::Loss;
using bench::SuiteShape;
using history::Verdict;

std::pair<history::Run, history::Run> sitting(const SuiteShape& shape, const Loss& loss,
                                              std::uint64_t seed = 1) {
  Random random(seed);
  return bench::sitting(shape, random, [&](std::size_t cell) { return cell == 0 ? loss : Loss{}; });
}

constexpr SuiteShape kQuiet{
    .pairs = 5, .reps = 10, .noise = bench::Noise::kNormal, .wall_sd = 0.002, .overlap_sd = 0.001};

TEST(Noisy, PassesWhereTheLossIsBoundedBelowTheMargin) {
  const auto [base, cand] = sitting(kQuiet, {});
  const Verdict verdict = compare(base, cand, {});
  EXPECT_EQ(verdict.verdict, "pass") << verdict.reason;
  const auto& wall = row(verdict, "wall_ns", "schedule0");
  EXPECT_LT(*wall.ci_low, *wall.delta);
  EXPECT_GT(*wall.ci_high, *wall.delta);
  EXPECT_LT(*wall.ci_high, 0.02);
  EXPECT_EQ(wall.n_base, 10U);
  EXPECT_GT(*wall.p, 0.5);
  EXPECT_FALSE(row(verdict, "h2d_bytes", "schedule0").p);
}

TEST(Noisy, FailsALossAndSaysHowLarge) {
  const auto [base, cand] = sitting(kQuiet, {.wall = 0.05});
  const Verdict verdict = compare(base, cand, {});
  EXPECT_EQ(verdict.verdict, "fail");
  const auto& wall = row(verdict, "wall_ns", "schedule0");
  EXPECT_EQ(wall.state, "fail");
  EXPECT_NEAR(*wall.delta, 0.05, 0.004);
  EXPECT_GT(*wall.ci_low, 0.02);
  EXPECT_LE(*wall.p_adjusted, 0.05);
  EXPECT_EQ(row(verdict, "wall_ns", "schedule1").state, "pass");
}

TEST(Noisy, HigherIsBetterWorksTheOtherWayRound) {
  const auto [base, cand] = sitting(kQuiet, {.overlap = 0.05});
  const Verdict verdict = compare(base, cand, {});
  const auto& overlap = row(verdict, "overlap_of_possible", "schedule0");
  EXPECT_EQ(overlap.state, "fail");
  EXPECT_NEAR(*overlap.delta, -0.05, 0.003);
  EXPECT_LT(*overlap.ci_high, -0.01);
  EXPECT_EQ(row(verdict, "overlap", "schedule0").state, "fail");  // in company
  const auto [better_base, better] = sitting(kQuiet, {.overlap = -0.05});
  EXPECT_EQ(row(compare(better_base, better, {}), "overlap_of_possible", "schedule0").state, "improved");
}

TEST(Noisy, IsInconclusiveWhereTheNoiseHidesTheMargin) {
  SuiteShape loud = kQuiet;
  loud.wall_sd = 0.05;
  const auto [base, cand] = sitting(loud, {});
  const Verdict verdict = compare(base, cand, {});
  EXPECT_EQ(verdict.exit_code(), 3) << verdict.reason;
  Config strict;
  strict.fail_on = {"inconclusive"};
  EXPECT_EQ(compare(base, cand, strict).exit_code(), 1);
}

TEST(Noisy, ClaimsNothingBelowTheLeastNumberOfRepetitions) {
  SuiteShape three = kQuiet;
  three.reps = 3;
  const auto [base, cand] = sitting(three, {.wall = 0.5});
  const Verdict verdict = compare(base, cand, {});
  EXPECT_EQ(verdict.exit_code(), 3);
  // 5 cells x 4 failing metrics; 1 / C(10, 5) = 0.004 is above 0.05 / 20, 1 / C(12, 6) = 0.001 is not.
  EXPECT_NE(verdict.reason.find("need >= 6 repetitions a side for 20 comparisons"), std::string::npos)
      << verdict.reason;
}

TEST(Noisy, ExactMetricsNeedOneRepetition) {
  SuiteShape one = kQuiet;
  one.reps = 1;
  auto [base, cand] = sitting(one, {});
  for (auto& rep : cand.cells[2].reps) rep.values["h2d_copies"] = 121;
  const Verdict verdict = compare(base, cand, {});
  EXPECT_EQ(verdict.exit_code(), 1);
  EXPECT_EQ(row(verdict, "h2d_copies", "schedule2").state, "fail");
}

TEST(TopUp, JudgesFreshRepetitionsOfTheOpenCellsAlone) {
  SuiteShape loud = kQuiet;
  loud.pairs = 2;
  loud.wall_sd = 0.03;
  Config config;
  config.top_up = true;
  const auto [base, cand] = sitting(loud, {.wall = 0.035}, 3);
  const Verdict first = compare(base, cand, config);
  ASSERT_EQ(first.verdict, "inconclusive") << first.reason;
  SuiteShape more = loud;
  more.reps = 40;
  const auto [base2, cand2] = sitting(more, {.wall = 0.06}, 4);
  const Verdict second = top_up(first, base2, cand2, config);
  EXPECT_EQ(second.verdict, "fail") << second.reason;
  EXPECT_EQ(row(second, "wall_ns", "schedule0").n_base, 40U);
  // What the first look settled stands.
  EXPECT_EQ(row(second, "overlap_of_possible", "schedule0").n_base, 10U);
}

TEST(TopUp, ASecondLookThatMeasuredNothingTakesNoLossBack) {
  Config config;
  config.top_up = true;
  const auto [base, cand] = sitting(kQuiet, {});
  Verdict first = compare(base, cand, config);
  const auto cut_off = [](history::Run run) {
    run.complete = false;
    return run;
  };
  EXPECT_EQ(top_up(first, base, cut_off(cand), config).exit_code(), 4);
  first.verdict = "fail";
  EXPECT_EQ(top_up(first, base, cut_off(cand), config).exit_code(), 1);
  history::Run other = cand;
  other.machine_class.device_name = "another";
  const Verdict second = top_up(first, base, other, config);
  EXPECT_EQ(second.exit_code(), 5);
  EXPECT_EQ(second.base_run, first.base_run);
}

TEST(TopUp, EachLookHasHalfOfQ) {
  Config config;
  config.top_up = true;
  SuiteShape shape = kQuiet;
  shape.pairs = 25;
  shape.reps = 7;  // 1 / C(14, 7) = 0.00029: below 0.05 / 100, above 0.025 / 100
  const auto [base, cand] = sitting(shape, {});
  EXPECT_NE(compare(base, cand, config).exit_code(), 0);
  EXPECT_EQ(compare(base, cand, {}).exit_code(), 0);
}

TEST(Calibrate, GivesTheNoiseOfTheShiftAndRespectsFloors) {
  SuiteShape shape = kQuiet;
  shape.pairs = 20;
  std::vector<std::pair<history::Run, history::Run>> same;
  for (std::uint64_t i = 0; i < 3; ++i) same.push_back(sitting(shape, {}, 100 + i));
  Margins floors;
  floors.by_metric["overlap_of_possible"] = 0.02;
  const Margins margins = calibrate(same, floors, 1);
  // The shift between two tens at sd 0.2 % has sd 0.09 %; 99 % of |shift| lie within 2.6 of those.
  EXPECT_NEAR(margins.by_metric.at("wall_ns"), 0.0023, 0.0005);
  EXPECT_EQ(margins.by_metric.at("overlap_of_possible"), 0.02);
  EXPECT_EQ(calibrate(same, floors, 1).by_metric, margins.by_metric);
  EXPECT_TRUE(calibrate({}, floors, 1).by_metric.contains("overlap_of_possible"));
}

}  // namespace
}  // namespace offledger::gate
