// SPDX-License-Identifier: Apache-2.0
//
// The knobs `issue` and `prologue`: at which points of a step the host enqueues copies, and of which units.

#include <fmt/format.h>

#include "schedules/language/parse.hpp"

namespace offledger::language {
namespace {

constexpr std::int64_t kMostAhead = 1'000'000;
constexpr std::size_t kMostPoints = 1000;

std::uint32_t distance(const json::Value& value) {
  return static_cast<std::uint32_t>(value.integer(0, kMostAhead));
}

void parse_range_or_bytes(const json::Value& value, Issue& issue) {
  json::Object object = value.object();
  if (const auto bytes = object.find("bytes")) {
    issue.in = AheadIn::kBytes;
    issue.bytes = static_cast<std::uint64_t>(bytes->integer(1));
  } else {
    const Range range{distance(object.at("from")), distance(object.at("to"))};
    if (range.from > range.to) {
      throw value.error(fmt::format("expected from <= to; found from {} to {}", range.from, range.to));
    }
    issue.ahead.push_back(range);
  }
  object.finish();
}

void parse_ahead(const json::Value& value, Issue& issue) {
  switch (value.kind()) {
    case json::Kind::kObject: parse_range_or_bytes(value, issue); break;
    case json::Kind::kArray:
      for (const json::Value& each : value.array()) {
        const std::uint32_t k = distance(each);
        issue.ahead.push_back({k, k});
      }
      if (issue.ahead.empty()) throw value.error("expected at least one distance");
      break;
    default: {
      const std::uint32_t k = distance(value);
      issue.ahead.push_back({k, k});
    }
  }
}

std::vector<json::Value> points(const json::Value& value) {
  std::vector<json::Value> all = value.array();
  if (all.size() > kMostPoints)
    throw value.error(fmt::format("expected at most {} issue points", kMostPoints));
  return all;
}

/// What an issue point and a prologue entry share: `fetch`, `ahead`, `in`.
void parse_fetch(json::Object& object, Issue& issue) {
  const auto fetch = object.find("fetch");
  if (fetch) issue.fetch = fetch->string();
  parse_ahead(object.at("ahead"), issue);
  if (const auto in = object.find("in")) {
    const bool units = in->one_of({"layers", "units"}) == 1;
    if (issue.in == AheadIn::kBytes)
      throw in->error("contradicts \"ahead\": {\"bytes\"}, which counts in bytes");
    if (units) issue.in = AheadIn::kUnits;
  }
  if (fetch && issue.in != AheadIn::kLayers) {
    throw fetch->error(
        "contradicts an \"ahead\" in units or bytes, which counts units of every group. Drop one of them");
  }
}

}  // namespace

std::vector<Issue> parse_issues(const json::Value& value) {
  std::vector<Issue> issues;
  for (const json::Value& each : points(value)) {
    json::Object object = each.object();
    Issue issue;
    issue.place = place_of(each);
    issue.at =
        static_cast<At>(object.at("at").one_of({"before_compute", "after_ready", "during", "after_compute"}));
    issue.unit = object.get("unit", "");
    parse_fetch(object, issue);
    issue.fence = object.get("fence", false);
    object.finish();
    issues.push_back(std::move(issue));
  }
  return issues;
}

std::vector<Issue> parse_prologue(const json::Value& value) {
  std::vector<Issue> issues;
  for (const json::Value& each : points(value)) {
    json::Object object = each.object();
    Issue issue;
    issue.place = place_of(each);
    issue.at = At::kPrologue;
    parse_fetch(object, issue);
    object.finish();
    issues.push_back(std::move(issue));
  }
  return issues;
}

}  // namespace offledger::language
