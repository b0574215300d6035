// SPDX-License-Identifier: Apache-2.0
//
// Each <name>.json beside this file becomes the Timeline that <name>.txt spells out.
// OFFLEDGER_UPDATE_GOLDEN=1 in the environment writes the .txt files anew, for a person to read before they
// are committed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "collectors/import/kineto/load.hpp"
#include "tests/golden/import/timeline_text.hpp"
#include "tests/support/text.hpp"

namespace offledger::importers {
namespace {

const std::string kFolder = OFFLEDGER_SOURCE_DIR "/tests/golden/import/";

class KinetoGolden : public testing::TestWithParam<const char*> {};

TEST_P(KinetoGolden, LoadsAsItsText) {
  const std::string stem = kFolder + GetParam();
  const std::string text = trace::TimelineText(kineto::load(stem + ".json")).all();
  if (std::getenv("OFFLEDGER_UPDATE_GOLDEN") != nullptr)
    std::ofstream(stem + ".txt", std::ios::binary) << text;
  EXPECT_EQ(text, test::contents(stem + ".txt"));
}

/// How the file is sliced, and how many threads parse, must not show.
TEST_P(KinetoGolden, LoadsTheSameInSlicesOfAnySize) {
  const std::string stem = kFolder + GetParam();
  for (std::size_t bytes = 1; bytes < 2000; bytes = bytes * 3 / 2 + 1) {
    for (const unsigned lanes : {1U, 3U}) {
      const trace::Timeline t = kineto::load(stem + ".json", {}, {bytes, lanes});
      ASSERT_EQ(trace::TimelineText(t).all(), test::contents(stem + ".txt"))
          << bytes << " bytes, " << lanes << " lanes";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, KinetoGolden,
                         testing::Values("kineto_everything", "bare_array_cut", "rocm", "two_processes",
                                         "strings_like_cuts"),
                         [](const auto& p) { return std::string(p.param); });

}  // namespace
}  // namespace offledger::importers
