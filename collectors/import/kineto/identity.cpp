// SPDX-License-Identifier: Apache-2.0
#include "collectors/import/kineto/identity.hpp"

#include "collectors/import/kineto/exact_time.hpp"

namespace offledger::importers {
namespace {

constexpr std::int64_t kMostPid = std::int64_t{1} << 30;
constexpr std::uint64_t kInventedPid = std::uint64_t{1} << 31;

/// FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/).
std::uint64_t fnv(std::string_view text) noexcept {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return hash;
}

}  // namespace

std::string_view unquoted(std::string_view token) noexcept {
  return token.size() >= 2 && token.front() == '"' ? token.substr(1, token.size() - 2) : token;
}

NativeId process_id(std::string_view token) noexcept {
  const std::string_view text = unquoted(token);
  const auto number = integer_of(text);
  if (number && *number >= 0 && *number < kMostPid) return {static_cast<std::uint64_t>(*number), {}};
  // Never 2^32 - 1, which stands for a process that is not known yet.
  return {kInventedPid | (fnv(text) & 0x3FFFFFFF), text};
}

NativeId thread_id(std::string_view token) noexcept {
  const std::string_view text = unquoted(token);
  if (const auto number = integer_of(text)) return {static_cast<std::uint64_t>(*number), {}};
  return {fnv(text), text};
}

}  // namespace offledger::importers
