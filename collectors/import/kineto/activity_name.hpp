// SPDX-License-Identifier: Apache-2.0
//
// What the names of GPU activities in a trace say: "Memcpy HtoD (Pinned -> Device)" is all that Kineto tells
// about a copy's direction and memory.

#pragma once

#include <optional>
#include <string_view>

#include "collectors/trace/timeline.hpp"

namespace offledger::importers {

struct CopyName {
  trace::CopyDirection direction = trace::CopyDirection::kUnknown;
  trace::MemoryKind source = trace::MemoryKind::kUnknown;
  trace::MemoryKind target = trace::MemoryKind::kUnknown;
};
/// Also HIP's "CopyHostToDevice". What a name does not say stays unknown.
CopyName read_copy_name(std::string_view name) noexcept;

/// "Command Buffer Full", "Lazy Function Loading", "Activity Buffer Request", ...
trace::OverheadKind overhead_kind(std::string_view name) noexcept;

/// "Stream Wait Event", "Event Sync", "Stream Sync", "Context Sync"; nothing for any other.
std::optional<trace::SyncKind> sync_kind(std::string_view name) noexcept;

}  // namespace offledger::importers
