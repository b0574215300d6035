// SPDX-License-Identifier: Apache-2.0
//
// What CUPTI's records become: each test shows the records and all that is to be said of the Timeline.
#include "collectors/cupti/decode.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/unit/cupti/activity_buffer.hpp"

namespace offledger::cupti {
namespace {

using trace::CopyDirection;
using trace::Correlation;
using trace::MemoryKind;
using trace::StreamRow;

TEST(Decode, KernelKeepsWhatAnalysisNeeds) {
  CUpti_ActivityKernel10 record = kernel(1000, 3000, 5, "_Z4spinx");
  record.deviceId = 2;
  record.graphId = 3;
  record.graphNodeId = 77;
  const trace::Timeline timeline = decode(record);

  ASSERT_EQ(timeline.kernels.size(), 1u);
  const trace::Kernel& row = timeline.kernels[0];
  EXPECT_EQ(row.begin, nanos(1000));
  EXPECT_EQ(row.end, nanos(3000));
  EXPECT_EQ(timeline.text(row.name), "spin(long long)");
  EXPECT_EQ(row.correlation, Correlation{5});
  EXPECT_EQ(row.graph, 3u);
  EXPECT_EQ(row.graph_node, 77u);
  EXPECT_EQ(timeline.at(row.stream).native_id, 7u);
  EXPECT_EQ(timeline.at(row.stream).device, trace::DeviceId{2});
  EXPECT_EQ(timeline.processes.at(0).pid, 42u);
  EXPECT_EQ(timeline.source.clock_origin, kOrigin);
  EXPECT_EQ(timeline.defects, trace::Defects{});
  EXPECT_TRUE(timeline.source.complete);
}

TEST(Decode, NcclKernelsAreCollectives) {
  const trace::Timeline timeline =
      decode(kernel(1, 2, 1, "_Z40ncclDevKernel_AllReduce_Sum_bf16_RING_LL4Args"), kernel(1, 2, 2, "gemm"));
  EXPECT_EQ(timeline.kernels.at(0).kind, trace::KernelClass::kCollective);
  EXPECT_EQ(timeline.kernels.at(1).kind, trace::KernelClass::kCompute);
}

TEST(Decode, CopyKeepsChannelCountAndMemoryKinds) {
  CUpti_ActivityMemcpy6 record = copy(10, 20, 6);
  record.srcKind = CUPTI_ACTIVITY_MEMORY_KIND_PAGEABLE;
  record.copyCount = 3;
  const trace::Timeline timeline = decode(record);
  ASSERT_EQ(timeline.copies.size(), 1u);
  EXPECT_EQ(timeline.copies[0].direction, CopyDirection::kH2D);
  EXPECT_EQ(timeline.copies[0].source, MemoryKind::kPageable);
  EXPECT_EQ(timeline.copies[0].target, MemoryKind::kDevice);
  EXPECT_EQ(timeline.copies[0].channel, trace::Channel::kAsyncCopy);
  EXPECT_EQ(timeline.copies[0].channel_id, 9u);
  EXPECT_EQ(timeline.copies[0].count, 3u);
  EXPECT_EQ(timeline.copies[0].bytes, 4096u);
}

TEST(Decode, CopyKinds) {
  const auto direction = [](int kind) {
    return decode(copy(1, 2, 1, static_cast<std::uint8_t>(kind))).copies.at(0).direction;
  };
  EXPECT_EQ(direction(1), CopyDirection::kH2D);
  EXPECT_EQ(direction(2), CopyDirection::kD2H);
  EXPECT_EQ(direction(3), CopyDirection::kH2D);  // to an array
  EXPECT_EQ(direction(4), CopyDirection::kD2H);
  EXPECT_EQ(direction(8), CopyDirection::kD2D);
  EXPECT_EQ(direction(9), CopyDirection::kH2H);
  EXPECT_EQ(direction(10), CopyDirection::kP2P);
  const trace::Timeline odd = decode(copy(1, 2, 1, 77));
  EXPECT_EQ(odd.copies.at(0).direction, CopyDirection::kUnknown);
  EXPECT_EQ(odd.defects.unknown_records, 1u);
}

TEST(Decode, CuptiCountsMemoryKindsFromUnknown) {
  const auto source = [](std::uint8_t kind) {
    CUpti_ActivityMemcpy6 record = copy(1, 2, 1);
    record.srcKind = kind;
    return decode(record).copies.at(0).source;
  };
  EXPECT_EQ(source(0), MemoryKind::kUnknown);
  EXPECT_EQ(source(1), MemoryKind::kPageable);  // Nsight's 0
  EXPECT_EQ(source(2), MemoryKind::kPinned);    // Nsight's 1
  EXPECT_EQ(source(3), MemoryKind::kDevice);
  EXPECT_EQ(source(5), MemoryKind::kManaged);
  EXPECT_EQ(source(6), MemoryKind::kDevice);  // static
  EXPECT_EQ(source(7), MemoryKind::kManagedStatic);
}

TEST(Decode, PeerCopiesAndMemsets) {
  CUpti_ActivityMemcpyPtoP4 peer{};
  peer.kind = CUPTI_ACTIVITY_KIND_MEMCPY2;
  peer.start = at(1), peer.end = at(5), peer.bytes = 100;
  CUpti_ActivityMemset4 memset{};
  memset.kind = CUPTI_ACTIVITY_KIND_MEMSET;
  memset.start = at(2), memset.end = at(3), memset.bytes = 200;
  const trace::Timeline timeline = decode(peer, memset);
  EXPECT_EQ(timeline.copies.at(0).direction, CopyDirection::kP2P);
  EXPECT_EQ(timeline.copies.at(0).bytes, 100u);
  EXPECT_EQ(timeline.memsets.at(0).bytes, 200u);
}

TEST(Decode, UnusableTimesAreCountedNotKept) {
  CUpti_ActivityKernel10 none = kernel(0, 0, 1);
  none.start = none.end = 0;
  CUpti_ActivityKernel10 open = kernel(5, 5, 2);
  open.end = 0;
  const trace::Timeline timeline = decode(none, open, kernel(9, 8, 3), kernel(4, 4, 4));
  EXPECT_EQ(timeline.kernels.size(), 1u);  // a kernel of no length is a kernel
  EXPECT_EQ(timeline.defects.zero_timestamps, 1u);
  EXPECT_EQ(timeline.defects.missing_durations, 1u);
  EXPECT_EQ(timeline.defects.negative_durations, 1u);
}

TEST(Decode, KernelBeforeItsLaunchIsNotClipped) {
  const trace::Timeline timeline =
      decode(kernel(90, 150, 5), call(CUPTI_ACTIVITY_KIND_RUNTIME, 211, 100, 110, 5));
  EXPECT_EQ(timeline.kernels.at(0).begin, nanos(90));
  EXPECT_EQ(timeline.calls.at(0).begin, nanos(100));
}

TEST(Decode, ReusedEventHandlesAreToldApartByTheirSyncIds) {
  const auto wait = CUPTI_ACTIVITY_SYNCHRONIZATION_TYPE_STREAM_WAIT_EVENT;
  // The waits arrive before the records they refer to, and both records are of handle 3.
  const trace::Timeline timeline = decode(sync(wait, 7, 22), sync(wait, 7, 21), event(3, 21), event(3, 22));
  ASSERT_EQ(timeline.syncs.size(), 2u);
  ASSERT_EQ(timeline.event_records.size(), 2u);
  EXPECT_EQ(timeline.syncs[0].event, trace::EventSync{22});
  EXPECT_EQ(timeline.syncs[0].kind, trace::SyncKind::kStreamWait);
  EXPECT_EQ(timeline.at(timeline.syncs[0].stream).native_id, 7u);
  EXPECT_EQ(timeline.event_records[0].event, trace::EventSync{21});
  EXPECT_EQ(timeline.event_records[0].handle, 3u);
  EXPECT_EQ(timeline.event_records[0].device_time, nanos(-1));
}

TEST(Decode, FieldsThatDoNotApplyAreNone) {
  const trace::Timeline timeline =
      decode(sync(CUPTI_ACTIVITY_SYNCHRONIZATION_TYPE_CONTEXT_SYNCHRONIZE, 0xFFFFFFFF,
                  CUPTI_SYNCHRONIZATION_INVALID_VALUE),
             sync(CUPTI_ACTIVITY_SYNCHRONIZATION_TYPE_STREAM_SYNCHRONIZE, 7, ~std::uint64_t{0}));
  EXPECT_EQ(timeline.syncs.at(0).stream, StreamRow::kNone);
  EXPECT_EQ(timeline.syncs.at(0).event, trace::EventSync::kNone);
  EXPECT_EQ(timeline.syncs.at(0).kind, trace::SyncKind::kDevice);
  EXPECT_EQ(timeline.syncs.at(1).event, trace::EventSync::kNone);
  EXPECT_NE(timeline.syncs.at(1).stream, StreamRow::kNone);
}

TEST(Decode, StreamsGetTheirDeviceFromWhicheverRecordTellsIt) {
  CUpti_ActivityContext3 context{};
  context.kind = CUPTI_ACTIVITY_KIND_CONTEXT;
  context.contextId = 1;
  context.deviceId = 4;
  const auto stream_sync = sync(CUPTI_ACTIVITY_SYNCHRONIZATION_TYPE_STREAM_SYNCHRONIZE, 7, 0);
  const trace::Timeline later = decode(stream_sync, context);
  EXPECT_EQ(later.streams.at(0).device, trace::DeviceId{4});
  EXPECT_EQ(later.defects.orphan_references, 0u);
  EXPECT_EQ(decode(stream_sync).defects.orphan_references, 1u);
}

TEST(Decode, FullCommandBufferIsBackPressureNotProfiler) {
  CUpti_ActivityOverhead3 full{};
  full.kind = CUPTI_ACTIVITY_KIND_OVERHEAD;
  full.overheadKind = static_cast<CUpti_ActivityOverheadKind>(6 << 16);
  full.objectKind = CUPTI_ACTIVITY_OBJECT_THREAD;
  full.objectId.pt.threadId = 100;
  full.start = at(1), full.end = at(9);
  full.overheadData = std::malloc(sizeof(CUpti_ActivityOverheadCommandBufferFullData));  // decoding frees it
  CUpti_ActivityOverhead3 flush = full;
  flush.overheadKind = CUPTI_ACTIVITY_OVERHEAD_CUPTI_BUFFER_FLUSH;
  flush.overheadData = nullptr;

  ActivityBuffer buffer;
  buffer.add(full);
  buffer.add(flush);
  Decoder decoder(42, kOrigin);
  buffer.into(decoder);
  buffer.into(decoder);  // a second look must not free again
  const trace::Timeline timeline = decoder.finish();
  ASSERT_EQ(timeline.overheads.size(), 4u);
  EXPECT_EQ(timeline.overheads[0].kind, trace::OverheadKind::kCommandBufferFull);
  EXPECT_EQ(timeline.overheads[1].kind, trace::OverheadKind::kProfiler);
  EXPECT_EQ(timeline.at(timeline.overheads[0].thread).tid, 100u);
}

TEST(Decode, DevicesAreNamedAndOnlyThoseInUseKept) {
  CUpti_ActivityDevice5 used{};
  used.kind = CUPTI_ACTIVITY_KIND_DEVICE;
  used.id = 0;
  used.name = strdup("NVIDIA H200");
  CUpti_ActivityDevice5 idle = used;
  idle.id = 1;
  idle.name = strdup("NVIDIA H200");
  const trace::Timeline timeline = decode(used, idle, kernel(1, 2, 1));
  ASSERT_EQ(timeline.devices.size(), 1u);
  EXPECT_EQ(timeline.text(timeline.devices[0].name), "NVIDIA H200");
  EXPECT_EQ(timeline.source.device_profile, "NVIDIA H200");
}

TEST(Decode, GraphLaunchesAreOneRow) {
  CUpti_ActivityGraphTrace2 graph{};
  graph.kind = CUPTI_ACTIVITY_KIND_GRAPH_TRACE;
  graph.start = at(1), graph.end = at(100), graph.graphId = 9, graph.correlationId = 4, graph.contextId = 1;
  const trace::Timeline timeline = decode(graph);
  EXPECT_EQ(timeline.text(timeline.kernels.at(0).name), "CUDA graph 9");
  EXPECT_EQ(timeline.kernels.at(0).graph, 9u);
}

TEST(Decode, DroppedRecordsMakeItIncomplete) {
  Decoder decoder(42, kOrigin);
  decoder.dropped(3);
  const trace::Timeline timeline = decoder.finish();
  EXPECT_EQ(timeline.defects.dropped_records, 3u);
  EXPECT_FALSE(timeline.source.complete);
}

TEST(Decode, UnknownKindsAndApisAreCounted) {
  CUpti_ActivityStream stream{};
  stream.kind = CUPTI_ACTIVITY_KIND_STREAM;
  const trace::Timeline timeline = decode(stream, call(CUPTI_ACTIVITY_KIND_RUNTIME, 99999, 1, 2, 3));
  EXPECT_EQ(timeline.defects.unknown_records, 2u);
  EXPECT_EQ(timeline.calls.size(), 1u);  // it ran, whatever it was
}

}  // namespace
}  // namespace offledger::cupti
