// SPDX-License-Identifier: Apache-2.0
//
// Activity buffers filled by hand, as CUPTI fills them: records of their kinds' sizes, one after another. The
// real cuptiActivityGetNextRecord walks them, without a driver.

#pragma once

#include <cupti.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "collectors/cupti/decode.hpp"

namespace offledger::cupti {

/// Zero of the recordings' clock in these tests; records' times are written as kOrigin + x.
inline constexpr std::int64_t kOrigin = 1'700'000'000'000'000'000;

class ActivityBuffer {
 public:
  template <typename Record>
  void add(const Record& record) {
    static_assert(sizeof(Record) % 8 == 0, "CUPTI packs records at multiples of 8 bytes");
    const std::size_t at = bytes_.size();
    bytes_.resize(at + sizeof(Record));
    std::memcpy(bytes_.data() + at, &record, sizeof(Record));
  }

  void into(Decoder& decoder) { decoder.buffer(bytes_.data(), bytes_.size()); }

 private:
  std::vector<std::uint8_t> bytes_;
};

inline std::uint64_t at(std::int64_t ns) {
  return static_cast<std::uint64_t>(kOrigin + ns);
}

inline CUpti_ActivityKernel10 kernel(std::int64_t begin, std::int64_t end, std::uint32_t correlation,
                                     const char* name = "k", std::uint32_t stream = 7) {
  CUpti_ActivityKernel10 record{};
  record.kind = CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL;
  record.start = at(begin);
  record.end = at(end);
  record.contextId = 1;
  record.streamId = stream;
  record.correlationId = correlation;
  record.name = name;
  return record;
}

inline CUpti_ActivityMemcpy6 copy(std::int64_t begin, std::int64_t end, std::uint32_t correlation,
                                  std::uint8_t kind = CUPTI_ACTIVITY_MEMCPY_KIND_HTOD) {
  CUpti_ActivityMemcpy6 record{};
  record.kind = CUPTI_ACTIVITY_KIND_MEMCPY;
  record.copyKind = kind;
  record.srcKind = CUPTI_ACTIVITY_MEMORY_KIND_PINNED;
  record.dstKind = CUPTI_ACTIVITY_MEMORY_KIND_DEVICE;
  record.bytes = 4096;
  record.start = at(begin);
  record.end = at(end);
  record.contextId = 1;
  record.streamId = 13;
  record.correlationId = correlation;
  record.channelID = 9;
  record.channelType = CUPTI_CHANNEL_TYPE_ASYNC_MEMCPY;
  record.copyCount = 1;
  return record;
}

inline CUpti_ActivityAPI call(CUpti_ActivityKind kind, std::uint32_t cbid, std::int64_t begin,
                              std::int64_t end, std::uint32_t correlation, std::uint32_t thread = 100) {
  CUpti_ActivityAPI record{};
  record.kind = kind;
  record.cbid = cbid;
  record.start = at(begin);
  record.end = at(end);
  record.processId = 42;
  record.threadId = thread;
  record.correlationId = correlation;
  return record;
}

inline CUpti_ActivityMarker2 marker(CUpti_ActivityFlag flag, std::uint32_t id, std::int64_t when,
                                    const char* name = nullptr, const char* domain = nullptr) {
  CUpti_ActivityMarker2 record{};
  record.kind = CUPTI_ACTIVITY_KIND_MARKER;
  record.flags = flag;
  record.timestamp = at(when);
  record.id = id;
  record.objectKind = CUPTI_ACTIVITY_OBJECT_THREAD;
  record.objectId.pt.threadId = 100;
  record.name = name;
  record.domain = domain;
  return record;
}

inline CUpti_ActivitySynchronization2 sync(CUpti_ActivitySynchronizationType type, std::uint32_t stream,
                                           std::uint64_t event) {
  CUpti_ActivitySynchronization2 record{};
  record.kind = CUPTI_ACTIVITY_KIND_SYNCHRONIZATION;
  record.type = type;
  record.start = at(10);
  record.end = at(20);
  record.contextId = 1;
  record.streamId = stream;
  record.cudaEventSyncId = event;
  return record;
}

inline CUpti_ActivityCudaEvent2 event(std::uint32_t handle, std::uint64_t sync_id,
                                      std::uint32_t stream = 13) {
  CUpti_ActivityCudaEvent2 record{};
  record.kind = CUPTI_ACTIVITY_KIND_CUDA_EVENT;
  record.contextId = 1;
  record.streamId = stream;
  record.eventId = handle;
  record.cudaEventSyncId = sync_id;
  return record;
}

/// Decodes one buffer.
template <typename... Records>
trace::Timeline decode(const Records&... records) {
  ActivityBuffer buffer;
  (buffer.add(records), ...);
  Decoder decoder(42, kOrigin);
  buffer.into(decoder);
  return decoder.finish();
}

}  // namespace offledger::cupti
