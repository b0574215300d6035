// SPDX-License-Identifier: Apache-2.0
//
// What the gate writes as SARIF is valid by the schema beside this file, and what breaks the schema's rules
// is not.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "reports/render/verdict.hpp"
#include "schedules/base/json.hpp"
#include "tests/json_schema/json_schema.hpp"

namespace offledger::render {
namespace {

using Json = nlohmann::json;

std::string errors_of(const std::string& document) {
  static const JsonSchema schema(
      json::read_file(OFFLEDGER_SOURCE_DIR "/tests/unit/render/sarif-2.1.0.schema.json"));
  return schema.errors(document);
}

history::VerdictCell row(const std::string& schedule, const std::string& metric, const std::string& state,
                         bool gates = true) {
  history::VerdictCell cell;
  cell.schedule = schedule;
  cell.workload = "llama | `70b`\n\x01\xff";
  cell.metric = metric;
  cell.state = state;
  cell.base = 1e9;
  cell.cand = 1.1e9;
  cell.delta = 0.1;
  cell.gates = gates;
  return cell;
}

/// Every state, known and unknown metrics, a schedule with a file and one without.
history::Verdict every_state(const std::string& verdict) {
  history::Verdict v;
  v.verdict = verdict;
  v.reason = verdict == "pass" ? "" : "because \x1b";
  for (const char* state : {"pass", "fail", "inconclusive", "improved", "missing", "waived"}) {
    for (const char* metric : {"wall_ns", "h2d_copies", "overlap_of_possible", "tokens_per_s"}) {
      v.cells.push_back(row("history1", metric, state));
      v.cells.push_back(row("my schedule#1", metric, state, false));
    }
  }
  history::VerdictCell csv = row("", "wall_ns", "fail");
  csv.cell = "anyone's cell";
  csv.workload.clear();
  v.cells.push_back(csv);
  return v;
}

std::string file_of(const std::string& schedule) {
  return schedule == "history1" ? "schedules/catalogue/history1.json" : "my schedules/ü%#1.json";
}

TEST(Sarif, EveryVerdictIsValid) {
  for (const char* verdict : {"pass", "fail", "inconclusive", "no_data", "not_comparable"}) {
    EXPECT_EQ(errors_of(verdict_sarif(every_state(verdict), "0.1.0", file_of)), "") << verdict;
    history::Verdict empty;
    empty.verdict = verdict;
    EXPECT_EQ(errors_of(verdict_sarif(empty, "")), "") << verdict;
  }
}

TEST(Sarif, TheRuleIsTheMetricAndTheLocationTheSchedulesFile) {
  history::Verdict v;
  v.verdict = "fail";
  v.cells = {row("history1", "overlap_of_possible", "fail")};
  const Json run = Json::parse(verdict_sarif(v, "0.1.0", file_of)).at("runs").at(0);
  const Json& result = run.at("results").at(0);
  EXPECT_EQ(result.at("ruleId"), "overlap_of_possible");
  EXPECT_EQ(result.at("level"), "error");
  EXPECT_EQ(result.at("locations").at(0).at("physicalLocation").at("artifactLocation").at("uri"),
            "schedules/catalogue/history1.json");
  EXPECT_EQ(run.at("tool").at("driver").at("rules").at(0).at("id"), "overlap_of_possible");
}

TEST(Sarif, FingerprintsTellResultsApart) {
  history::Verdict v;
  v.verdict = "fail";
  for (const char* schedule : {"a", "b"}) {
    for (const char* metric : {"wall_ns", "overlap"}) v.cells.push_back(row(schedule, metric, "fail"));
  }
  std::set<std::string> seen;
  const Json document = Json::parse(verdict_sarif(v, ""));
  for (const Json& result : document.at("runs").at(0).at("results"))
    seen.insert(result.at("partialFingerprints").dump());
  EXPECT_EQ(seen.size(), 4U);
}

TEST(SarifSchema, FindsWhatIsWrong) {
  const Json good = Json::parse(verdict_sarif(every_state("fail"), "0.1.0", file_of));
  const auto broken = [&](const char* pointer, const Json& value) {
    Json document = good;
    document[Json::json_pointer(pointer)] = value;
    return errors_of(document.dump());
  };
  EXPECT_NE(broken("/version", "2.0.0"), "");
  EXPECT_NE(broken("/runs/0/results/0/level", "fatal"), "");
  EXPECT_NE(broken("/runs/0/results/0/message", Json::object()), "");
  EXPECT_NE(broken("/runs/0/results/0/locations/0/physicalLocation/region/startLine", 0), "");
  EXPECT_NE(broken("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri", "a b"), "");
  EXPECT_NE(broken("/runs/0/results/0/unheard_of", 1), "");
  EXPECT_NE(broken("/runs/0/tool", Json::object()), "");
  EXPECT_NE(broken("/runs/0/invocations/0", Json::object()), "");
}

}  // namespace
}  // namespace offledger::render
