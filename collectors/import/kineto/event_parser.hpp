// SPDX-License-Identifier: Apache-2.0
//
// The events of one slice, read with simdjson's On-Demand API: values that no record needs are stepped over,
// not parsed.

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "collectors/import/kineto/event.hpp"
#include "collectors/import/kineto/event_slicer.hpp"

namespace offledger::importers {

/// Why a slice could not be read, and where in the file.
struct ParseFailure {
  std::string what;
  std::uint64_t offset = 0;
};

/// Keeps simdjson's buffers from slice to slice. Threads: one at a time.
class EventParser {
 public:
  EventParser();
  ~EventParser();
  EventParser(EventParser&&) noexcept;
  EventParser& operator=(EventParser&&) noexcept;

  /// Calls `take` for each event, in the slice's order; events of Category::kOther come without args. An
  /// element that is no object comes as an Event without a phase. Nothing where the whole slice was
  /// well-formed.
  std::optional<ParseFailure> parse(const Slice& slice, const std::function<void(const Event&)>& take);

 private:
  struct Buffers;
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace offledger::importers
