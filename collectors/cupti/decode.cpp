// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/decode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string>
#include <unordered_set>

#include "collectors/cupti/convert.hpp"
#include "collectors/cupti/nested_calls.hpp"
#include "collectors/trace/nvtx_payload.hpp"
#include "collectors/trace/vocabulary.hpp"

namespace offledger::cupti {
namespace {

using trace::Correlation;

template <typename Record>
Record& as(CUpti_Activity& record) {
  return reinterpret_cast<Record&>(record);
}

trace::EventSync event_sync(std::uint64_t id) {
  const bool none =
      id == CUPTI_SYNCHRONIZATION_INVALID_VALUE || id == std::numeric_limits<std::uint64_t>::max();
  return none ? trace::EventSync::kNone : static_cast<trace::EventSync>(id);
}

std::optional<trace::SyncKind> sync_kind(CUpti_ActivitySynchronizationType type) {
  switch (type) {
    case CUPTI_ACTIVITY_SYNCHRONIZATION_TYPE_EVENT_SYNCHRONIZE: return trace::SyncKind::kEvent;
    case CUPTI_ACTIVITY_SYNCHRONIZATION_TYPE_STREAM_WAIT_EVENT: return trace::SyncKind::kStreamWait;
    case CUPTI_ACTIVITY_SYNCHRONIZATION_TYPE_STREAM_SYNCHRONIZE: return trace::SyncKind::kStream;
    case CUPTI_ACTIVITY_SYNCHRONIZATION_TYPE_CONTEXT_SYNCHRONIZE: return trace::SyncKind::kDevice;
    default: return std::nullopt;
  }
}

}  // namespace

Decoder::Decoder(std::uint32_t pid, std::int64_t origin)
    : origin_(origin), rows_(timeline_, pid), markers_(timeline_, rows_, origin) {
  timeline_.source.device_kind = trace::DeviceKind::kCuda;
  timeline_.source.tool = "cupti";
  timeline_.source.clock_origin = origin;
}

void Decoder::buffer(std::uint8_t* data, std::size_t valid_bytes) {
  CUpti_Activity* next = nullptr;
  while (valid_bytes > 0 && cuptiActivityGetNextRecord(data, valid_bytes, &next) == CUPTI_SUCCESS)
    record(*next);
}

void Decoder::record(CUpti_Activity& record) {
  ++records_;
  switch (record.kind) {
    case CUPTI_ACTIVITY_KIND_KERNEL:
    case CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL: return add(as<CUpti_ActivityKernel10>(record));
    case CUPTI_ACTIVITY_KIND_MEMCPY: return add(as<CUpti_ActivityMemcpy6>(record));
    case CUPTI_ACTIVITY_KIND_MEMCPY2: return add(as<CUpti_ActivityMemcpyPtoP4>(record));
    case CUPTI_ACTIVITY_KIND_MEMSET: return add(as<CUpti_ActivityMemset4>(record));
    case CUPTI_ACTIVITY_KIND_GRAPH_TRACE: return add(as<CUpti_ActivityGraphTrace2>(record));
    case CUPTI_ACTIVITY_KIND_RUNTIME: return add(as<CUpti_ActivityAPI>(record), trace::Api::kRuntime);
    case CUPTI_ACTIVITY_KIND_DRIVER: return add(as<CUpti_ActivityAPI>(record), trace::Api::kDriver);
    case CUPTI_ACTIVITY_KIND_SYNCHRONIZATION: return add(as<CUpti_ActivitySynchronization2>(record));
    case CUPTI_ACTIVITY_KIND_CUDA_EVENT: return add(as<CUpti_ActivityCudaEvent2>(record));
    case CUPTI_ACTIVITY_KIND_OVERHEAD: return add(as<CUpti_ActivityOverhead3>(record));
    case CUPTI_ACTIVITY_KIND_MARKER: return markers_.add(as<CUpti_ActivityMarker2>(record));
    case CUPTI_ACTIVITY_KIND_MARKER_DATA: return markers_.add(as<CUpti_ActivityMarkerData2>(record));
    case CUPTI_ACTIVITY_KIND_DEVICE: return add(as<CUpti_ActivityDevice5>(record));
    case CUPTI_ACTIVITY_KIND_CONTEXT:
      return rows_.context(as<CUpti_ActivityContext3>(record).contextId,
                           as<CUpti_ActivityContext3>(record).deviceId);
    case CUPTI_ACTIVITY_KIND_NAME: return add(as<CUpti_ActivityName>(record));
    default: return unknown();
  }
}

void Decoder::dropped(std::uint64_t records) {
  timeline_.defects.dropped_records += records;
}

void Decoder::step(std::uint32_t number, Nanos begin, Nanos end, std::uint32_t thread) {
  trace::Range range;
  range.begin = begin - Nanos(origin_);
  range.end = end - Nanos(origin_);
  range.thread = rows_.thread(thread);
  range.name = timeline_.intern("step " + std::to_string(number));
  range.domain = timeline_.intern(trace::kNvtxDomain);
  range.kind = trace::RangeKind::kStep;
  range.step = static_cast<std::int32_t>(number);
  timeline_.ranges.push_back(range);
}

bool Decoder::usable(std::uint64_t start, std::uint64_t end) {
  if (start == 0 && end == 0) {
    ++timeline_.defects.zero_timestamps;
  } else if (end == 0) {
    ++timeline_.defects.missing_durations;  // the flush was forced while it ran
  } else if (end < start) {
    ++timeline_.defects.negative_durations;
  } else {
    return true;
  }
  return false;
}

Nanos Decoder::at(std::uint64_t timestamp) const noexcept {
  return Nanos(static_cast<std::int64_t>(timestamp) - origin_);
}

void Decoder::add(const CUpti_ActivityKernel10& kernel) {
  if (!usable(kernel.start, kernel.end)) return;
  trace::Kernel row;
  row.begin = at(kernel.start);
  row.end = at(kernel.end);
  row.stream = rows_.stream(kernel.deviceId, kernel.contextId, kernel.streamId);
  row.name = rows_.kernel(kernel.name);
  row.correlation = Correlation{kernel.correlationId};
  row.kind = trace::kernel_class(timeline_.text(row.name));
  row.graph = kernel.graphId;
  row.graph_node = kernel.graphNodeId;
  timeline_.kernels.push_back(row);
}

void Decoder::add(const CUpti_ActivityMemcpy6& copy) {
  if (!usable(copy.start, copy.end)) return;
  trace::Copy row;
  row.begin = at(copy.start);
  row.end = at(copy.end);
  row.stream = rows_.stream(copy.deviceId, copy.contextId, copy.streamId);
  row.correlation = Correlation{copy.correlationId};
  row.bytes = copy.bytes;
  row.direction = direction_of(copy.copyKind);
  row.source = memory_kind_of(copy.srcKind);
  row.target = memory_kind_of(copy.dstKind);
  row.channel = channel_of(copy.channelType);
  row.channel_id = copy.channelID;
  row.count = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(copy.copyCount, 1, 0xFFFFFFFF));
  row.graph = copy.graphId;
  if (row.direction == trace::CopyDirection::kUnknown) unknown();
  if (copy.runtimeCorrelationId != 0 && copy.runtimeCorrelationId != copy.correlationId) {
    runtime_of_copy_.emplace_back(timeline_.copies.size(), Correlation{copy.runtimeCorrelationId});
  }
  timeline_.copies.push_back(row);
}

