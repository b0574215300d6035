// SPDX-License-Identifier: Apache-2.0
//
// The shipped examples of hazards: each is a well-formed schedule that compiles, and is unsafe in the way its
// "$hazard" says, with a counter-example.

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "schedules/base/json.hpp"
#include "schedules/language/schedule.hpp"
#include "schedules/plan/verify.hpp"
#include "tests/contract/language/schema_check.hpp"

namespace offledger::language {
namespace {

const plan::ModelShape kModel{
    80, {{"attn", {{"qkv", 3000}, {"o", 1000}}}, {"ffn", {{"up", 8000}, {"down", 8000}}}}};

std::vector<std::string> example_files() {
  std::vector<std::string> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(OFFLEDGER_SOURCE_DIR "/schedules/catalogue/examples")) {
    files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class Examples : public testing::TestWithParam<std::string> {};

TEST_P(Examples, AreUnsafeAsTheySay) {
  const std::string text = json::read_file(GetParam());
  EXPECT_EQ(schema_errors(text), "");
  const std::string expected = nlohmann::json::parse(text).at("$hazard");
  const auto schedule = find_schedule(GetParam());
  EXPECT_EQ(schedule->name(), std::filesystem::path(GetParam()).stem().string());
  const plan::Plan* own = schedule->own_plan();
  const plan::Verdict verdict = plan::verify(own != nullptr ? *own : schedule->compile(kModel));
  ASSERT_FALSE(verdict.safe());
  for (const plan::Hazard& hazard : verdict.hazards) {
    EXPECT_EQ(plan::hazard_name(hazard.kind), expected) << hazard.words;
    EXPECT_FALSE(hazard.words.empty());
    EXPECT_TRUE(expected == "over_budget" || !hazard.interleaving.empty()) << hazard.words;
  }
}

TEST(Examples, ThereIsOneOfEachHazard) {
  std::set<std::string> shown;
  for (const std::string& file : example_files())
    shown.insert(nlohmann::json::parse(json::read_file(file)).at("$hazard").get<std::string>());
  for (int kind = 0; kind <= static_cast<int>(plan::HazardKind::kLeak); ++kind)
    EXPECT_TRUE(shown.contains(std::string(plan::hazard_name(static_cast<plan::HazardKind>(kind)))));
}

/// Layer 0 of the next step takes the slot of layer 78, which has not computed: only a step that follows
/// shows it.
TEST(Examples, VllmsRemainderIsSafeWhereTheLayersAreAMultiple) {
  const auto schedule =
      find_schedule(OFFLEDGER_SOURCE_DIR "/schedules/catalogue/examples/vllm_prefetch_remainder.json");
  plan::ModelShape model = kModel;
  model.layers = 81;
  EXPECT_TRUE(plan::verify(schedule->compile(model)).safe());
  const plan::Plan plan = schedule->compile(kModel);
  const plan::Hazard hazard = plan::verify(plan).hazards.at(0);
  EXPECT_EQ(plan.model.name_of(hazard.unit), "L78.layer");
  EXPECT_EQ(plan.slots[index(hazard.slot)].name, "layer[0]");
  EXPECT_NE(hazard.words.find("copy L0.layer"), std::string::npos) << hazard.words;
}

INSTANTIATE_TEST_SUITE_P(All, Examples, testing::ValuesIn(example_files()),
                         [](const auto& each) { return std::filesystem::path(each.param).stem().string(); });

}  // namespace
}  // namespace offledger::language
