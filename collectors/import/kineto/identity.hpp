// SPDX-License-Identifier: Apache-2.0
//
// Process and thread ids of a trace: numbers in most, names in some ("Spans", "stream 7", "rank 0").

#pragma once

#include <cstdint>
#include <string_view>

namespace offledger::importers {

struct NativeId {
  std::uint64_t value = 0;
  std::string_view name;  ///< where the id was a name
};

/// A raw JSON token without its quotes, if it has them.
std::string_view unquoted(std::string_view token) noexcept;

/// The process id in a raw JSON token. A name, and a number that is no process id, gets a number above any
/// that an operating system gives, the same for equal tokens.
NativeId process_id(std::string_view token) noexcept;
NativeId thread_id(std::string_view token) noexcept;

}  // namespace offledger::importers
