// SPDX-License-Identifier: Apache-2.0
//
// A device of round numbers, so that timelines can be computed by hand: on its link a byte takes a
// nanosecond, and no two costs are equal. Every test of a rule builds a few ops on it and names the instants
// that follow.

#pragma once

#include <memory>
#include <utility>

#include "harness/device/sim/sim_device.hpp"
#include "harness/execute/execute.hpp"
#include "schedules/plan/builder.hpp"

namespace offledger::sim {

inline Profile round_profile() {
  Profile profile;
  profile.name = "round";
  profile.description = "a device of round numbers";
  profile.source = "made up";
  profile.h2d_pinned = profile.d2h_pinned = {{1, 1'000'000'000}};
  profile.h2d_pageable = {{1, 500'000'000}};
  profile.both_directions_bytes_per_s = 2'000'000'000;
  profile.launch = nanos(10);
  profile.event_record = nanos(3);
  profile.stream_wait = nanos(2);
  profile.copy_enqueue = nanos(5);
  profile.sync_call = nanos(7);
  profile.launch_latency = nanos(100);
  profile.copy_latency = nanos(50);
  profile.alloc = nanos(11);
  profile.free = nanos(13);
  profile.pin_bytes_per_s = 2'000'000'000;
  profile.launch_queue = 1024;
  profile.device_memory_bytes = 1'000'000'000;
  profile.hash = "round";
  return profile;
}

/// A profile on which the host and its latencies cost nothing: only the device's side is left.
inline Profile free_host_profile() {
  Profile profile = round_profile();
  profile.launch = profile.event_record = profile.stream_wait = profile.copy_enqueue = profile.sync_call =
      Nanos{};
  profile.launch_latency = profile.copy_latency = profile.alloc = profile.free = Nanos{};
  return profile;
}

/// Two layers of a unit `one` (1 kernel of 1000 ns) and a unit `three` (3 kernels, 500 ns in all).
inline model::Workload round_workload() {
  model::Workload workload;
  workload.name = "round";
  workload.shape.layers = 2;
  workload.shape.groups = {{"one", {{"w", 4000}}}, {"three", {{"w", 8000}}}};
  workload.costs = {{nanos(1000), 1}, {nanos(500), 3}};
  workload.steps = 1;
  return workload;
}

/// Ids of a plan with two streams of each kind, one slot a group and four events.
inline constexpr plan::StreamId kCompute{0}, kOther{1}, kCopyA{2}, kCopyB{3};
inline constexpr plan::SlotId kSlotOne{0}, kSlotThree{1};
inline constexpr plan::EventId kE0{0}, kE1{1}, kE2{2}, kE3{3};
inline constexpr plan::UnitId kOne{0}, kThree{1}, kOneL1{2}, kThreeL1{3};

inline plan::Plan plan_of(std::vector<plan::Op> body, const model::Workload& workload = round_workload()) {
  plan::Plan plan;
  plan.schedule = "by hand";
  plan.model = workload.shape;
  plan.streams = {{"compute", plan::StreamKind::kCompute},
                  {"other", plan::StreamKind::kCompute},
                  {"copy_a", plan::StreamKind::kCopy},
                  {"copy_b", plan::StreamKind::kCopy}};
  plan.slots = {{"one", 4000}, {"three", 8000}};
  plan.events = {{"e0"}, {"e1"}, {"e2"}, {"e3"}};
  plan.body = std::move(body);
  return plan;
}

inline plan::Copy copy_op(std::uint64_t bytes, plan::StreamId stream,
                          plan::Source source = plan::Source::kPinned,
                          plan::Direction direction = plan::Direction::kH2D) {
  return {kThree, plan::kSlab, 0, bytes, kSlotThree, stream, direction, source};
}

inline plan::Compute compute_op(plan::UnitId unit, plan::StreamId stream) {
  return {unit, stream, plan::kResident};
}

inline trace::Timeline play(std::vector<plan::Op> body, const Profile& profile,
                            const model::Workload& workload = round_workload(), const Noise& noise = {}) {
  const plan::Plan plan = plan_of(std::move(body), workload);
  const auto device = make_device(profile, noise);
  return execute::run(plan, workload, 1, *device);
}

using Span = std::pair<std::int64_t, std::int64_t>;

template <typename Record>
Span span_of(const Record& record) {
  return {record.begin.count(), record.end.count()};
}

/// Begins and ends, in the order of the records.
template <typename Record>
std::vector<Span> spans(const std::vector<Record>& records) {
  std::vector<Span> all;
  for (const Record& record : records) all.push_back(span_of(record));
  return all;
}

}  // namespace offledger::sim
