// SPDX-License-Identifier: Apache-2.0
//
// The knobs of a schedule file, one function each: takes the knob's value, gives its part of a Policy. Limits
// here are of what can be meant (a slot count of a billion cannot); what a model can take is for bind().

#pragma once

#include "schedules/base/json.hpp"
#include "schedules/language/policy.hpp"

namespace offledger::language {

Place place_of(const json::Value& value);

/// A name for schedules, streams and groups: letters, digits, '_', '-', '.', '+', not beginning with '.' or
/// '-', at most 100 of them; so that it can be a file's name, an SQL key and a label.
std::string parse_name(const json::Value& value);

Nanos parse_micros(const json::Value& value);

Units parse_units(const json::Value& value);
Offload parse_offload(const json::Value& value);
Slots parse_slots(const json::Value& value);
Streams parse_streams(const json::Value& value);
Ready parse_ready(const json::Value& value);
Release parse_release(const json::Value& value);
CopyKnob parse_copy(const json::Value& value);
Host parse_host(const json::Value& value);
std::vector<Issue> parse_issues(const json::Value& value);
/// Issue points without `at`, `unit` and `fence`: what is fetched at the head of a step.
std::vector<Issue> parse_prologue(const json::Value& value);

/// Calls `one` for a value that stands for every group, or for each member of an object that names groups.
template <typename T, typename Parse>
PerGroup<T> parse_per_group(const json::Value& value, Parse parse) {
  PerGroup<T> result;
  result.place = place_of(value);
  if (value.kind() != json::Kind::kObject) {
    result.all = parse(value);
    return result;
  }
  for (const auto& [group, each] : value.object().members()) result.named.emplace_back(group, parse(each));
  if (result.named.empty())
    throw value.error("expected a value, or an object with one for each group; it names none");
  return result;
}

}  // namespace offledger::language
