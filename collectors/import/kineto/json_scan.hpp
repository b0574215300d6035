// SPDX-License-Identifier: Apache-2.0
//
// Where things end in JSON text, told by its strings and brackets alone, a byte at a time and across any cut
// of the input. It finds the frame of a trace (the top-level keys, the events array) at any size; what stands
// inside is simdjson's to judge.

#pragma once

#include <cstdint>

namespace offledger::importers {

/// Follows JSON text byte by byte.
class JsonScan {
 public:
  /// Takes the next byte.
  void step(char c) noexcept {
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
      return;
    }
    switch (c) {
      case '"': in_string_ = true; break;
      case '{':
      case '[': ++depth_; break;
      case '}':
      case ']': --depth_; break;
      default: break;
    }
  }
  /// Brackets open; below 0 where one was closed that was open at the start.
  [[nodiscard]] std::int64_t depth() const noexcept { return depth_; }
  [[nodiscard]] bool in_string() const noexcept { return in_string_; }

 private:
  std::int64_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

constexpr bool is_json_space(char c) noexcept {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

}  // namespace offledger::importers
