// SPDX-License-Identifier: Apache-2.0
//
// A Plan: what a schedule compiles to. Straight lists of host operations,
//
//     prologue + body x n + epilogue
//
// where the body is one step of the model and nothing synchronises between steps unless the schedule says so.
// No op reads time or state, so a plan is the same list on every device. Four readers share it: the CUDA
// executor, the simulated device, the verifier and the manifest; none can drift from the others.
//
// Ordering follows CUDA: ops of one stream run in the order they were issued; a StreamWait binds to the
// latest Record of its event issued before it, and is a `missing_wait` hazard where there is none.

#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "schedules/base/units.hpp"
#include "schedules/plan/model_shape.hpp"

namespace offledger::plan {

enum class SlotId : std::uint32_t {};
enum class EventId : std::uint32_t {};
enum class StreamId : std::uint32_t {};

/// The slot of a unit whose weights never leave the device.
inline constexpr SlotId kResident{std::numeric_limits<std::uint32_t>::max()};
/// The tensor of a copy that takes a slab of a unit, over tensor borders.
inline constexpr std::uint32_t kSlab = std::numeric_limits<std::uint32_t>::max();

enum class Direction : std::uint8_t { kH2D, kD2H };
enum class Source : std::uint8_t { kPinned, kRegistered, kPageable, kPinnedOnTheFly };

/// Marks, for ranges and the ledger.
struct StepBegin {
  bool operator==(const StepBegin&) const = default;
};
struct UnitBegin {
  UnitId unit{};
  bool operator==(const UnitBegin&) const = default;
};
/// The host spends time here: framework or dispatch cost, a slow Python loop.
struct HostWork {
  Nanos duration{};
  bool operator==(const HostWork&) const = default;
};
/// Allocator and pinning costs, where an engine pays them in the step.
struct Alloc {
  SlotId slot{};
  bool operator==(const Alloc&) const = default;
};
struct Free {
  SlotId slot{};
  bool operator==(const Free&) const = default;
};
struct Pin {
  std::uint64_t bytes = 0;
  bool operator==(const Pin&) const = default;
};
/// Enqueues one copy of `bytes` bytes of the unit's weights, from `offset` in the unit, into the slot at the
/// same offset. `tensor` is the row in the unit's tensors, or kSlab.
struct Copy {
  UnitId unit{};
  std::uint32_t tensor = kSlab;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  SlotId slot{};
  StreamId stream{};
  Direction direction = Direction::kH2D;
  Source source = Source::kPinned;
  bool operator==(const Copy&) const = default;
};
/// Device-side ordering.
struct Record {
  EventId event{};
  StreamId stream{};
  bool operator==(const Record&) const = default;
};
struct StreamWait {
  StreamId stream{};
  EventId event{};
  bool operator==(const StreamWait&) const = default;
};
/// Host-side blocking.
struct HostWait {
  EventId event{};
  bool operator==(const HostWait&) const = default;
};
struct StreamSync {
  StreamId stream{};
  bool operator==(const StreamSync&) const = default;
};
struct DeviceSync {
  bool operator==(const DeviceSync&) const = default;
};
/// Enqueues the kernels of one unit, reading its weights from `slot`, or from where they are resident.
struct Compute {
  UnitId unit{};
  StreamId stream{};
  SlotId slot = kResident;
  bool operator==(const Compute&) const = default;
};
/// An assertion that the slot's last reader was the compute of `reader`; no effect on a device. What protects
/// the slot is what the compiler emitted for the schedule's release mode.
struct Release {
  SlotId slot{};
  UnitId reader{};
  bool operator==(const Release&) const = default;
};

using Op = std::variant<StepBegin, UnitBegin, HostWork, Alloc, Free, Pin, Copy, Record, StreamWait, HostWait,
                        StreamSync, DeviceSync, Compute, Release>;

enum class StreamKind : std::uint8_t { kCompute, kCopy };

struct StreamInfo {
  std::string name;  ///< "compute_mha", "weight_h2d"
  StreamKind kind = StreamKind::kCompute;
  int priority = 0;  ///< CUDA's sense: lower is more urgent
  bool operator==(const StreamInfo&) const = default;
};

struct SlotInfo {
  std::string name;         ///< "attn[2]"
  std::uint64_t bytes = 0;  ///< of the largest unit it ever holds
  bool operator==(const SlotInfo&) const = default;
};

struct EventInfo {
  std::string name;  ///< "ready attn[2]"
  bool operator==(const EventInfo&) const = default;
};

/// Threads: a value type; const access may be shared.
struct Plan {
  std::string schedule;
  ModelShape model;  ///< units at the schedule's own granularity
  std::vector<StreamInfo> streams;
  std::vector<SlotInfo> slots;
  std::vector<EventInfo> events;
  std::vector<Op> prologue;
  std::vector<Op> body;
  std::vector<Op> epilogue;
  /// What the slots may sum to at any time, as the schedule states; 0 where it states no limit.
  std::uint64_t device_budget_bytes = 0;
};

/// "copy", "stream_wait", … : the op's name in printed plans, ranges and JSON.
std::string_view op_name(const Op& op);

/// One line for a person: "copy L3.attn 302.0 MB -> attn[3] on weight_h2d (pinned)".
std::string to_string(const Plan& plan, const Op& op);

/// The whole plan, an op a line, with the three sections headed and ops numbered through prologue, body,
/// epilogue.
std::string to_string(const Plan& plan);

/// Sum of slot bytes and of the resident units' bytes: what the plan holds on the device.
std::uint64_t device_bytes(const Plan& plan);

}  // namespace offledger::plan
