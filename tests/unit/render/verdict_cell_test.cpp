// SPDX-License-Identifier: Apache-2.0
//
// One cell beside another: the cause that grew, the order of the repetitions, what is left out and what is
// not hidden.
#include "reports/render/verdict_cell.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "reports/render/explain.hpp"

namespace offledger::render {
namespace {

history::Rep rep(std::uint32_t order, std::uint32_t block, double wall,
                 std::map<std::string, double> causes) {
  history::Rep out;
  out.number = out.order = order;
  out.block = block;
  out.values = {{"wall_ns", wall}, {"overlap_of_possible", std::nullopt}};
  out.causes_ns = std::move(causes);
  return out;
}

/// ABBA: base 0 and 3, candidate 1 and 2.
CellAgainst sitting() {
  CellAgainst a;
  a.why = "the merge base";
  for (history::Run* run : {&a.base, &a.candidate}) {
    run->sitting = "s1";
    run->machine_class.device_name = "sim:h200";
    run->cells.resize(1);
    run->cells[0].key = {"history1", "tiny", "sim:h200", "1"};
  }
  a.base.cells[0].reps = {rep(0, 0, 100e6, {{"x", 1e6}, {"y", 8e6}}),
                          rep(3, 0, 104e6, {{"x", 3e6}, {"y", 8e6}})};
  a.candidate.cells[0].reps = {rep(1, 0, 110e6, {{"x", 7e6}, {"y", 9e6}}),
                               rep(2, 0, 120e6, {{"x", 9e6}, {"y", 9e6}})};
  a.base.environment.driver = "580.65";
  a.candidate.environment.driver = "590.10";
  a.base.env_samples = {
      {"0", "sm_clock_mhz", 1900}, {"1", "sm_clock_mhz", 1980}, {"2", "sm_clock_mhz", 1980}};
  a.verdict.verdict = "fail";
  history::VerdictCell row;
  row.schedule = "history1";
  row.workload = "tiny";
  row.metric = "wall_ns";
  row.state = "fail";
  a.verdict.cells = {row};
  row.metric = "h2d_copies";
  row.state = "pass";
  row.base = row.cand = 12;
  a.verdict.cells.push_back(row);
  return a;
}

TEST(VerdictCell, TheCauseThatGrewMostIsOfTheMedians) {
  const CellAgainst a = sitting();
  const Growth growth = grown_most(a.base.cells[0], a.candidate.cells[0]);
  EXPECT_EQ(growth.cause, "x");
  EXPECT_EQ(growth.before, 1e6);  // the lower of two middle ones
  EXPECT_EQ(growth.after, 7e6);
  EXPECT_EQ(grown_most(a.candidate.cells[0], a.base.cells[0]).cause, "");
}

TEST(VerdictCell, ACauseThatTheBaseLacksGrewFromNothing) {
  CellAgainst a = sitting();
  for (history::Rep& one : a.candidate.cells[0].reps) one.causes_ns["new"] = 50e6;
  const Growth growth = grown_most(a.base.cells[0], a.candidate.cells[0]);
  EXPECT_EQ(growth.cause, "new");
  EXPECT_EQ(growth.before, 0);
}

TEST(VerdictCell, RepetitionsOfOneSittingComeInTheirOrderAndOthersSideBySide) {
  const auto sides = [](const CellAgainst& a) {
    std::string out;
    const std::string text = against_text(a, {});
    for (std::size_t at = text.find("repetition  block"); (at = text.find('\n', at)) != std::string::npos;) {
      const std::string line = text.substr(at + 1, text.find('\n', at + 1) - at - 1);
      if (line.empty()) break;
      out += line.find(" base ") != std::string::npos ? 'A' : 'B';
      ++at;
    }
    return out;
  };
  CellAgainst a = sitting();
  EXPECT_EQ(sides(a), "ABBA");
  a.base.sitting = "s0";
  EXPECT_EQ(sides(a), "AABB");
}

TEST(VerdictCell, TheEnvironmentShowsWhatDiffersAndMediansOfReadings) {
  const std::string text = against_text(sitting(), {});
  EXPECT_NE(text.find("580.65"), std::string::npos);
  EXPECT_NE(text.find("590.10"), std::string::npos);
  EXPECT_NE(text.find("1980"), std::string::npos);
  EXPECT_NE(text.find("The same on both sides: H2D copies."), std::string::npos) << text;
}

TEST(VerdictCell, DiagnosesAreUnknownWithoutBothRecordings) {
  CellAgainst a = sitting();
  const auto json_of = [](const CellAgainst& one) {
    return nlohmann::json::parse(explain_json({}, &one)).at("against");
  };
  EXPECT_TRUE(json_of(a).at("diagnoses").is_null());
  a.both_recorded = true;
  a.appeared = {"late_issue"};
  EXPECT_EQ(json_of(a).at("diagnoses").at("appeared").at(0), "late_issue");
  EXPECT_EQ(json_of(a).at("base").at("reps").size(), 2U);
  EXPECT_TRUE(json_of(a).at("base").at("reps").at(0).at("values").at("overlap_of_possible").is_null());
  EXPECT_NE(against_text(a, {false, 1000}).find("Diagnosed here and not in the base: late_issue."),
            std::string::npos);
}

TEST(VerdictCell, ManyRepetitionsEndInACount) {
  CellAgainst a = sitting();
  for (std::uint32_t i = 4; i < 100; ++i) a.base.cells[0].reps.push_back(rep(i, i / 4, 1e8, {}));
  EXPECT_NE(against_text(a, {}).find("60 more repetitions"), std::string::npos);
}

TEST(VerdictCell, NoNameReachesTheTerminalAsACommand) {
  CellAgainst a = sitting();
  a.why = "\x1b[2J";
  a.candidate.environment.kernel = "\x1b[31m";
  a.candidate.cells[0].reps[0].causes_ns["\x1b[1m"] = 1e12;
  a.candidate.cells[0].reps[1].causes_ns["\x1b[1m"] = 1e12;
  EXPECT_EQ(against_text(a, {}).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace offledger::render
