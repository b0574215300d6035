// SPDX-License-Identifier: Apache-2.0
//
// Whether a text is valid by the shipped schedule.schema.json. Shared by the tests that hold schema and
// parser against each other.

#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "schedules/language/schedule.hpp"
#include "tests/json_schema/json_schema.hpp"

namespace offledger::language {

/// What the schema (that of plan files for a plan file) has against the text, one line each; empty where it
/// is valid.
inline std::string schema_errors(std::string_view text) {
  const char* file =
      nlohmann::json::parse(text).contains("plan") ? "plan.schema.json" : "schedule.schema.json";
  return JsonSchema(find_embedded(schema_files(), file)->text).errors(text);
}

}  // namespace offledger::language
