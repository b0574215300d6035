// SPDX-License-Identifier: Apache-2.0
#include "tests/json_schema/json_schema.hpp"

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

namespace offledger {

using nlohmann::json;
using valijson::adapters::NlohmannJsonAdapter;

struct JsonSchema::Impl {
  json text;
  valijson::Schema schema;
};

JsonSchema::JsonSchema(std::string_view text) : impl_(std::make_unique<Impl>()) {
  impl_->text = json::parse(text);
  valijson::SchemaParser().populateSchema(NlohmannJsonAdapter(impl_->text), impl_->schema);
}

JsonSchema::~JsonSchema() = default;

std::string JsonSchema::errors(std::string_view document) const {
  const json parsed = json::parse(document);
  valijson::ValidationResults results;
  if (valijson::Validator().validate(impl_->schema, NlohmannJsonAdapter(parsed), &results)) return {};
  std::string lines;
  for (valijson::ValidationResults::Error error; results.popError(error);) {
    for (const std::string& part : error.context) lines.append(part);
    lines.append(": ").append(error.description).append("\n");
  }
  return lines.empty() ? "invalid" : lines;
}

}  // namespace offledger
