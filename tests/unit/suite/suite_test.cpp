// SPDX-License-Identifier: Apache-2.0

#include "harness/suite/suite.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "collectors/trace/recording_file.hpp"
#include "schedules/base/error.hpp"

namespace offledger::suite {
namespace {

std::string error_of(std::string_view text) {
  try {
    (void)parse_suite(text, "mine.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Suite, IsTheProductOfItsCasesAWorkloadAfterTheOther) {
  const Suite suite = parse_suite(R"({"name": "mine", "reps": 3, "cases": [
      {"schedules": ["a", "b"], "workloads": ["x", "y"]}, {"schedules": ["./c.json"], "workloads": ["x"]}]})",
                                  "mine.json");
  EXPECT_EQ(suite.cases,
            (std::vector<Case>{{"a", "x"}, {"b", "x"}, {"a", "y"}, {"b", "y"}, {"./c.json", "x"}}));
  EXPECT_EQ(suite.reps, 3U);
}

TEST(Suite, ErrorsSayWhereAndWhat) {
  const auto expect = [](std::string_view text, const std::vector<std::string>& parts) {
    const std::string message = error_of(text);
    for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  expect(R"({"name": "m", "cases": []})", {"mine.json:1:", "cases", "at least one"});
  expect(R"({"name": "m", "cases": [{"schedules": [], "workloads": ["x"]}]})", {"cases[0].schedules"});
  expect(R"({"name": "m", "cases": [{"schedule": ["a"], "workloads": ["x"]}]})", {"schedule"});
  expect(R"({"name": "m", "cases": [{"schedules": ["a", "a"], "workloads": ["x"]}]})",
         {"'a' on 'x'", "twice"});
  expect(R"({"name": "m", "cases": [{"schedules": [""], "workloads": ["x"]}]})",
         {"schedules[0]", "name or a path"});
  expect("{\"name\": \"m\",\n \"reps\": -1, \"cases\": [{\"schedules\": [\"a\"], \"workloads\": [\"x\"]}]}",
         {"mine.json:2:", "reps"});
}

TEST(Suite, AnUnknownNameSuggestsTheNearest) {
  try {
    (void)find_suite("nightli");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("nightly"), std::string::npos);
  }
}

TEST(Suite, EveryShippedCaseCanBePlayed) {
  for (const EmbeddedFile& file : suite_files()) {
    const Suite suite = find_suite(std::string(file.name.substr(0, file.name.rfind('.'))));
    for (const Case& each : suite.cases) {
      const auto schedule = language::find_schedule(each.schedule);
      const model::Workload workload = model::find_workload(each.workload);
      EXPECT_NO_THROW((void)schedule->compile(workload.shape)) << each.schedule << " on " << each.workload;
    }
  }
}

TEST(Play, RecordsWhatWasPlayed) {
  const auto device = find_device("sim")(0);
  const model::Workload workload = model::find_workload("tiny");
  const trace::Timeline timeline = play(*language::find_schedule("history"), workload, *device);
  EXPECT_EQ(timeline.source.schedule, "history");
  EXPECT_EQ(timeline.source.workload, "tiny");
  EXPECT_EQ(timeline.source.device_profile, "sim:h200");
  EXPECT_EQ(std::count_if(timeline.ranges.begin(), timeline.ranges.end(),
                          [](const trace::Range& range) { return range.kind == trace::RangeKind::kStep; }),
            workload.steps);
  const std::size_t kernels_a_layer = workload.costs[0].kernels + workload.costs[1].kernels;
  EXPECT_EQ(timeline.kernels.size(), workload.steps * workload.shape.layers * kernels_a_layer);
}

/// By hand: with two slots a group and free copies, the link never waits for long, and compute is the longer
/// side. 80 layers of 200 ms, after the first attention weights have come over at 5 GB/s (20 ms): 16,020 ms
/// and the launches.
TEST(Play, TheSeedsFastLinkIsBoundByCompute) {
  model::Workload workload = model::find_workload("seed-70b-fast");
  workload.steps = 1;
  const auto device = find_device("sim")(0);
  const trace::Timeline timeline = play(*language::find_schedule("history"), workload, *device);
  Nanos first = timeline.copies.front().begin;
  Nanos last{};
  for (const trace::Kernel& kernel : timeline.kernels) last = std::max(last, kernel.end);
  EXPECT_GE(last - first, nanos(16'020'000'000));
  EXPECT_LT(last - first, nanos(16'021'000'000));
}

TEST(FindDevice, TakesNamesProfilesAndNoise) {
  EXPECT_EQ(find_device("sim")(0)->identity().name, "sim:h200");
  EXPECT_EQ(find_device("sim:h200")(0)->identity().name, "sim:h200");
  EXPECT_EQ(find_device("sim:h200+noise=7,20")(0)->identity().name, "sim:h200+noise=20");
  EXPECT_EQ(find_device("sim:h200+noise=20")(0)->identity().name, "sim:h200+noise=20");
  EXPECT_EQ(find_device("sim+noise=20")(0)->identity().name, "sim:h200+noise=20");
}

TEST(FindDevice, RepetitionsDrawTheirOwnNoise) {
  const auto schedule = language::find_schedule("history");
  const model::Workload workload = model::find_workload("tiny");
  const auto recording = [&](const char* name, std::uint32_t rep) {
    const auto device = find_device(name)(rep);
    return trace::encode(play(*schedule, workload, *device));
  };
  std::set<std::string> different;
  for (const char* name : {"sim:h200+noise=1,20", "sim:h200+noise=2,20"}) {
    for (std::uint32_t rep = 0; rep < 3; ++rep) different.insert(recording(name, rep));
  }
  EXPECT_EQ(different.size(), 6U);
  EXPECT_EQ(recording("sim:h200+noise=1,20", 2), recording("sim:h200+noise=1,20", 2));
  EXPECT_EQ(recording("sim", 0), recording("sim", 1));
}

TEST(FindDevice, RefusesOtherNames) {
  for (const char* name : {"", "sims", "simh200", "sim:nope", "sim:./nope.json", "cuda:x",
                           "cuda:", "sim:h200+noise=", "sim:h200+noise=1,0", "sim:h200+noise=1,1000",
                           "sim:h200+noise=a,2", "sim:h200+noise=1,2,3"}) {
    try {
      (void)find_device(name);
      ADD_FAILURE() << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage) << name;
      EXPECT_GT(std::string(error.what()).size(), 20U);
    }
  }
}

}  // namespace
}  // namespace offledger::suite
