// SPDX-License-Identifier: Apache-2.0
#include "collectors/import/nsys/enums.hpp"

#include <span>

namespace offledger::importers::nsys {
namespace {

using trace::CopyDirection;
using trace::MemoryKind;
using trace::OverheadKind;
using trace::SyncKind;

/// A name's ending as the export's own tables spell it, its number where there are none, and its meaning.
template <typename Value>
struct Entry {
  std::string_view name;
  std::int64_t usual_id;
  Value value;
};

constexpr Entry<CopyKind> kCopies[] = {
    {"KIND_HTOD", 1, {CopyDirection::kH2D, false}},     {"KIND_DTOH", 2, {CopyDirection::kD2H, false}},
    {"KIND_HTOA", 3, {CopyDirection::kH2D, false}},     {"KIND_ATOH", 4, {CopyDirection::kD2H, false}},
    {"KIND_ATOA", 5, {CopyDirection::kD2D, false}},     {"KIND_ATOD", 6, {CopyDirection::kD2D, false}},
    {"KIND_DTOA", 7, {CopyDirection::kD2D, false}},     {"KIND_DTOD", 8, {CopyDirection::kD2D, false}},
    {"KIND_HTOH", 9, {CopyDirection::kH2H, false}},     {"KIND_PTOP", 10, {CopyDirection::kP2P, false}},
    {"KIND_UVM_HTOD", 11, {CopyDirection::kH2D, true}}, {"KIND_UVM_DTOH", 12, {CopyDirection::kD2H, true}},
    {"KIND_UVM_DTOD", 13, {CopyDirection::kD2D, true}},
};
constexpr Entry<MemoryKind> kMemories[] = {
    {"KIND_PAGEABLE", 0, MemoryKind::kPageable},
    {"KIND_PINNED", 1, MemoryKind::kPinned},
    {"KIND_DEVICE", 2, MemoryKind::kDevice},
    {"KIND_ARRAY", 3, MemoryKind::kArray},
    {"KIND_MANAGED", 4, MemoryKind::kManaged},
    {"KIND_DEVICE_STATIC", 5, MemoryKind::kDevice},
    {"KIND_MANAGED_STATIC", 6, MemoryKind::kManagedStatic},
};
constexpr Entry<SyncKind> kSyncs[] = {
    {"TYPE_EVENT_SYNCHRONIZE", 1, SyncKind::kEvent},
    {"TYPE_STREAM_WAIT_EVENT", 2, SyncKind::kStreamWait},
    {"TYPE_STREAM_SYNCHRONIZE", 3, SyncKind::kStream},
    {"TYPE_CONTEXT_SYNCHRONIZE", 4, SyncKind::kDevice},
};
constexpr Entry<OverheadKind> kOverheads[] = {
    {"CUPTI_BUFFER_FLUSH", 3, OverheadKind::kProfiler},
    {"CUPTI_INSTRUMENTATION", 4, OverheadKind::kProfiler},
    {"CUPTI_RESOURCE", 5, OverheadKind::kProfiler},
    {"RUNTIME_TRIGGERED_MODULE_LOADING", 6, OverheadKind::kLazyLoading},
    {"LAZY_FUNCTION_LOADING", 7, OverheadKind::kLazyLoading},
    {"COMMAND_BUFFER_FULL", 8, OverheadKind::kCommandBufferFull},
};

template <typename Value>
std::map<std::int64_t, Value> numbered(Export& file, const std::string& table,
                                       std::span<const Entry<Value>> entries) {
  std::map<std::int64_t, Value> values;
  file.for_each(table, {"id", "name"}, [&](const Row& row) {
    for (const Entry<Value>& entry : entries) {
      if (row.text(1).ends_with(entry.name)) values[row.integer_or(0, -1)] = entry.value;
    }
  });
  if (!values.empty()) return values;
  for (const Entry<Value>& entry : entries) values[entry.usual_id] = entry.value;
  return values;
}

template <typename Value>
std::optional<Value> found(const std::map<std::int64_t, Value>& values, std::int64_t id) {
  const auto at = values.find(id);
  return at == values.end() ? std::nullopt : std::optional<Value>(at->second);
}

}  // namespace

Enums::Enums(Export& file)
    : copies_(numbered<CopyKind>(file, "ENUM_CUDA_MEMCPY_OPER", kCopies)),
      memories_(numbered<MemoryKind>(file, "ENUM_CUDA_MEM_KIND", kMemories)),
      syncs_(numbered<SyncKind>(file, "ENUM_CUPTI_SYNC_TYPE", kSyncs)),
      overheads_(numbered<OverheadKind>(file, "ENUM_CUPTI_OVERHEAD_TYPE", kOverheads)) {}

CopyKind Enums::copy_kind(std::int64_t id) const {
  return found(copies_, id).value_or(CopyKind{});
}

MemoryKind Enums::memory_kind(std::optional<std::int64_t> id) const {
  return id ? found(memories_, *id).value_or(MemoryKind::kUnknown) : MemoryKind::kUnknown;
}

std::optional<SyncKind> Enums::sync_kind(std::int64_t id) const {
  return found(syncs_, id);
}

OverheadKind Enums::overhead_kind(std::int64_t id) const {
  return found(overheads_, id).value_or(OverheadKind::kOther);
}

}  // namespace offledger::importers::nsys
