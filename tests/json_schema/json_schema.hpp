// SPDX-License-Identifier: Apache-2.0
//
// A JSON Schema, and what it has against documents: for the tests that hold the shipped schemas and the
// parsers against each other. The validator's headers are compiled here alone.

#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace offledger {

class JsonSchema {
 public:
  /// The schema's text, JSON. Throws nlohmann::json::parse_error.
  explicit JsonSchema(std::string_view text);
  ~JsonSchema();
  JsonSchema(const JsonSchema&) = delete;
  JsonSchema& operator=(const JsonSchema&) = delete;

  /// A line an error, place and reason; empty where the document is valid. Throws
  /// nlohmann::json::parse_error.
  [[nodiscard]] std::string errors(std::string_view document) const;
  [[nodiscard]] bool takes(std::string_view document) const { return errors(document).empty(); }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace offledger
