// SPDX-License-Identifier: Apache-2.0
//
// The file as a whole: which knobs there are, and which of them contradict each other.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "schedules/language/parse.hpp"

namespace offledger::language {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || c == '+';
}

/// What people write for people: checked to be text, not kept.
void parse_prose(json::Object& object) {
  for (const char* key : {"models", "read_from"}) {
    if (const auto value = object.find(key)) (void)value->string();
  }
  for (const char* key : {"approximates", "notes"}) {
    const auto value = object.find(key);
    if (!value) continue;
    for (const json::Value& line : value->array()) (void)line.string();
  }
}

plan::Source parse_source(const json::Value& value) {
  return static_cast<plan::Source>(value.one_of({"pinned", "registered", "pageable", "pinned_on_the_fly"}));
}

void check_streams(const Policy& policy) {
  const Streams& streams = policy.streams;
  std::vector<std::string_view> known(streams.copy.begin(), streams.copy.end());
  const auto is_copy = [&](const std::string& name) {
    return std::find(streams.copy.begin(), streams.copy.end(), name) != streams.copy.end();
  };
  const auto compute = [&](const std::string& name) {
    if (is_copy(name)) {
      throw streams.place.error(
          fmt::format("'{}' is both a copy and a compute stream; write \"copy\": \"compute\" where copies "
                      "share their reader's stream",
                      name));
    }
    known.push_back(name);
  };
  if (streams.compute.all) compute(*streams.compute.all);
  for (const auto& [group, name] : streams.compute.named) compute(name);
  for (const auto& [name, priority] : streams.priority) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      throw streams.place.error(fmt::format("priority names no stream '{}'{}", name, suggest(name, known)));
    }
  }
}

void check_knobs(const Policy& policy) {
  check_streams(policy);
  for (const Issue& issue : policy.issue) {
    if (issue.fence && policy.streams.copy.empty()) {
      throw issue.place.error(
          "'fence' contradicts \"copy\": \"compute\": copies on the compute stream are behind all "
          "compute already. Drop one of them");
    }
  }
  if (policy.wrap && policy.issue.empty()) {
    throw policy.wrap_place.error(
        "expected issue points: without one nothing can be fetched for the next step");
  }
}

}  // namespace

Error Place::error(std::string_view message) const {
  return error_at(where, key.empty() ? std::string(message) : fmt::format("key '{}': {}", key, message));
}

Place place_of(const json::Value& value) {
  return {value.where(), value.path()};
}

std::string parse_name(const json::Value& value) {
  std::string name = value.string();
  const bool good = !name.empty() && name.size() <= 100 && name.front() != '.' && name.front() != '-' &&
                    std::all_of(name.begin(), name.end(), is_name_character);
  if (!good) {
    throw value.error(
        "expected a name of 1 to 100 letters, digits, '_', '-', '.', '+', not beginning with '.' or '-'");
  }
  return name;
}

Nanos parse_micros(const json::Value& value) {
  return nanos(std::llround(value.number(0, 1e9) * 1e3));
}

Policy parse_policy(const json::Value& root) {
  json::Object object = root.object();
  Policy policy;
  policy.place = place_of(root);
  policy.name = parse_name(object.at("name"));
  policy.title = object.at("title").string();
  if (const auto value = object.find("variant_of")) policy.variant_of = parse_name(*value);
  parse_prose(object);
  policy.slots = parse_slots(object.at("slots"));
  if (const auto value = object.find("unit")) policy.units = parse_units(*value);
  if (const auto value = object.find("offload")) policy.offload = parse_offload(*value);
  if (const auto value = object.find("source")) policy.source = parse_source(*value);
  if (const auto value = object.find("wrap")) {
    policy.wrap = value->boolean();
    policy.wrap_place = place_of(*value);
  }
  if (const auto value = object.find("prologue")) policy.issue = parse_prologue(*value);
  if (const auto value = object.find("issue")) {
    for (Issue& issue : parse_issues(*value)) policy.issue.push_back(std::move(issue));
  }
  if (const auto value = object.find("ready")) policy.ready = parse_ready(*value);
  if (const auto value = object.find("release")) policy.release = parse_release(*value);
  if (const auto value = object.find("streams")) {
    policy.streams = parse_streams(*value);
  } else {
    policy.streams.copy = {"weight_h2d"};
    policy.streams.compute.all = "compute";
  }
  if (const auto value = object.find("copy")) policy.copy = parse_copy(*value);
  if (const auto value = object.find("host")) policy.host = parse_host(*value);
  object.finish();
  check_knobs(policy);
  return policy;
}

}  // namespace offledger::language
