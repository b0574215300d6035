// SPDX-License-Identifier: Apache-2.0
#include "schedules/base/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace offledger {
namespace {

/// Levenshtein distance; words are short.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({substitute, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

constexpr std::size_t kLongestName = 64;

}  // namespace

std::string to_string(const Where& where) {
  if (where.line == 0) return where.file;
  return fmt::format("{}:{}:{}", where.file, where.line, where.column);
}

Error error_at(const Where& where, std::string_view message) {
  return Error(ErrorKind::kUsage, fmt::format("{}: {}", to_string(where), message));
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  if (word.empty() || word.size() > kLongestName) return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > kLongestName) continue;
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string suggest(std::string_view word, const std::vector<std::string_view>& candidates) {
  if (const std::string_view close = nearest(word, candidates); !close.empty()) {
    return fmt::format(" (did you mean '{}'?)", close);
  }
  if (candidates.empty()) return {};
  return fmt::format("; known: {}", fmt::join(candidates, ", "));
}

}  // namespace offledger