void Decoder::add(const CUpti_ActivityMemcpyPtoP4& copy) {
  if (!usable(copy.start, copy.end)) return;
  trace::Copy row;
  row.begin = at(copy.start);
  row.end = at(copy.end);
  row.stream = rows_.stream(copy.deviceId, copy.contextId, copy.streamId);
  row.correlation = Correlation{copy.correlationId};
  row.bytes = copy.bytes;
  row.direction = trace::CopyDirection::kP2P;
  row.source = memory_kind_of(copy.srcKind);
  row.target = memory_kind_of(copy.dstKind);
  row.channel = channel_of(copy.channelType);
  row.channel_id = copy.channelID;
  row.graph = copy.graphId;
  timeline_.copies.push_back(row);
}

void Decoder::add(const CUpti_ActivityMemset4& memset) {
  if (!usable(memset.start, memset.end)) return;
  trace::Memset row;
  row.begin = at(memset.start);
  row.end = at(memset.end);
  row.stream = rows_.stream(memset.deviceId, memset.contextId, memset.streamId);
  row.correlation = Correlation{memset.correlationId};
  row.bytes = memset.bytes;
  row.graph = memset.graphId;
  timeline_.memsets.push_back(row);
}

void Decoder::add(const CUpti_ActivityGraphTrace2& graph) {
  if (!usable(graph.start, graph.end)) return;
  trace::Kernel row;
  row.begin = at(graph.start);
  row.end = at(graph.end);
  // A graph that begins on the host names no device and no context.
  const bool on_host =
      graph.contextId == static_cast<std::uint32_t>(std::numeric_limits<std::int32_t>::max());
  row.stream = on_host ? rows_.stream(graph.endDeviceId, graph.endContextId, graph.streamId)
                       : rows_.stream(graph.deviceId, graph.contextId, graph.streamId);
  row.name = timeline_.intern("CUDA graph " + std::to_string(graph.graphId));
  row.correlation = Correlation{graph.correlationId};
  row.graph = graph.graphId;
  timeline_.kernels.push_back(row);
}

