// SPDX-License-Identifier: Apache-2.0
//
// A plan written as a file and read back is the same plan, for every schedule of the catalogue, and the file
// is valid by the shipped schema.

#include "schedules/language/plan_file.hpp"

#include <gtest/gtest.h>

#include "schedules/plan/verify.hpp"
#include "tests/contract/language/schema_check.hpp"

namespace offledger::language {
namespace {

const plan::ModelShape kSevenLayers{
    7, {{"attn", {{"qkv", 3000}, {"o", 1000}}}, {"ffn", {{"up", 8000}, {"down", 8000}}}}};

/// The schedule's own plan; an empty one where it has none.
plan::Plan plan_of(const Schedule& schedule) {
  const plan::Plan* own = schedule.own_plan();
  return own == nullptr ? plan::Plan{} : *own;
}

class PlanFiles : public testing::TestWithParam<std::string> {};

TEST_P(PlanFiles, ReadBackTheSame) {
  const auto schedule = find_schedule(GetParam());
  const plan::Plan plan = schedule->compile(kSevenLayers);
  const std::string text = plan_file(plan, *schedule);
  EXPECT_EQ(schema_errors(text), "");
  const auto read = parse_schedule(text, "file.json");
  const plan::Plan again = plan_of(*read);
  EXPECT_EQ(read->name(), schedule->name());
  EXPECT_EQ(read->title(), schedule->title());
  EXPECT_EQ(read->wraps(), schedule->wraps());
  EXPECT_EQ(again.model, plan.model);
  EXPECT_EQ(again.streams, plan.streams);
  EXPECT_EQ(again.slots, plan.slots);
  EXPECT_EQ(again.events, plan.events);
  EXPECT_EQ(again.prologue, plan.prologue);
  EXPECT_EQ(again.body, plan.body);
  EXPECT_EQ(again.epilogue, plan.epilogue);
  EXPECT_EQ(again.device_budget_bytes, plan.device_budget_bytes);
  EXPECT_TRUE(plan::verify(again).safe());
}

std::vector<std::string> catalogue() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : catalogue_files())
    names.emplace_back(file.name.substr(0, file.name.find('.')));
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, PlanFiles, testing::ValuesIn(catalogue()),
                         [](const auto& each) { return each.param; });

/// Its plan goes to models of its layers and bytes a layer, however those are cut into units.
TEST(PlanFile, IsForOneShape) {
  const auto schedule = find_schedule("history");
  const auto file = parse_schedule(plan_file(schedule->compile(kSevenLayers), *schedule), "file.json");
  EXPECT_EQ(file->compile({7, {{"layer", {{"all", 20000}}}}}).body, plan_of(*file).body);
  plan::ModelShape other = kSevenLayers;
  other.layers = 8;
  EXPECT_THROW((void)file->compile(other), Error);
  other = kSevenLayers;
  other.groups[0].tensors[0].bytes += 1;
  EXPECT_THROW((void)file->compile(other), Error);
}

/// A budget, a copy to the host and every kind of memory survive the way through a file.
TEST(PlanFile, KeepsWhatNoScheduleHas) {
  const auto schedule = find_schedule("history");
  plan::Plan plan = schedule->compile(kSevenLayers);
  plan.device_budget_bytes = 1 << 20;
  for (plan::Op& op : plan.body) {
    if (auto* copy = std::get_if<plan::Copy>(&op)) {
      copy->direction = plan::Direction::kD2H;
      copy->source = plan::Source::kPinnedOnTheFly;
    }
  }
  plan.body.emplace_back(plan::Pin{7});
  plan.body.emplace_back(plan::HostWork{nanos(9)});
  plan.streams[0].priority = -3;
  const auto file = parse_schedule(plan_file(plan, *schedule), "file.json");
  EXPECT_EQ(plan_of(*file).body, plan.body);
  EXPECT_EQ(plan_of(*file).streams, plan.streams);
  EXPECT_EQ(plan_of(*file).device_budget_bytes, plan.device_budget_bytes);
}

/// Ops name tensors, and a name that two of one group share would mean the first.
TEST(PlanFile, TensorsOfAGroupHaveDifferentNames) {
  const auto schedule = find_schedule("history");
  plan::Plan plan = schedule->compile(kSevenLayers);
  plan.model.groups[1].tensors[1].name = plan.model.groups[0].tensors[0].name;  // of another group: fine
  EXPECT_EQ(plan_of(*parse_schedule(plan_file(plan, *schedule), "file.json")).model, plan.model);
  plan.model.groups[0].tensors[1].name = plan.model.groups[0].tensors[0].name;
  EXPECT_THROW((void)parse_schedule(plan_file(plan, *schedule), "file.json"), Error);
}

}  // namespace
}  // namespace offledger::language
