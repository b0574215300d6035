// SPDX-License-Identifier: Apache-2.0
//
// What people write: configuration and CSV samples, good and bad.
#include <fmt/format.h>

#include "ci/gate/csv.hpp"
#include "schedules/base/error.hpp"
#include "tests/json_schema/json_schema.hpp"
#include "tests/support/text.hpp"
#include "tests/unit/gate/gate_fixture.hpp"

namespace offledger::gate {
namespace {

using namespace gate::testing;

template <typename Work>
std::string error_of(Work&& work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return error.what();
  }
  ADD_FAILURE() << "expected an error";
  return "";
}

Config full_config() {
  Config config;
  config.q = 0.01;
  config.margins = {0.03, 0.02, 0.015, {{"wall_ns", 0.005}}};
  config.fail_on = {"regression", "inconclusive"};
  config.across_sittings = true;
  config.top_up = true;
  config.informational = {{"stage1", "", "overlap"}};
  config.waivers = {{"history1", "*", "wall_ns", "driver bug", "kim", "2026-03-31"}};
  config.custom_metrics = {{"tokens_per_s", {metrics::Class::kPositive, metrics::Direction::kHigher}}};
  return config;
}

bool is_valid(const std::string& text) {
  return JsonSchema(config_schema()).takes(text);
}

TEST(GateConfig, ComesBackFromItsDump) {
  for (const auto& config : {Config{}, full_config()}) {
    const std::string text = dump_config(config);
    const Config back = parse_config(text, "gate.json");
    EXPECT_EQ(dump_config(back), text);
    EXPECT_EQ(back.margins.by_metric, config.margins.by_metric);
    EXPECT_EQ(back.waivers, config.waivers);
    EXPECT_EQ(back.informational, config.informational);
    EXPECT_EQ(back.custom_metrics, config.custom_metrics);
    EXPECT_TRUE(is_valid(text));
  }
}

TEST(GateConfig, ItsSchemaRefusesWhatTheParserRefuses) {
  for (const auto* text :
       {R"({"quantile": 0.05})", R"({"q": 0})", R"({"margins": {"wall": 0.1}})",
        R"({"margins": {"positive": -1}})", R"({"fail_on": ["everything"]})",
        R"({"waivers": [{"reason": "x", "owner": "y"}]})",
        R"({"waivers": [{"reason": "", "owner": "y", "expires": "2026-01-01"}]})",
        R"({"metrics": {"x": {"class": "points_of_wall", "better": "lower"}}})", R"([])"}) {
    EXPECT_FALSE(is_valid(text)) << text;
    EXPECT_THROW(parse_config(text, "gate.json"), Error) << text;
  }
}

TEST(GateConfig, SaysWhatIsWrongAndWhere) {
  const auto error = [](const char* text) {
    return error_of([&] { (void)parse_config(text, "gate.json"); });
  };
  EXPECT_TRUE(test::has(error("{\n  \"marginz\": {}\n}"), "gate.json:")) << error("{\n  \"marginz\": {}\n}");
  EXPECT_TRUE(test::has(error(R"({"margins": {"metrics": {"wall": 0.1}}})"), "wall_ns"));
  EXPECT_TRUE(test::has(error(R"({"waivers": [{"reason": "x", "owner": "y", "expires": "2026-02-30"}]})"),
                        "2026-02-30"));
  EXPECT_TRUE(
      test::has(error(R"({"metrics": {"wall_ns": {"class": "positive", "better": "lower"}}})"), "catalogue"));
}

/// n rows a side of one cell: base values around 100, the candidate's around 100 + shift.
std::string csv(const std::string& metric, double shift, int n) {
  std::string text = "cell,metric,side,rep,value\n";
  for (int i = 0; i < n; ++i) {
    text += fmt::format("a cell,{},base,{},{}\n", metric, i, 100 + 0.01 * (i * 7 % n));
    text += fmt::format("a cell,{},cand,{},{}\n", metric, i, 100 + shift + 0.01 * (i * 3 % n));
  }
  return text;
}

TEST(Csv, JudgesAnyonesSamples) {
  EXPECT_EQ(compare_csv(csv("wall_ns", 0, 10), "x.csv", {}).exit_code(), 0);
  const auto verdict = compare_csv(csv("wall_ns", 5, 10), "x.csv", {});
  EXPECT_EQ(verdict.exit_code(), 1);
  EXPECT_EQ(verdict.cells.at(0).cell, "a cell");
  EXPECT_EQ(verdict.cells.at(0).schedule, "");
  EXPECT_EQ(compare_csv(csv("wall_ns", 5, 2), "x.csv", {}).exit_code(), 3);
}

TEST(Csv, LetsAMetricFailThatGatesNowhereElseWhereItStandsAlone) {
  EXPECT_EQ(compare_csv(csv("steady_layer_ns", 5, 10), "x.csv", {}).exit_code(), 1);
  const std::string both = csv("steady_layer_ns", 5, 10) + csv("wall_ns", 0, 10).substr(27);
  EXPECT_EQ(compare_csv(both, "x.csv", {}).exit_code(), 0);
}

TEST(Csv, TakesUnknownMetricsFromTheConfiguration) {
  const std::string text = csv("tokens_per_s", 5, 10);
  EXPECT_TRUE(test::has(error_of([&] { (void)compare_csv(text, "x.csv", {}); }), "'tokens_per_s'"));
  EXPECT_EQ(compare_csv(text, "x.csv", full_config()).exit_code(), 0);
  EXPECT_EQ(compare_csv(csv("tokens_per_s", -5, 10), "x.csv", full_config()).exit_code(), 1);
}

TEST(Csv, ReadsQuotesColumnsInAnyOrderAndForeignLineEnds) {
  const auto cells = parse_csv(
      "\xef\xbb\xbfvalue,cell,\"metric\",rep,side,extra\r\n# a comment\r\n\r\n"
      "2,\"a, \"\"b\"\"\",wall_ns,2,base,\r\n1,\"a, \"\"b\"\"\",wall_ns,1,base,x\r\n",
      "x.csv");
  ASSERT_EQ(cells.size(), 1U);
  EXPECT_EQ(cells[0].name, "a, \"b\"");
  EXPECT_EQ(cells[0].metrics.at("wall_ns").base, (std::vector<double>{1, 2}));
}

TEST(Csv, SaysWhatIsWrongAndWhere) {
  const auto error = [](const std::string& text) {
    return error_of([&] { (void)parse_csv(text, "x.csv"); });
  };
  const std::string header = "cell,metric,side,rep,value\n";
  EXPECT_TRUE(test::has(error(""), "empty file"));
  EXPECT_TRUE(test::has(error("cell,metric,side,value\n"), "no 'rep'"));
  EXPECT_TRUE(test::has(error(header + "a,wall_ns,left,0,1\n"), "x.csv:2"));
  EXPECT_TRUE(test::has(error(header + "a,wall_ns,left,0,1\n"), "'left'"));
  EXPECT_TRUE(test::has(error(header + "a,wall_ns,base,0,fast\n"), "'fast'"));
  EXPECT_TRUE(test::has(error(header + "a,wall_ns,base,0,nan\n"), "finite"));
  EXPECT_TRUE(test::has(error(header + "a,wall_ns,base\n"), "fields"));
  EXPECT_TRUE(test::has(error(header + "\"a,wall_ns,base,0,1\n"), "closing quote"));
  EXPECT_TRUE(test::has(error(header + ",wall_ns,base,0,1\n"), "empty field"));
}

TEST(Csv, OneSideAloneIsMissingOrNew) {
  const std::string header = "cell,metric,side,rep,value\n";
  EXPECT_EQ(compare_csv(header + "a,wall_ns,base,0,1\n", "x.csv", {}).exit_code(), 1);
  EXPECT_EQ(compare_csv(header + "a,wall_ns,cand,0,1\n", "x.csv", {}).exit_code(), 4);
  EXPECT_EQ(compare_csv(header, "x.csv", {}).exit_code(), 4);
}

TEST(Csv, ValuesThatHaveNoLogarithmAreNotMeasured) {
  const std::string text = "cell,metric,side,rep,value\na,wall_ns,base,0,0\na,wall_ns,cand,0,1\n";
  EXPECT_EQ(compare_csv(text, "x.csv", {}).exit_code(), 4);
}

}  // namespace
}  // namespace offledger::gate
