// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/markers.hpp"

#include <string_view>

#include "collectors/trace/nvtx_payload.hpp"

namespace offledger::cupti {
namespace {

std::optional<std::uint64_t> payload_of(const CUpti_ActivityMarkerData2& data) {
  switch (data.payloadKind) {
    case CUPTI_METRIC_VALUE_KIND_UINT64: return data.payload.metricValueUint64;
    case CUPTI_METRIC_VALUE_KIND_INT64: return static_cast<std::uint64_t>(data.payload.metricValueInt64);
    default: return std::nullopt;
  }
}

}  // namespace

void Markers::add(const CUpti_ActivityMarker2& marker) {
  const Nanos when{static_cast<std::int64_t>(marker.timestamp) - origin_};
  Pending& pending = pending_[marker.id];
  if (marker.flags & CUPTI_ACTIVITY_FLAG_MARKER_END) {
    pending.range.end = when;
    pending.ended = true;
    return;
  }
  pending.range.begin = when;
  pending.started = true;
  if (marker.flags & CUPTI_ACTIVITY_FLAG_MARKER_INSTANTANEOUS) {
    pending.range.end = when;
    pending.ended = true;
  }
  if (marker.objectKind == CUPTI_ACTIVITY_OBJECT_THREAD) {
    pending.range.thread = rows_.thread(marker.objectId.pt.threadId);
  }
  if (marker.name != nullptr) pending.range.name = timeline_.intern(marker.name);
  if (marker.domain != nullptr) pending.range.domain = timeline_.intern(marker.domain);
}

void Markers::add(const CUpti_ActivityMarkerData2& data) {
  pending_[data.id].payload = payload_of(data);
}

void Markers::settle() {
  for (auto at = pending_.begin(); at != pending_.end();) {
    Pending& pending = at->second;
    if (pending.seen_whole) {
      emit(pending);
      at = pending_.erase(at);
    } else {
      pending.seen_whole = pending.started && pending.ended;
      ++at;
    }
  }
}

void Markers::finish() {
  for (const auto& [id, pending] : pending_) {
    if (pending.started && pending.ended) {
      emit(pending);
    } else if (pending.started || pending.ended) {
      ++timeline_.defects.missing_durations;
    }
  }
  pending_.clear();
}

void Markers::emit(const Pending& pending) {
  trace::Range range = pending.range;
  if (pending.payload && timeline_.text(range.domain) == trace::kNvtxDomain) {
    const trace::NvtxPayload payload = trace::unpack(*pending.payload);
    range.kind = payload.kind;
    range.step = payload.step;
    range.layer = payload.layer;
    range.slot = payload.slot;
    if (payload.group_row != trace::kNoRow) range.group = group_of(range.name);
  }
  timeline_.ranges.push_back(range);
}

trace::StringId Markers::group_of(trace::StringId name) {
  const std::string& text = timeline_.text(name);
  const std::size_t dot = text.rfind('.');
  if (dot == std::string::npos) return trace::StringId::kEmpty;
  return timeline_.intern(std::string(text, dot + 1));
}

}  // namespace offledger::cupti
