// SPDX-License-Identifier: Apache-2.0
#include "schedules/base/csv.hpp"

namespace offledger {

std::vector<std::string> csv_fields(std::string_view line, const Where& where) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += line[i++];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  if (quoted) throw error_at(where, "expected a closing quote before the end of the line, found none");
  return fields;
}

}  // namespace offledger
