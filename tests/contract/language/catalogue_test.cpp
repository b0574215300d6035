// SPDX-License-Identifier: Apache-2.0
//
// What holds for every file of the catalogue as a file: its name, what it says of itself, the JSON Schema,
// and how a variant differs from its original. schedule_test.cpp holds what it compiles to.

#include <gtest/gtest.h>

#include <ostream>

#include "schedules/language/schedule.hpp"
#include "tests/contract/language/schema_check.hpp"

namespace offledger {
void PrintTo(const EmbeddedFile& file, std::ostream* out) {
  *out << file.name;
}
}  // namespace offledger

namespace offledger::language {
namespace {

std::string stem(const EmbeddedFile& file) {
  return std::string(file.name.substr(0, file.name.find('.')));
}

class Catalogue : public testing::TestWithParam<EmbeddedFile> {};

TEST_P(Catalogue, IsNamedAsItsFile) {
  const auto schedule = parse_schedule(GetParam().text, std::string(GetParam().name));
  EXPECT_EQ(schedule->name(), stem(GetParam()));
  EXPECT_EQ(find_schedule(schedule->name())->content_hash(), schedule->content_hash());
}

TEST_P(Catalogue, SaysWhatItModels) {
  const auto json = nlohmann::json::parse(GetParam().text);
  for (const char* key : {"title", "models", "read_from", "approximates", "notes"}) {
    EXPECT_TRUE(json.contains(key) && !json[key].empty()) << key;
  }
  EXPECT_LE(json["title"].get<std::string>().size(), 100U) << "one line of a table";
}

TEST_P(Catalogue, IsValidByTheShippedSchema) {
  EXPECT_EQ(schema_errors(GetParam().text), "");
}

/// What differs between a schedule and its variant is what the variant's name says.
TEST_P(Catalogue, VariantsDifferInOneKnob) {
  const auto schedule = parse_schedule(GetParam().text, std::string(GetParam().name));
  if (schedule->variant_of().empty()) return;
  auto variant = nlohmann::json::parse(GetParam().text);
  auto original =
      nlohmann::json::parse(find_embedded(catalogue_files(), schedule->variant_of() + ".json")->text);
  for (const char* key : {"name", "title", "variant_of", "notes"}) variant.erase(key), original.erase(key);
  if (schedule->name().ends_with("_fenced")) {
    for (auto& issue : variant["issue"]) {
      EXPECT_EQ(issue["fence"], true);
      issue.erase("fence");
    }
  } else {
    variant["ready"] = variant["ready"]["mode"];
  }
  EXPECT_EQ(variant, original);
}

INSTANTIATE_TEST_SUITE_P(All, Catalogue,
                         testing::ValuesIn(catalogue_files().begin(), catalogue_files().end()),
                         [](const auto& each) { return stem(each.param); });

}  // namespace
}  // namespace offledger::language
