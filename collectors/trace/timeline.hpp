// SPDX-License-Identifier: Apache-2.0
//
// Timeline: what happened, as records. The one data type that everything after the harness speaks; the
// simulated device, CUPTI, and the importers all make it, and analysis cannot tell which did but by
// `source.device_kind`.
//
// Times are integer nanoseconds on one clock a Timeline (`source.clock_origin` says where zero is). Nothing
// is clipped, sorted or linked here: records stand as the source gave them, in any order. What was unusable
// is counted in `defects`, never dropped without a word.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/trace/id_table.hpp"
#include "schedules/base/units.hpp"

namespace offledger::trace {

enum class StringId : std::uint32_t { kEmpty = 0 };
/// Rows of Timeline::streams, ::threads, ::processes.
enum class StreamRow : std::uint32_t { kNone = 0xFFFFFFFF };
enum class ThreadRow : std::uint32_t { kNone = 0xFFFFFFFF };
enum class ProcessRow : std::uint32_t {};
enum class DeviceId : std::uint32_t {};
/// Rows of Timeline::counters, ::samples.
enum class CounterRow : std::uint32_t {};
enum class SampleRow : std::uint32_t {};
/// Links a host call to what it enqueued; unique in a Timeline (sources whose ids are unique a process only
/// put the process's row in the upper 32 bits). 0 is none.
enum class Correlation : std::uint64_t { kNone = 0 };
/// One recording of an event: not the handle, which programs reuse (CUPTI: cudaEventSyncId). 0 is none.
enum class EventSync : std::uint64_t { kNone = 0 };

enum class DeviceKind : std::uint8_t { kCuda, kSim, kImport };

enum class KernelClass : std::uint8_t { kCompute, kCollective };
struct Kernel {
  Nanos begin{}, end{};
  StreamRow stream = StreamRow::kNone;
  StringId name{};
  Correlation correlation{};
  KernelClass kind = KernelClass::kCompute;
  std::uint32_t graph = 0;  ///< CUDA graph id, 0 outside graphs
  std::uint64_t graph_node = 0;
  bool operator==(const Kernel&) const = default;
};

enum class CopyDirection : std::uint8_t { kH2D, kD2H, kD2D, kH2H, kP2P, kUnknown };
enum class MemoryKind : std::uint8_t {
  kUnknown,
  kPageable,
  kPinned,
  kDevice,
  kArray,
  kManaged,
  kManagedStatic
};
/// The hardware that moved it: on Hopper, D2D copies run on SMs.
enum class Channel : std::uint8_t { kUnknown, kCompute, kAsyncCopy, kDecompress };
struct Copy {
  Nanos begin{}, end{};
  StreamRow stream = StreamRow::kNone;
  Correlation correlation{};
  std::uint64_t bytes = 0;
  CopyDirection direction = CopyDirection::kUnknown;
  MemoryKind source = MemoryKind::kUnknown;
  MemoryKind target = MemoryKind::kUnknown;
  Channel channel = Channel::kUnknown;
  std::uint32_t channel_id = 0;
  std::uint32_t count = 1;  ///< copies merged in this record
  std::uint32_t graph = 0;
  bool operator==(const Copy&) const = default;
};

struct Memset {
  Nanos begin{}, end{};
  StreamRow stream = StreamRow::kNone;
  Correlation correlation{};
  std::uint64_t bytes = 0;
  std::uint32_t graph = 0;
  bool operator==(const Memset&) const = default;
};

enum class Api : std::uint8_t { kRuntime, kDriver };
struct HostCall {
  Nanos begin{}, end{};
  ThreadRow thread = ThreadRow::kNone;
  StringId name{};  ///< "cudaMemcpyAsync", without version suffixes
  Correlation correlation{};
  Api api = Api::kRuntime;
  std::int32_t result = 0;
  bool operator==(const HostCall&) const = default;
};

enum class SyncKind : std::uint8_t { kEvent, kStreamWait, kStream, kDevice };
/// A synchronisation: for kStreamWait `stream` is the one that waits and `event` what it waits for.
struct Sync {
  Nanos begin{}, end{};
  SyncKind kind = SyncKind::kEvent;
  StreamRow stream = StreamRow::kNone;
  EventSync event{};
  Correlation correlation{};
  bool operator==(const Sync&) const = default;
};

struct EventRecord {
  EventSync event{};
  StreamRow stream = StreamRow::kNone;
  Correlation correlation{};
  std::uint64_t handle = 0;
  Nanos device_time{-1};  ///< when the stream reached it; -1 where the source does not tell
  bool operator==(const EventRecord&) const = default;
};

/// What a range says it is. kOther comes from programs we did not write.
enum class RangeKind : std::uint8_t { kOther, kStep, kUnit, kOp, kHostWork };
inline constexpr std::int32_t kNoRow = -1;
/// An NVTX-like range on a host thread. Ops of a plan carry the layer, group and slot that they act for.
struct Range {
  Nanos begin{}, end{};
  ThreadRow thread = ThreadRow::kNone;
  StringId name{};    ///< "step 2", "L3.attn", "copy L3.attn"
  StringId domain{};  ///< "offledger" for our own
  RangeKind kind = RangeKind::kOther;
  std::int32_t step = kNoRow;  ///< 0-based
  std::int32_t layer = kNoRow;
  std::int32_t slot = kNoRow;
  StringId group{};
  bool operator==(const Range&) const = default;
};

enum class OverheadKind : std::uint8_t { kProfiler, kCommandBufferFull, kLazyLoading, kOther };
struct Overhead {
  Nanos begin{}, end{};
  OverheadKind kind = OverheadKind::kOther;
  ThreadRow thread = ThreadRow::kNone;
  StringId name{};
  bool operator==(const Overhead&) const = default;
};

/// What a counter's values count in a sample: the time in which something was active, or bytes.
enum class CounterUnit : std::uint8_t { kActiveNs, kBytes };
/// A hardware counter that was sampled: what analysis takes it for, and what the chip calls it.
struct Counter {
  DeviceId device{};
  StringId role{};    ///< "h2d_engine"
  StringId metric{};  ///< "gpu__scheduler_engine_asyncce0_cycles_active.avg.pct_of_peak_sustained_elapsed"
  CounterUnit unit = CounterUnit::kActiveNs;
  std::uint64_t quantum = 1;  ///< ns or bytes that one of CounterValue::value stands for
  /// Of a bus: bytes on the wire for a million bytes of payload, as calibrated on this chip; 0 where not.
  std::uint64_t wire_ppm = 0;
  bool operator==(const Counter&) const = default;
};
/// An interval that the chip counted over. A device's do not overlap.
struct Sample {
  Nanos begin{}, end{};
  DeviceId device{};
  bool operator==(const Sample&) const = default;
};
/// What one counter counted in one sample, in quanta. Rounded so that sums over neighbouring samples are
/// exact to a quantum.
struct CounterValue {
  CounterRow counter{};
  SampleRow sample{};
  std::uint64_t value = 0;
  bool operator==(const CounterValue&) const = default;
};

/// A doubt that the collector itself has about what it recorded: a finding, by its id.
struct Note {
  StringId id{};    ///< "counters_unavailable"
  StringId text{};  ///< which, why, and what to do
  bool disqualifies = false;
  bool operator==(const Note&) const = default;
};

struct ProcessInfo {
  std::uint32_t pid = 0;
  StringId name{};
  bool operator==(const ProcessInfo&) const = default;
};
struct ThreadInfo {
  ProcessRow process{};
  std::uint64_t tid = 0;
  StringId name{};
  bool operator==(const ThreadInfo&) const = default;
};
struct StreamInfo {
  ProcessRow process{};
  DeviceId device{};
  std::uint32_t context = 0;
  std::uint64_t native_id = 0;
  StringId name{};  ///< empty where nobody named it
  bool operator==(const StreamInfo&) const = default;
};
struct DeviceInfo {
  DeviceId id{};
  StringId name{};  ///< "NVIDIA H200"
  bool operator==(const DeviceInfo&) const = default;
};

/// What a source gave and could not be used, by reason.
struct Defects {
  std::uint64_t dropped_records = 0;     ///< the collector lost them: the recording is incomplete
  std::uint64_t zero_timestamps = 0;     ///< begin and end both 0
  std::uint64_t negative_durations = 0;  ///< end before begin
  std::uint64_t missing_durations = 0;   ///< no end at all
  std::uint64_t unknown_records = 0;     ///< of a kind or direction we do not know
  std::uint64_t orphan_references = 0;   ///< a stream, thread or string that is not in the tables
  std::uint64_t bad_timestamps = 0;      ///< not a number, or beyond 2^63 ns
  bool operator==(const Defects&) const = default;
};

/// Where a Timeline came from.
struct Provenance {
  DeviceKind device_kind = DeviceKind::kImport;
  std::string tool;            ///< "offledger sim", "cupti", "kineto", "nsys"
  std::string device_profile;  ///< "sim:h200"; the GPU's name for a recording
  std::string schedule;        ///< empty for programs we did not write
  std::string workload;
  std::int64_t clock_origin = 0;       ///< ns since the Unix epoch at time 0; 0 where unknown
  std::uint64_t link_bytes_per_s = 0;  ///< calibrated H2D plateau; 0 where unknown, and bound_ns is null
  bool wraps = false;                  ///< the end of a step prefetches the next step's head
  bool complete = true;                ///< false: the recording process died or records were lost
  bool operator==(const Provenance&) const = default;
};

/// Threads: a value type; const access may be shared.
class Timeline {
 public:
  Provenance source;
  Defects defects;
  std::vector<DeviceInfo> devices;
  std::vector<ProcessInfo> processes;
  std::vector<ThreadInfo> threads;
  std::vector<StreamInfo> streams;

