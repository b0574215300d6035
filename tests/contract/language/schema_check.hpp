// SPDX-License-Identifier: Apache-2.0
//
// Whether a text is valid by the shipped schedule.schema.json. Shared by the tests that hold schema and
// parser against each other.

#pragma once

// GCC 12 at -O3 reports overlapping copies inside std::string's operator+ (PR 105329), wherever it is
// inlined.
#pragma GCC diagnostic ignored "-Wrestrict"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "schedules/language/schedule.hpp"

namespace offledger::language {

/// What the schema (that of plan files for a plan file) has against the text, one line each; empty where it
/// is valid.
inline std::string schema_errors(std::string_view text) {
  const auto json = nlohmann::json::parse(text);
  const char* file = json.contains("plan") ? "plan.schema.json" : "schedule.schema.json";
  const auto schema_json = nlohmann::json::parse(find_embedded(schema_files(), file)->text);
  valijson::Schema schema;
  valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(schema_json), schema);
  valijson::ValidationResults results;
  valijson::Validator validator;
  if (validator.validate(schema, valijson::adapters::NlohmannJsonAdapter(json), &results)) return {};
  std::string lines;
  for (valijson::ValidationResults::Error error; results.popError(error);)
    lines.append(error.description).append("\n");
  return lines.empty() ? "invalid" : lines;
}

}  // namespace offledger::language
