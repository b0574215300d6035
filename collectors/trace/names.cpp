// SPDX-License-Identifier: Apache-2.0
#include "collectors/trace/timeline.hpp"

namespace offledger::trace {

std::string_view name_of(CopyDirection direction) noexcept {
  switch (direction) {
    case CopyDirection::kH2D: return "H2D";
    case CopyDirection::kD2H: return "D2H";
    case CopyDirection::kD2D: return "D2D";
    case CopyDirection::kH2H: return "H2H";
    case CopyDirection::kP2P: return "P2P";
    case CopyDirection::kUnknown: break;
  }
  return "unknown";
}

std::string_view name_of(MemoryKind kind) noexcept {
  switch (kind) {
    case MemoryKind::kPageable: return "pageable";
    case MemoryKind::kPinned: return "pinned";
    case MemoryKind::kDevice: return "device";
    case MemoryKind::kArray: return "array";
    case MemoryKind::kManaged: return "managed";
    case MemoryKind::kManagedStatic: return "managed static";
    case MemoryKind::kUnknown: break;
  }
  return "unknown";
}

std::string_view name_of(DeviceKind kind) noexcept {
  switch (kind) {
    case DeviceKind::kCuda: return "cuda";
    case DeviceKind::kSim: return "sim";
    case DeviceKind::kImport: break;
  }
  return "import";
}

std::string_view name_of(OverheadKind kind) noexcept {
  switch (kind) {
    case OverheadKind::kProfiler: return "profiler";
    case OverheadKind::kCommandBufferFull: return "command buffer full";
    case OverheadKind::kLazyLoading: return "lazy loading";
    case OverheadKind::kOther: break;
  }
  return "other";
}

std::string_view name_of(SyncKind kind) noexcept {
  switch (kind) {
    case SyncKind::kEvent: return "event";
    case SyncKind::kStreamWait: return "stream wait";
    case SyncKind::kStream: return "stream";
    case SyncKind::kDevice: break;
  }
  return "device";
}

}  // namespace offledger::trace
