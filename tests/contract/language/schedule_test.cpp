// SPDX-License-Identifier: Apache-2.0
//
// What holds for every Schedule, whatever defines it: each JSON file of the catalogue, and the programs of
// seed_programs.hpp. For models of any size it fits it compiles to a plan that is whole, safe, and the same
// each time.

#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <set>

#include "schedules/language/schedule.hpp"
#include "schedules/plan/verify.hpp"
#include "tests/contract/language/seed_programs.hpp"

namespace offledger::language {
namespace {

struct Case {
  std::string name;
  std::function<std::unique_ptr<Schedule>()> make;
};

void PrintTo(const Case& each, std::ostream* out) {
  *out << each.name;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const EmbeddedFile& file : catalogue_files()) {
    all.push_back({std::string(file.name.substr(0, file.name.find('.'))),
                   [&file] { return parse_schedule(file.text, std::string(file.name)); }});
  }
  for (const char* name : {"history1", "history", "stage1", "stage2"}) {
    all.push_back({std::string("program_") + name, [name] { return seed_program(name); }});
  }
  return all;
}

plan::ModelShape model(std::uint32_t layers) {
  return {layers,
          {{"attn", {{"norm", 64}, {"q", 4096}, {"k", 1024}, {"v", 1024}, {"o", 4096}}},
           {"ffn", {{"norm", 64}, {"gate", 16384}, {"up", 16384}, {"down", 16384}}}}};
}

constexpr std::uint32_t kLayers[] = {6, 7, 8, 80};

class Schedules : public testing::TestWithParam<Case> {};

/// Every op names what the plan has, every unit computes once in order, every byte of it is copied once a
/// step.
TEST_P(Schedules, CompileToAWholePlan) {
  const auto schedule = GetParam().make();
  for (const std::uint32_t layers : kLayers) {
    const plan::Plan plan = schedule->compile(model(layers));
    std::uint32_t next = 0;
    std::vector<std::uint64_t> copied(plan.model.unit_count());
    std::vector<bool> resident(plan.model.unit_count());
    for (const plan::Op& op : plan.body) {
      if (const auto* copy = std::get_if<plan::Copy>(&op)) {
        ASSERT_LT(index(copy->slot), plan.slots.size());
        ASSERT_LT(index(copy->stream), plan.streams.size());
        ASSERT_LE(copy->offset + copy->bytes, plan.slots[index(copy->slot)].bytes);
        copied[index(copy->unit)] += copy->bytes;
      }
      if (const auto* compute = std::get_if<plan::Compute>(&op)) {
        ASSERT_EQ(index(compute->unit), next++);
        resident[index(compute->unit)] = compute->slot == plan::kResident;
      }
    }
    ASSERT_EQ(next, plan.model.unit_count());
    for (std::uint32_t unit = 0; unit < copied.size(); ++unit) {
      const std::uint64_t bytes = plan.model.group_of(plan::UnitId{unit}).bytes();
      EXPECT_EQ(copied[unit], resident[unit] ? 0 : bytes) << plan.model.name_of(plan::UnitId{unit});
    }
  }
}

TEST_P(Schedules, AreSafe) {
  const auto schedule = GetParam().make();
  for (const std::uint32_t layers : kLayers) {
    const plan::Verdict verdict = plan::verify(schedule->compile(model(layers)));
    for (const plan::Hazard& hazard : verdict.hazards) ADD_FAILURE() << layers << " layers: " << hazard.words;
  }
}

TEST_P(Schedules, CompileToTheSamePlanEachTime) {
  const auto schedule = GetParam().make();
  const plan::Plan one = schedule->compile(model(8)), two = GetParam().make()->compile(model(8));
  EXPECT_EQ(plan::to_string(one), plan::to_string(two));
  EXPECT_EQ(one.body, two.body);
  EXPECT_EQ(one.events, two.events);
}

TEST_P(Schedules, PrologueFetchesIfAndOnlyIfTheyWrap) {
  const auto schedule = GetParam().make();
  const plan::Plan plan = schedule->compile(model(8));
  bool fetches = false;
  for (const plan::Op& op : plan.prologue) fetches = fetches || std::holds_alternative<plan::Copy>(op);
  EXPECT_EQ(fetches, schedule->wraps());
}

INSTANTIATE_TEST_SUITE_P(All, Schedules, testing::ValuesIn(cases()),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace offledger::language
