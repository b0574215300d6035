// SPDX-License-Identifier: Apache-2.0
//
// SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/): a rule for each metric that has a result, a
// result for each cell that is not simply fine. A schedule that is no file of the repository is a logical
// location.
#include <fmt/format.h>

#include <map>

#include "reports/render/json_text.hpp"
#include "reports/render/verdict.hpp"
#include "reports/render/verdict_words.hpp"

namespace offledger::render {
namespace {

using history::VerdictCell;

/// A path as a relative URI reference (RFC 3986).
std::string uri(const std::string& path) {
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= 'a' && byte <= 'z') ||
                       std::string_view("-._~/").find(c) != std::string_view::npos;
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned>(byte));
  }
  return out;
}

std::string_view level_of(const VerdictCell& cell) {
  if (is_failure(cell)) return "error";
  if (cell.state == "inconclusive") return "warning";
  return cell.state == "waived" || cell.state == "fail" || cell.state == "missing" ? "note" : "";
}

Json rule_json(const VerdictCell& cell) {
  Json rule;
  rule["id"] = cell.metric;
  const metrics::Metric* metric = metrics::find(cell.metric);
  rule["shortDescription"]["text"] = metric != nullptr ? std::string(metric->title) : cell.metric;
  if (metric != nullptr && !metric->prose.empty())
    rule["fullDescription"]["text"] = std::string(metric->prose);
  if (metric != nullptr && !metric->formula.empty()) {
    rule["help"]["text"] = fmt::format("{} = {}", metric->name, metric->formula);
  }
  return rule;
}

Json location_json(const VerdictCell& cell, const ScheduleFile& file) {
  Json location;
  const std::string path = file && !cell.schedule.empty() ? file(cell.schedule) : "";
  if (!path.empty()) {
    location["physicalLocation"]["artifactLocation"]["uri"] = uri(path);
    location["physicalLocation"]["region"]["startLine"] = 1;
  }
  location["logicalLocations"] = Json::array({{{"fullyQualifiedName", cell_name(cell)}, {"kind", "module"}}});
  return location;
}

}  // namespace

std::string verdict_sarif(const history::Verdict& verdict, const std::string& tool_version,
                          const ScheduleFile& file) {
  Json rules = Json::array();
  Json results = Json::array();
  std::map<std::string, std::size_t> rule_of;
  for (const VerdictCell& cell : verdict.cells) {
    const std::string_view level = level_of(cell);
    if (level.empty()) continue;
    const auto [it, added] = rule_of.emplace(cell.metric, rules.size());
    if (added) rules.push_back(rule_json(cell));
    Json result;
    result["ruleId"] = cell.metric;
    result["ruleIndex"] = it->second;
    result["level"] = std::string(level);
    result["message"]["text"] = cell_name(cell) + ": " + sentence(cell);
    result["locations"] = Json::array({location_json(cell, file)});
    result["partialFingerprints"]["offledgerCell/v1"] = cell_name(cell) + "/" + cell.metric;
    results.push_back(std::move(result));
  }
  Json driver{{"name", "offledger"}};
  if (!tool_version.empty()) driver["version"] = tool_version;
  driver["rules"] = std::move(rules);
  Json run;
  run["tool"]["driver"] = std::move(driver);
  Json invocation;
  invocation["executionSuccessful"] = verdict.verdict != "no_data" && verdict.verdict != "not_comparable";
  invocation["exitCode"] = verdict.exit_code();
  if (!verdict.reason.empty()) invocation["exitCodeDescription"] = verdict.reason;
  run["invocations"] = Json::array({std::move(invocation)});
  run["results"] = std::move(results);
  Json out;
  out["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json";
  out["version"] = "2.1.0";
  out["runs"] = Json::array({std::move(run)});
  return to_text(out);
}

}  // namespace offledger::render
