// SPDX-License-Identifier: Apache-2.0
//
// docs/metrics.md prints the registry: change a metric and this names the lines that no longer agree.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "reports/metrics/metrics.hpp"

namespace offledger::metrics {
namespace {

TEST(Documentation, MetricsTableIsTheRegistry) {
  std::ifstream file(OFFLEDGER_SOURCE_DIR "/docs/metrics.md");
  ASSERT_TRUE(file) << "docs/metrics.md is missing";
  std::stringstream text;
  text << file.rdbuf();
  const std::string doc = text.str(), begin = "<!-- metrics: begin -->\n", end = "<!-- metrics: end -->";
  const std::size_t from = doc.find(begin), to = doc.find(end);
  ASSERT_NE(from, std::string::npos);
  ASSERT_NE(to, std::string::npos);
  EXPECT_EQ(doc.substr(from + begin.size(), to - from - begin.size()), markdown())
      << "replace the table between the markers with what metrics::markdown() gives";
}

}  // namespace
}  // namespace offledger::metrics
