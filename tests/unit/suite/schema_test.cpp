// SPDX-License-Identifier: Apache-2.0
//
// Every shipped data file is what its JSON Schema says, and what the parser refuses in structure the schema
// refuses too: an editor that reads the schema is not told another story.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "harness/device/sim/profile.hpp"
#include "harness/model/workload.hpp"
#include "harness/suite/suite.hpp"
#include "schedules/base/json.hpp"
#include "tests/json_schema/json_schema.hpp"

namespace offledger {
namespace {

using Json = nlohmann::json;

class Schema {
 public:
  explicit Schema(const std::string& path)
      : schema_(json::read_file(fmt::format("{}/{}", OFFLEDGER_SOURCE_DIR, path))) {}
  [[nodiscard]] bool takes(const Json& document) const { return schema_.takes(document.dump()); }

 private:
  JsonSchema schema_;
};

void expect_all_valid(const Schema& schema, std::span<const EmbeddedFile> files) {
  EXPECT_FALSE(files.empty());
  for (const EmbeddedFile& file : files) EXPECT_TRUE(schema.takes(Json::parse(file.text))) << file.name;
}

/// Each of the objects with one key gone, or one unknown key more, is refused.
void expect_strict(const Schema& schema, const Json& good, const std::vector<std::string>& required) {
  ASSERT_TRUE(schema.takes(good));
  for (const std::string& key : required) {
    Json without = good;
    without.erase(key);
    EXPECT_FALSE(schema.takes(without)) << key;
  }
  Json more = good;
  more["unknown"] = 1;
  EXPECT_FALSE(schema.takes(more));
}

TEST(Schemas, Workloads) {
  const Schema schema("harness/model/workload.schema.json");
  expect_all_valid(schema, model::workload_files());
  Json tiny = Json::parse(find_embedded(model::workload_files(), "tiny.json")->text);
  expect_strict(schema, tiny, {"name", "layers", "groups"});
  tiny["groups"][0]["kernels"] = 0;
  EXPECT_FALSE(schema.takes(tiny));
}

TEST(Schemas, Suites) {
  const Schema schema("harness/suite/suite.schema.json");
  expect_all_valid(schema, suite::suite_files());
  expect_strict(schema, Json::parse(find_embedded(suite::suite_files(), "smoke.json")->text),
                {"name", "cases"});
}

TEST(Schemas, Profiles) {
  const Schema schema("harness/device/sim/profile.schema.json");
  expect_all_valid(schema, sim::profile_files());
  const Json h200 = Json::parse(find_embedded(sim::profile_files(), "h200.json")->text);
  expect_strict(schema, h200,
                {"name", "description", "source", "calibrated", "h2d_pinned", "h2d_pageable", "d2h_pinned",
                 "both_directions_bytes_per_s", "host_ns", "latency_ns", "pin_bytes_per_s", "launch_queue",
                 "device_memory_bytes"});
  EXPECT_TRUE(schema.takes(Json::parse(sim::to_json(sim::find_profile("h200")))));
}

}  // namespace
}  // namespace offledger
