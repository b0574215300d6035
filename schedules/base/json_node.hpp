// SPDX-License-Identifier: Apache-2.0
//
// The tree behind json::Document: values with the place where each began. Private to schedules/base.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schedules/base/json.hpp"

namespace offledger::json {

struct Node {
  Kind kind = Kind::kNull;
  int line = 0;
  int column = 0;
  bool boolean = false;
  std::int64_t integer = 0;
  double number = 0;
  std::string text;
  std::vector<Node> items;                            ///< of an array
  std::vector<std::pair<std::string, Node>> members;  ///< of an object, in the file's order

  [[nodiscard]] const Node* find(std::string_view key) const noexcept {
    for (const auto& [name, node] : members) {
      if (name == key) return &node;
    }
    return nullptr;
  }
};

/// Parses with simdjson's On-Demand API, which gives each value's place. Throws as Document::parse says.
Node parse_tree(std::string_view text, const std::string& file);

}  // namespace offledger::json
