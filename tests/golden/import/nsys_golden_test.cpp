// SPDX-License-Identifier: Apache-2.0
//
// Each <name>.sql beside this file makes an export that becomes the Timeline that <name>.txt spells out (see
// kineto_golden_test.cpp for OFFLEDGER_UPDATE_GOLDEN).
#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "collectors/import/import.hpp"
#include "tests/golden/import/timeline_text.hpp"
#include "tests/support/text.hpp"

namespace offledger::importers {
namespace {

class NsysGolden : public testing::TestWithParam<const char*> {};

TEST_P(NsysGolden, LoadsAsItsText) {
  const std::string stem = std::string(OFFLEDGER_SOURCE_DIR "/tests/golden/import/") + GetParam();
  const std::string path = testing::TempDir() + "offledger-golden-" + GetParam() + ".sqlite";
  std::filesystem::remove(path);
  SQLite::Database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .exec("PRAGMA synchronous = OFF; BEGIN; " + test::contents(stem + ".sql") + "COMMIT");
  const std::string text = trace::TimelineText(load_any(path)).all();
  std::filesystem::remove(path);
  if (std::getenv("OFFLEDGER_UPDATE_GOLDEN") != nullptr)
    std::ofstream(stem + ".txt", std::ios::binary) << text;
  EXPECT_EQ(text, test::contents(stem + ".txt"));
}

INSTANTIATE_TEST_SUITE_P(All, NsysGolden, testing::Values("nsys_2022", "nsys_2025"),
                         [](const auto& p) { return std::string(p.param); });

}  // namespace
}  // namespace offledger::importers
