// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/markers.hpp"

namespace offledger::cupti {
namespace {

std::optional<std::uint64_t> payload_of(const CUpti_ActivityMarkerData2& data) {
  switch (data.payloadKind) {
    case CUPTI_METRIC_VALUE_KIND_UINT64:
      return data.payload.metricValueUint64;
    case CUPTI_METRIC_VALUE_KIND_INT64:
      return static_cast<std::uint64_t>(data.payload.metricValueInt64);
    default:
      return std::nullopt;
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

void Markers::emit(const Pending& pending) { timeline_.ranges.push_back(pending.range); }

}  // namespace offledger::cupti
