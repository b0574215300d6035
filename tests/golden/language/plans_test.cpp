// SPDX-License-Identifier: Apache-2.0
//
// The whole plan of each seed schedule for three layers, as it prints. Three layers take depth 2 at most, so
// the schedules that fetch four layers ahead are cut to two, with three slots a group, and are otherwise as
// shipped. To change a golden on purpose, write what the failing test prints to its file and read the
// difference.

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "schedules/base/json.hpp"
#include "schedules/language/schedule.hpp"

namespace offledger::language {
namespace {

const plan::ModelShape kModel{
    3, {{"attn", {{"qkv", 60'000'000}, {"o", 40'000'000}}}, {"ffn", {{"w", 150'000'000}}}}};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

class Plans : public testing::TestWithParam<const char*> {};

TEST_P(Plans, AreAsPrinted) {
  const EmbeddedFile* file = find_embedded(catalogue_files(), std::string(GetParam()) + ".json");
  ASSERT_NE(file, nullptr);
  std::string text = replaced(std::string(file->text), R"("to": 4)", R"("to": 2)");
  text = replaced(text, R"({"attn": 5, "ffn": 5})", R"({"attn": 3, "ffn": 3})");
  const std::string printed = plan::to_string(parse_schedule(text, GetParam())->compile(kModel));
  const std::string golden =
      json::read_file(std::string(OFFLEDGER_SOURCE_DIR "/tests/golden/language/") + GetParam() + ".txt");
  EXPECT_EQ(printed, golden);
}

INSTANTIATE_TEST_SUITE_P(Seed, Plans,
                         testing::Values("history1", "history", "stage1", "stage2", "stage12", "blocking1",
                                         "history_fenced", "history1_seed"),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace offledger::language
