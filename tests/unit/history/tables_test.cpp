// SPDX-License-Identifier: Apache-2.0
//
// Runs as the tables of other tools.
#include "reports/history/tables.hpp"

#include <nlohmann/json.hpp>

#include "tests/unit/history/run_fixture.hpp"

namespace offledger::history {
namespace {

using namespace history::testing;
using metrics::Direction;

history::Run small() {
  history::Run run = make_run();
  run.id = "0123456789abcdef";
  run.cells.resize(1);
  return run;
}

TEST(SamplesCsv, ARowAValueOfEachSide) {
  history::Run cand = small();
  cand.cells[0].reps.resize(1);
  cand.cells[0].reps[0].values["wall_ns"] = 1e9 / 3;
  EXPECT_EQ(samples_csv(small(), &cand, {"wall_ns"}),
            "cell,metric,side,rep,value\n"
            "history1/tiny,wall_ns,base,0,1000\n"
            "history1/tiny,wall_ns,base,1,1001\n"
            "history1/tiny,wall_ns,base,2,1002\n"
            "history1/tiny,wall_ns,cand,0,333333333.3333333\n");
}

TEST(SamplesCsv, HoldsTheCataloguesMetricsUnlessOthersAreNamed) {
  history::Run run = small();
  for (Rep& rep : run.cells[0].reps) rep.values["mine"] = 1;
  run.cells[0].reps[0].exit_code = 1;
  run.cells[0].key.schedule = "a,\"b\"";
  EXPECT_EQ(samples_csv(run, nullptr, {}),
            "cell,metric,side,rep,value\n"
            "\"a,\"\"b\"\"/tiny\",overlap,base,1,0.75\n"
            "\"a,\"\"b\"\"/tiny\",wall_ns,base,1,1001\n"
            "\"a,\"\"b\"\"/tiny\",overlap,base,2,0.75\n"
            "\"a,\"\"b\"\"/tiny\",wall_ns,base,2,1002\n");
  EXPECT_NE(samples_csv(run, nullptr, {"mine"}).find("mine,base,2,1"), std::string::npos);
  expect_error([&] { (void)samples_csv(run, nullptr, {"wall_n"}); }, "did you mean 'wall_ns'");
}

TEST(SamplesCsv, NothingMeasuredIsAnError) {
  history::Run run = small();
  for (Rep& rep : run.cells[0].reps) rep.exit_code = 1;
  EXPECT_THROW((void)samples_csv(run, nullptr, {}), Error);
}

TEST(GithubActionBenchmark, OneEntryACellAndMetricOfThatDirection) {
  const auto smaller = nlohmann::json::parse(github_action_benchmark_json(small(), Direction::kLower, {}));
  ASSERT_EQ(smaller.size(), 1U);
  EXPECT_EQ(smaller[0]["name"], "history1/tiny wall_ns");
  EXPECT_EQ(smaller[0]["unit"], "ns");
  EXPECT_EQ(smaller[0]["value"], 1001);
  EXPECT_EQ(smaller[0]["range"], "1000 to 1002");
  const std::string extra = smaller[0]["extra"];
  EXPECT_NE(extra.find("repetitions: 3\nrun: 0123456789ab\ndevice: sim:h200\ncommit: 0123"),
            std::string::npos);
  const auto bigger = nlohmann::json::parse(github_action_benchmark_json(small(), Direction::kHigher, {}));
  ASSERT_EQ(bigger.size(), 1U);
  EXPECT_EQ(bigger[0]["name"], "history1/tiny overlap");
  EXPECT_EQ(bigger[0]["unit"], "ratio");
}

TEST(GithubActionBenchmark, NamedMetricsAlone) {
  history::Run run = small();
  for (Rep& rep : run.cells[0].reps) rep.values["mine"] = 7;
  const auto one = nlohmann::json::parse(github_action_benchmark_json(run, Direction::kHigher, {"mine"}));
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0]["value"], 7);
  expect_error([&] { (void)github_action_benchmark_json(run, Direction::kHigher, {"other"}); }, "other");
  EXPECT_THROW((void)github_action_benchmark_json(run, Direction::kHigher, {"wall_ns"}), Error);
}

}  // namespace
}  // namespace offledger::history
