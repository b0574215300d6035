// SPDX-License-Identifier: Apache-2.0
//
// The fields of every record type of a recording, in file order: the one list that both encode and decode
// follow, and that docs/recording-format.md prints. A field added here and there is a new kRecordingVersion.

#pragma once

#include <tuple>

#include "collectors/trace/timeline.hpp"

namespace offledger::trace {

/// How a column turns its values into variable-length integers.
enum class Coding {
  kPlain,   ///< the value, as an unsigned 64-bit integer
  kSigned,  ///< zigzag of the value
  kDelta,   ///< zigzag of the difference from the row before (0 before a chunk's first row)
  kSpan,    ///< zigzag of the difference from the same row's `begin`
};

template <typename Record, typename Field>
struct Column {
  std::string_view name;
  Field Record::*member;
  Coding coding = Coding::kPlain;
};
template <typename Record, typename Field>
Column(std::string_view, Field Record::*, Coding) -> Column<Record, Field>;
template <typename Record, typename Field>
Column(std::string_view, Field Record::*) -> Column<Record, Field>;

template <typename Record>
struct ColumnsOf;

template <>
struct ColumnsOf<Provenance> {
  static constexpr std::tuple list{Column{"device_kind", &Provenance::device_kind},
                                   Column{"tool", &Provenance::tool},
                                   Column{"device_profile", &Provenance::device_profile},
                                   Column{"schedule", &Provenance::schedule},
                                   Column{"workload", &Provenance::workload},
                                   Column{"clock_origin", &Provenance::clock_origin, Coding::kSigned},
                                   Column{"link_bytes_per_s", &Provenance::link_bytes_per_s},
                                   Column{"wraps", &Provenance::wraps},
                                   Column{"complete", &Provenance::complete}};
};

template <>
struct ColumnsOf<Defects> {
  static constexpr std::tuple list{Column{"dropped_records", &Defects::dropped_records},
                                   Column{"zero_timestamps", &Defects::zero_timestamps},
                                   Column{"negative_durations", &Defects::negative_durations},
                                   Column{"missing_durations", &Defects::missing_durations},
                                   Column{"unknown_records", &Defects::unknown_records},
                                   Column{"orphan_references", &Defects::orphan_references},
                                   Column{"bad_timestamps", &Defects::bad_timestamps}};
};

template <>
struct ColumnsOf<DeviceInfo> {
  static constexpr std::tuple list{Column{"id", &DeviceInfo::id}, Column{"name", &DeviceInfo::name}};
};

template <>
struct ColumnsOf<ProcessInfo> {
  static constexpr std::tuple list{Column{"pid", &ProcessInfo::pid}, Column{"name", &ProcessInfo::name}};
};

template <>
struct ColumnsOf<ThreadInfo> {
  static constexpr std::tuple list{Column{"process", &ThreadInfo::process}, Column{"tid", &ThreadInfo::tid},
                                   Column{"name", &ThreadInfo::name}};
};

template <>
struct ColumnsOf<StreamInfo> {
  static constexpr std::tuple list{
      Column{"process", &StreamInfo::process}, Column{"device", &StreamInfo::device},
      Column{"context", &StreamInfo::context}, Column{"native_id", &StreamInfo::native_id},
      Column{"name", &StreamInfo::name}};
};

template <>
struct ColumnsOf<Kernel> {
  static constexpr std::tuple list{Column{"begin", &Kernel::begin, Coding::kDelta},
                                   Column{"end", &Kernel::end, Coding::kSpan},
                                   Column{"stream", &Kernel::stream},
                                   Column{"name", &Kernel::name},
                                   Column{"correlation", &Kernel::correlation, Coding::kDelta},
                                   Column{"kind", &Kernel::kind},
                                   Column{"graph", &Kernel::graph},
                                   Column{"graph_node", &Kernel::graph_node, Coding::kDelta}};
};

template <>
struct ColumnsOf<Copy> {
  static constexpr std::tuple list{Column{"begin", &Copy::begin, Coding::kDelta},
                                   Column{"end", &Copy::end, Coding::kSpan},
                                   Column{"stream", &Copy::stream},
                                   Column{"correlation", &Copy::correlation, Coding::kDelta},
                                   Column{"bytes", &Copy::bytes},
                                   Column{"direction", &Copy::direction},
                                   Column{"source", &Copy::source},
                                   Column{"target", &Copy::target},
                                   Column{"channel", &Copy::channel},
                                   Column{"channel_id", &Copy::channel_id},
                                   Column{"count", &Copy::count},
                                   Column{"graph", &Copy::graph}};
};

template <>
struct ColumnsOf<Memset> {
  static constexpr std::tuple list{Column{"begin", &Memset::begin, Coding::kDelta},
                                   Column{"end", &Memset::end, Coding::kSpan},
                                   Column{"stream", &Memset::stream},
                                   Column{"correlation", &Memset::correlation, Coding::kDelta},
                                   Column{"bytes", &Memset::bytes},
                                   Column{"graph", &Memset::graph}};
};

template <>
struct ColumnsOf<HostCall> {
  static constexpr std::tuple list{Column{"begin", &HostCall::begin, Coding::kDelta},
                                   Column{"end", &HostCall::end, Coding::kSpan},
                                   Column{"thread", &HostCall::thread},
                                   Column{"name", &HostCall::name},
                                   Column{"correlation", &HostCall::correlation, Coding::kDelta},
                                   Column{"api", &HostCall::api},
                                   Column{"result", &HostCall::result, Coding::kSigned}};
};

template <>
struct ColumnsOf<Sync> {
  static constexpr std::tuple list{Column{"begin", &Sync::begin, Coding::kDelta},
                                   Column{"end", &Sync::end, Coding::kSpan},
                                   Column{"kind", &Sync::kind},
                                   Column{"stream", &Sync::stream},
                                   Column{"event", &Sync::event, Coding::kDelta},
                                   Column{"correlation", &Sync::correlation, Coding::kDelta}};
};

template <>
struct ColumnsOf<EventRecord> {
  static constexpr std::tuple list{Column{"event", &EventRecord::event, Coding::kDelta},
                                   Column{"stream", &EventRecord::stream},
                                   Column{"correlation", &EventRecord::correlation, Coding::kDelta},
                                   Column{"handle", &EventRecord::handle, Coding::kDelta},
                                   Column{"device_time", &EventRecord::device_time, Coding::kDelta}};
};

template <>
struct ColumnsOf<Range> {
  static constexpr std::tuple list{Column{"begin", &Range::begin, Coding::kDelta},
                                   Column{"end", &Range::end, Coding::kSpan},
                                   Column{"thread", &Range::thread},
                                   Column{"name", &Range::name},
                                   Column{"domain", &Range::domain},
                                   Column{"kind", &Range::kind},
                                   Column{"step", &Range::step, Coding::kSigned},
                                   Column{"layer", &Range::layer, Coding::kSigned},
                                   Column{"slot", &Range::slot, Coding::kSigned},
                                   Column{"group", &Range::group}};
};

template <>
struct ColumnsOf<Overhead> {
  static constexpr std::tuple list{
      Column{"begin", &Overhead::begin, Coding::kDelta}, Column{"end", &Overhead::end, Coding::kSpan},
      Column{"kind", &Overhead::kind}, Column{"thread", &Overhead::thread}, Column{"name", &Overhead::name}};
};

template <>
struct ColumnsOf<Counter> {
  static constexpr std::tuple list{
      Column{"device", &Counter::device},   Column{"role", &Counter::role},
      Column{"metric", &Counter::metric},   Column{"unit", &Counter::unit},
      Column{"quantum", &Counter::quantum}, Column{"wire_ppm", &Counter::wire_ppm}};
};

template <>
struct ColumnsOf<Sample> {
  static constexpr std::tuple list{Column{"begin", &Sample::begin, Coding::kDelta},
                                   Column{"end", &Sample::end, Coding::kSpan},
                                   Column{"device", &Sample::device}};
};

template <>
struct ColumnsOf<CounterValue> {
  static constexpr std::tuple list{Column{"counter", &CounterValue::counter},
                                   Column{"sample", &CounterValue::sample, Coding::kDelta},
                                   Column{"value", &CounterValue::value}};
};

template <>
struct ColumnsOf<Note> {
  static constexpr std::tuple list{Column{"id", &Note::id}, Column{"text", &Note::text},
                                   Column{"disqualifies", &Note::disqualifies}};
};

/// The last enumerator, which no value in a file may exceed.
constexpr DeviceKind last_of(DeviceKind) noexcept {
  return DeviceKind::kImport;
}
constexpr KernelClass last_of(KernelClass) noexcept {
  return KernelClass::kCollective;
}
constexpr CopyDirection last_of(CopyDirection) noexcept {
  return CopyDirection::kUnknown;
}
constexpr MemoryKind last_of(MemoryKind) noexcept {
  return MemoryKind::kManagedStatic;
}
constexpr Channel last_of(Channel) noexcept {
  return Channel::kDecompress;
}
constexpr Api last_of(Api) noexcept {
  return Api::kDriver;
}
constexpr SyncKind last_of(SyncKind) noexcept {
  return SyncKind::kDevice;
}
constexpr RangeKind last_of(RangeKind) noexcept {
  return RangeKind::kHostWork;
}
constexpr OverheadKind last_of(OverheadKind) noexcept {
  return OverheadKind::kOther;
}

constexpr CounterUnit last_of(CounterUnit) noexcept {
  return CounterUnit::kBytes;
}

/// The chunk kinds, their tables, and what one row is called. kSource and kDefects have one row, kStrings and
/// kEnd none: recording_writer.cpp and recording_reader.cpp treat these four apart.
enum class ChunkKind : std::uint32_t {
  kSource = 1,
  kDefects,
  kStrings,
  kDevices,
  kProcesses,
  kThreads,
  kStreams,
  kKernels,
  kCopies,
  kMemsets,
  kCalls,
  kSyncs,
  kEventRecords,
  kRanges,
  kOverheads,
  kCounters,
  kSamples,
  kCounterValues,
  kNotes,
  kEnd = 255,
};

/// Calls visit(kind, row_name, table) for each table of rows, tables that others point into first.
template <typename TimelineT, typename Visit>
void for_each_table(TimelineT& timeline, Visit&& visit) {
  visit(ChunkKind::kDevices, "device", timeline.devices);
  visit(ChunkKind::kProcesses, "process", timeline.processes);
  visit(ChunkKind::kThreads, "thread", timeline.threads);
  visit(ChunkKind::kStreams, "stream", timeline.streams);
  visit(ChunkKind::kKernels, "kernel", timeline.kernels);
  visit(ChunkKind::kCopies, "copy", timeline.copies);
  visit(ChunkKind::kMemsets, "memset", timeline.memsets);
  visit(ChunkKind::kCalls, "call", timeline.calls);
  visit(ChunkKind::kSyncs, "sync", timeline.syncs);
  visit(ChunkKind::kEventRecords, "event record", timeline.event_records);
  visit(ChunkKind::kRanges, "range", timeline.ranges);
  visit(ChunkKind::kOverheads, "overhead", timeline.overheads);
  visit(ChunkKind::kCounters, "counter", timeline.counters);
  visit(ChunkKind::kSamples, "sample", timeline.samples);
  visit(ChunkKind::kCounterValues, "counter value", timeline.counter_values);
  visit(ChunkKind::kNotes, "note", timeline.notes);
}
inline constexpr std::size_t kTableCount = 16;
/// devices, processes, threads, streams, counters, samples: a writer keeps them, everything else is written
/// once and forgotten.
constexpr bool is_key_table(ChunkKind kind) noexcept {
  return kind <= ChunkKind::kStreams || kind == ChunkKind::kCounters || kind == ChunkKind::kSamples;
}
/// The first version of the format that has the table.
constexpr std::uint32_t version_of(ChunkKind kind) noexcept {
  return kind >= ChunkKind::kCounters && kind != ChunkKind::kEnd ? 2 : 1;
}

}  // namespace offledger::trace
