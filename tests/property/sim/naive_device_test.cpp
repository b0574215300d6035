// SPDX-License-Identifier: Apache-2.0
//
// Random ops on random devices: the simulated device gives, to the nanosecond, the instants that the rules
// played tick by tick give.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/property/sim/naive_device.hpp"
#include "tests/unit/sim/round_numbers.hpp"

namespace offledger::sim {
namespace {

template <typename Id>
Id any_row(std::uint32_t rows) {
  return Id{*rc::gen::inRange<std::uint32_t>(0, rows)};
}

plan::Copy any_copy() {
  return {
      any_row<plan::UnitId>(4),
      plan::kSlab,
      0,
      static_cast<std::uint64_t>(*rc::gen::inRange(1, 300)),
      kSlotThree,
      any_row<plan::StreamId>(4),
      *rc::gen::weightedElement<plan::Direction>({{3, plan::Direction::kH2D}, {1, plan::Direction::kD2H}}),
      *rc::gen::weightedElement<plan::Source>({{5, plan::Source::kPinned}, {1, plan::Source::kPageable}})};
}

plan::Op any_op() {
  switch (*rc::gen::inRange(0, 16)) {
    case 0: return plan::HostWork{nanos(*rc::gen::inRange(1, 200))};
    case 1: return plan::Free{kSlotOne};
    case 2: return plan::HostWait{any_row<plan::EventId>(4)};
    case 3: return plan::StreamSync{any_row<plan::StreamId>(4)};
    case 4: return plan::DeviceSync{};
    case 5:
    case 6: return plan::Record{any_row<plan::EventId>(4), any_row<plan::StreamId>(4)};
    case 7:
    case 8:
    case 9: return plan::StreamWait{any_row<plan::StreamId>(4), any_row<plan::EventId>(4)};
    case 10:
    case 11:
    case 12: return compute_op(any_row<plan::UnitId>(4), any_row<plan::StreamId>(4));
    default: return any_copy();
  }
}

std::uint64_t any_bandwidth() {
  return static_cast<std::uint64_t>(*rc::gen::inRange(1, 30)) * 123'456'789;
}

Profile any_profile() {
  Profile profile = round_profile();
  const auto cost = [] { return nanos(*rc::gen::inRange(1, 30)); };
  profile.launch = cost(), profile.event_record = cost(), profile.stream_wait = cost();
  profile.copy_enqueue = cost(), profile.sync_call = cost(), profile.free = cost();
  profile.launch_latency = cost(), profile.copy_latency = cost();
  profile.h2d_pinned[0].bytes_per_s = any_bandwidth();
  profile.d2h_pinned[0].bytes_per_s = any_bandwidth();
  profile.h2d_pageable[0].bytes_per_s = any_bandwidth();
  profile.both_directions_bytes_per_s = any_bandwidth();
  profile.launch_queue = *rc::gen::inRange<std::uint32_t>(1, 6);
  return profile;
}

RC_GTEST_PROP(SimDevice, AgreesWithTheRulesPlayedTickByTick, ()) {
  const Profile profile = any_profile();
  model::Workload workload = round_workload();
  workload.costs = {{nanos(*rc::gen::inRange(1, 200)), 1}, {nanos(*rc::gen::inRange(3, 200)), 3}};
  std::vector<plan::Op> ops;
  const int count = *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(1, 60));
  for (int i = 0; i < count; ++i) ops.push_back(any_op());

  const trace::Timeline timeline = play(ops, profile, workload);
  const naive::Played naive = naive::Device(profile, workload, 4).play(ops);
  RC_LOG() << plan::to_string(plan_of(ops)) << to_json(profile);
  RC_ASSERT(spans(timeline.kernels) == naive.kernels);
  RC_ASSERT(spans(timeline.copies) == naive.copies);
  RC_ASSERT(spans(timeline.calls) == naive.calls);
  for (std::size_t row = 0; row < naive.records.size(); ++row) {
    RC_ASSERT(timeline.event_records[row].device_time == nanos(naive.records[row]));
  }
}

}  // namespace
}  // namespace offledger::sim
