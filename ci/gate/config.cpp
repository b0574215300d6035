// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "ci/gate/gate.hpp"
#include "schedules/base/calendar.hpp"
#include "schedules/base/embedded.hpp"
#include "schedules/base/json.hpp"

namespace offledger::gate {

std::span<const EmbeddedFile> schema_files();

namespace {

using metrics::Class;
using metrics::Direction;

const std::vector<std::string_view> kFailOn = {"regression", "missing", "inconclusive", "no_data"};
const std::vector<std::string_view> kClasses = {"positive", "ratio", "exact"};
constexpr Class kClassOf[] = {Class::kPositive, Class::kRatio, Class::kExact};
const std::vector<std::string_view> kDirections = {"lower", "higher"};

double margin(const json::Value& value) {
  return value.number(0, 1);
}

Margins parse_margins(const json::Value& value) {
  Margins margins;
  auto object = value.object();
  if (const auto at = object.find("positive")) margins.positive = margin(*at);
  if (const auto at = object.find("points_of_wall")) margins.points_of_wall = margin(*at);
  if (const auto at = object.find("ratio")) margins.ratio = margin(*at);
  if (const auto at = object.find("metrics")) {
    for (const auto& [name, one] : at->object().members()) margins.by_metric[name] = margin(one);
  }
  object.finish();
  return margins;
}

Selector parse_selector(json::Object& object) {
  return {object.get("schedule", ""), object.get("workload", ""), object.get("metric", "")};
}

std::string required_text(json::Object& object, const char* key) {
  const auto value = object.at(key);
  auto text = value.string();
  if (text.empty()) throw value.error("expected a text, found an empty one");
  return text;
}

history::Waiver parse_waiver(const json::Value& value) {
  auto object = value.object();
  const Selector selector = parse_selector(object);
  history::Waiver waiver{selector.schedule,
                         selector.workload,
                         selector.metric,
                         required_text(object, "reason"),
                         required_text(object, "owner"),
                         required_text(object, "expires")};
  if (!days_of(waiver.expires)) {
    throw object.at("expires").error(fmt::format("expected a day as YYYY-MM-DD, found '{}'", waiver.expires));
  }
  object.finish();
  return waiver;
}

CustomMetric parse_metric(const std::string& name, const json::Value& value) {
  if (metrics::find(name) != nullptr) {
    throw value.error(
        "expected a metric that the catalogue does not know; this one has its class and direction there");
  }
  auto object = value.object();
  CustomMetric metric;
  metric.klass = kClassOf[object.at("class").one_of(kClasses)];
  metric.better = object.at("better").one_of(kDirections) == 0 ? Direction::kLower : Direction::kHigher;
  object.finish();
  return metric;
}

void check_names(const Config& config, const json::Value& root) {
  std::vector<std::string_view> known;
  for (const auto& metric : metrics::all()) known.push_back(metric.name);
  for (const auto& [name, metric] : config.custom_metrics) known.emplace_back(name);
  const auto check = [&](const std::string& name, const char* where) {
    if (name.empty() || name == "*" || std::find(known.begin(), known.end(), name) != known.end()) return;
    throw root.error(
        fmt::format("{}: expected the name of a metric, found '{}'{}", where, name, suggest(name, known)));
  };
  for (const auto& [name, margin] : config.margins.by_metric) check(name, "margins.metrics");
  for (const auto& selector : config.informational) check(selector.metric, "informational");
  for (const auto& waiver : config.waivers) check(waiver.metric, "waivers");
}

}  // namespace

Config parse_config(std::string_view text, const std::string& file) {
  const auto document = json::Document::parse(text, file);
  const auto root = document.root();
  auto object = root.object();
  Config config;
  if (const auto at = object.find("q")) config.q = at->number(1e-9, 0.5);
  if (const auto at = object.find("margins")) config.margins = parse_margins(*at);
  if (const auto at = object.find("fail_on")) {
    for (const auto& one : at->array()) config.fail_on.emplace_back(kFailOn[one.one_of(kFailOn)]);
  }
  config.across_sittings = object.get("across_sittings", false);
  config.top_up = object.get("top_up", false);
  if (const auto at = object.find("informational")) {
    for (const auto& one : at->array()) {
      auto selector = one.object();
      config.informational.push_back(parse_selector(selector));
      selector.finish();
    }
  }
  if (const auto at = object.find("waivers")) {
    for (const auto& one : at->array()) config.waivers.push_back(parse_waiver(one));
  }
  if (const auto at = object.find("metrics")) {
    for (const auto& [name, one] : at->object().members())
      config.custom_metrics[name] = parse_metric(name, one);
  }
  object.finish();
  check_names(config, root);
  return config;
}

std::string dump_config(const Config& config) {
  using Json = nlohmann::ordered_json;
  Json root;
  root["notes"] = "docs/gate.md explains each key; margins are fractions: 0.02 is 2 %, or 2 points";
  root["q"] = config.q;
  auto& margins = root["margins"];
  margins["positive"] = config.margins.positive;
  margins["points_of_wall"] = config.margins.points_of_wall;
  margins["ratio"] = config.margins.ratio;
  margins["metrics"] = Json::object();
  for (const auto& [name, margin] : config.margins.by_metric) margins["metrics"][name] = margin;
  root["fail_on"] = config.fail_on.empty() ? Json({"regression", "missing"}) : Json(config.fail_on);
  root["across_sittings"] = config.across_sittings;
  root["top_up"] = config.top_up;
  root["informational"] = Json::array();
  for (const auto& one : config.informational) {
    root["informational"].push_back(
        {{"schedule", one.schedule}, {"workload", one.workload}, {"metric", one.metric}});
  }
  root["waivers"] = Json::array();
  for (const auto& one : config.waivers) {
    root["waivers"].push_back({{"schedule", one.schedule},
                               {"workload", one.workload},
                               {"metric", one.metric},
                               {"reason", one.reason},
                               {"owner", one.owner},
                               {"expires", one.expires}});
  }
  root["metrics"] = Json::object();
  for (const auto& [name, one] : config.custom_metrics) {
    const char* klass = one.klass == Class::kExact   ? "exact"
                        : one.klass == Class::kRatio ? "ratio"
                                                     : "positive";
    root["metrics"][name] = {{"class", klass},
                             {"better", one.better == Direction::kLower ? "lower" : "higher"}};
  }
  return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string_view config_schema() {
  return schema_files().front().text;
}

}  // namespace offledger::gate
