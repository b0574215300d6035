// SPDX-License-Identifier: Apache-2.0
#include "collectors/import/kineto/activity_name.hpp"

namespace offledger::importers {
namespace {

using trace::CopyDirection;
using trace::MemoryKind;
using trace::OverheadKind;
using trace::SyncKind;

bool has(std::string_view text, std::string_view part) noexcept {
  return text.find(part) != text.npos;
}

struct DirectionWord {
  std::string_view word;
  CopyDirection direction;
};
// An array is device memory: HtoA moves over the link as HtoD does.
constexpr DirectionWord kDirections[] = {
    {"HtoD", CopyDirection::kH2D},           {"DtoH", CopyDirection::kD2H},
    {"DtoD", CopyDirection::kD2D},           {"HtoH", CopyDirection::kH2H},
    {"PtoP", CopyDirection::kP2P},           {"HtoA", CopyDirection::kH2D},
    {"AtoH", CopyDirection::kD2H},           {"AtoA", CopyDirection::kD2D},
    {"AtoD", CopyDirection::kD2D},           {"DtoA", CopyDirection::kD2D},
    {"HostToDevice", CopyDirection::kH2D},   {"DeviceToHost", CopyDirection::kD2H},
    {"DeviceToDevice", CopyDirection::kD2D}, {"HostToHost", CopyDirection::kH2H},
};

struct MemoryWord {
  std::string_view word;
  MemoryKind kind;
};
constexpr MemoryWord kMemories[] = {
    {"Pageable", MemoryKind::kPageable},
    {"Pinned", MemoryKind::kPinned},
    {"Device", MemoryKind::kDevice},
    {"Device Static", MemoryKind::kDevice},
    {"Array", MemoryKind::kArray},
    {"Managed", MemoryKind::kManaged},
    {"Managed Static", MemoryKind::kManagedStatic},
};

MemoryKind memory_of(std::string_view word) noexcept {
  while (word.starts_with(' ')) word.remove_prefix(1);
  while (word.ends_with(' ')) word.remove_suffix(1);
  for (const MemoryWord& known : kMemories) {
    if (word == known.word) return known.kind;
  }
  return MemoryKind::kUnknown;
}

}  // namespace

CopyName read_copy_name(std::string_view name) noexcept {
  CopyName copy;
  for (const DirectionWord& known : kDirections) {
    if (!has(name, known.word)) continue;
    copy.direction = known.direction;
    break;
  }
  const std::size_t open = name.find('(');
  const std::size_t arrow = name.find("->");
  const std::size_t close = name.rfind(')');
  if (open < arrow && arrow < close && close != name.npos) {
    copy.source = memory_of(name.substr(open + 1, arrow - open - 1));
    copy.target = memory_of(name.substr(arrow + 2, close - arrow - 2));
  }
  return copy;
}

OverheadKind overhead_kind(std::string_view name) noexcept {
  if (has(name, "Command Buffer Full") || has(name, "Command buffer full"))
    return OverheadKind::kCommandBufferFull;
  if (has(name, "Lazy") || has(name, "Module Loading")) return OverheadKind::kLazyLoading;
  for (const std::string_view mark : {"Buffer", "Instrumentation", "Resource"}) {
    if (has(name, mark)) return OverheadKind::kProfiler;
  }
  return OverheadKind::kOther;
}

std::optional<SyncKind> sync_kind(std::string_view name) noexcept {
  if (name == "Stream Wait Event") return SyncKind::kStreamWait;
  if (name == "Event Sync") return SyncKind::kEvent;
  if (name == "Stream Sync") return SyncKind::kStream;
  if (name == "Context Sync") return SyncKind::kDevice;
  return std::nullopt;
}

}  // namespace offledger::importers