  std::vector<Kernel> kernels;
  std::vector<Copy> copies;
  std::vector<Memset> memsets;
  std::vector<HostCall> calls;
  std::vector<Sync> syncs;
  std::vector<EventRecord> event_records;
  std::vector<Range> ranges;
  std::vector<Overhead> overheads;

  std::vector<Counter> counters;
  std::vector<Sample> samples;
  std::vector<CounterValue> counter_values;
  std::vector<Note> notes;

  Timeline() { strings_.emplace_back(); }
  bool operator==(const Timeline&) const = default;  ///< the same rows in the same order

  /// The id of a string, adding it at its first sight. StringId::kEmpty is "".
  StringId intern(std::string_view text);
  [[nodiscard]] const std::string& text(StringId id) const { return strings_[index(id)]; }
  [[nodiscard]] const std::vector<std::string>& strings() const noexcept { return strings_; }

  /// Rows by key, added at first sight. O(rows) look-up: call once a stream or thread, not once a record.
  ProcessRow process(std::uint32_t pid, std::string_view name = {});
  ThreadRow thread(ProcessRow process, std::uint64_t tid, std::string_view name = {});
  StreamRow stream(ProcessRow process, DeviceId device, std::uint32_t context, std::uint64_t native_id,
                   std::string_view name = {});
  void device(DeviceId id, std::string_view name);

  [[nodiscard]] const StreamInfo& at(StreamRow row) const { return streams[index(row)]; }
  [[nodiscard]] const ThreadInfo& at(ThreadRow row) const { return threads[index(row)]; }

  /// Takes down a doubt about the recording.
  void note(std::string_view id, std::string_view text, bool disqualifies = false);

  /// Drops every record and keeps source, defects and the tables that records point into.
  void clear_records();

  /// Kernels + copies + memsets.
  [[nodiscard]] std::size_t gpu_op_count() const noexcept {
    return kernels.size() + copies.size() + memsets.size();
  }

 private:
  std::vector<std::string> strings_;
  IdTable ids_;
};

/// "H2D", "pinned", "cudaKernel"… for reports and JSON.
std::string_view name_of(CopyDirection direction) noexcept;
std::string_view name_of(MemoryKind kind) noexcept;
std::string_view name_of(DeviceKind kind) noexcept;  // "cuda", "sim", "import"
std::string_view name_of(OverheadKind kind) noexcept;
std::string_view name_of(SyncKind kind) noexcept;

}  // namespace offledger::trace