void Decoder::add(const CUpti_ActivityAPI& call, trace::Api api) {
  if (!usable(call.start, call.end)) return;
  bool known = false;
  trace::HostCall row;
  row.begin = at(call.start);
  row.end = at(call.end);
  row.thread = rows_.thread(call.threadId);
  row.name = rows_.api(api, call.cbid, known);
  row.correlation = Correlation{call.correlationId};
  row.api = api;
  row.result = static_cast<std::int32_t>(call.returnValue);
  if (!known) unknown();
  timeline_.calls.push_back(row);
}

void Decoder::add(const CUpti_ActivitySynchronization2& sync) {
  const auto kind = sync_kind(sync.type);
  if (!kind) return unknown();
  if (!usable(sync.start, sync.end)) return;
  trace::Sync row;
  row.begin = at(sync.start);
  row.end = at(sync.end);
  row.kind = *kind;
  row.stream = rows_.stream(sync.contextId, sync.streamId);
  row.event = event_sync(sync.cudaEventSyncId);
  row.correlation = Correlation{sync.correlationId};
  timeline_.syncs.push_back(row);
}

void Decoder::add(const CUpti_ActivityCudaEvent2& event) {
  trace::EventRecord row;
  row.event = event_sync(event.cudaEventSyncId);
  row.stream = rows_.stream(event.deviceId, event.contextId, event.streamId);
  row.correlation = Correlation{event.correlationId};
  row.handle = event.eventId;
  if (event.deviceTimestamp != 0) row.device_time = at(event.deviceTimestamp);
  timeline_.event_records.push_back(row);
}

void Decoder::add(CUpti_ActivityOverhead3& overhead) {
  std::free(overhead.overheadData);
  overhead.overheadData = nullptr;
  if (!usable(overhead.start, overhead.end)) return;
  trace::Overhead row;
  row.begin = at(overhead.start);
  row.end = at(overhead.end);
  row.kind = overhead_kind_of(overhead.overheadKind);
  if (overhead.objectKind == CUPTI_ACTIVITY_OBJECT_THREAD)
    row.thread = rows_.thread(overhead.objectId.pt.threadId);
  row.name = timeline_.intern(overhead_name_of(overhead.overheadKind));
  timeline_.overheads.push_back(row);
}

void Decoder::add(CUpti_ActivityDevice5& device) {
  rows_.device(device.id, device.name);
  std::free(const_cast<char*>(device.name));
  device.name = nullptr;
}

void Decoder::add(const CUpti_ActivityName& name) {
  if (name.name == nullptr) return;
  if (name.objectKind == CUPTI_ACTIVITY_OBJECT_THREAD) {
    rows_.name_thread(name.objectId.pt.threadId, name.name);
  } else if (name.objectKind == CUPTI_ACTIVITY_OBJECT_STREAM) {
    rows_.name_stream(name.objectId.dcs.contextId, name.objectId.dcs.streamId, name.name);
  }
}

void Decoder::link_copies() {
  if (runtime_of_copy_.empty()) return;
  std::unordered_set<Correlation> calls;
  for (const trace::HostCall& call : timeline_.calls) calls.insert(call.correlation);
  for (const auto& [row, runtime] : runtime_of_copy_) {
    trace::Copy& copy = timeline_.copies[row];
    if (!calls.contains(copy.correlation) && calls.contains(runtime)) copy.correlation = runtime;
  }
  runtime_of_copy_.clear();
}

bool Decoder::settle() {
  link_copies();
  markers_.settle();
  return rows_.resolve() == 0;
}

void Decoder::forget_settled() {
  timeline_.clear_records();
  runtime_of_copy_.clear();
}

trace::Timeline Decoder::finish() {
  timeline_.defects.orphan_references += rows_.resolve();
  markers_.finish();
  link_copies();
  fold_nested_calls(timeline_);
  if (timeline_.defects.dropped_records > 0) timeline_.source.complete = false;
  return std::move(timeline_);
}

}  // namespace offledger::cupti
