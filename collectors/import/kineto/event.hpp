// SPDX-License-Identifier: Apache-2.0
//
// One event of a trace as its JSON says it: the fields that matter, as tokens or numbers, none of them
// interpreted.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace offledger::importers {

/// What an event's "cat" makes of it. kOther is everything that no Timeline holds: operators, flows, Python
/// frames.
enum class Category : std::uint8_t {
  kNone,
  kKernel,
  kCopy,
  kMemset,
  kRuntime,
  kDriver,
  kAnnotation,
  kSync,
  kOverhead,
  kOther,
};
Category category_of(std::string_view cat) noexcept;

/// Views are into the slice or the parser, valid until the next event. Tokens are raw JSON, strings with
/// quotes.
struct Event {
  char phase = '\0';
  Category category = Category::kNone;
  std::string_view category_name;
  std::string_view name;
  std::string_view pid, tid, begin, duration;

  // From "args".
  std::string_view sync_kind;
  std::string_view given_name;  ///< of a process or thread
  std::optional<std::int64_t> device, context, stream, correlation, bytes, graph, graph_node;
  std::optional<std::int64_t> awaited_stream, awaited_record, awaited_event;
};

}  // namespace offledger::importers
