// SPDX-License-Identifier: Apache-2.0
//
// The device as a whole: what its recording says of itself, that it is the same every time, and what it
// refuses.

#include "harness/device/sim/sim_device.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "collectors/trace/recording_file.hpp"
#include "schedules/base/error.hpp"
#include "schedules/base/hash.hpp"
#include "tests/unit/sim/round_numbers.hpp"

namespace offledger::sim {
namespace {

/// Two units with a prefetched copy each, on two streams, and a pageable one at the end.
std::vector<plan::Op> a_step() {
  return {plan::StepBegin{},
          plan::UnitBegin{kOne},
          copy_op(4000, kCopyA),
          plan::Record{kE0, kCopyA},
          plan::StreamWait{kCompute, kE0},
          compute_op(kOne, kCompute),
          plan::UnitBegin{kThree},
          copy_op(8000, kCopyB),
          copy_op(700, kCopyA, plan::Source::kPinned, plan::Direction::kD2H),
          plan::Record{kE1, kCopyB},
          plan::HostWait{kE1},
          compute_op(kThree, kOther),
          copy_op(300, kCopyA, plan::Source::kPageable)};
}

/// Every instant of a recording, and nothing of how it is stored.
std::string instants(const trace::Timeline& timeline) {
  std::string text;
  const auto add = [&text](std::string_view kind, const auto& records) {
    for (const auto& record : records) {
      text += fmt::format("{} {} {}\n", kind, record.begin.count(), record.end.count());
    }
  };
  add("kernel", timeline.kernels);
  add("copy", timeline.copies);
  add("call", timeline.calls);
  add("sync", timeline.syncs);
  add("range", timeline.ranges);
  for (const auto& record : timeline.event_records)
    text += fmt::format("record {}\n", record.device_time.count());
  return text;
}

TEST(SimDevice, GivesTheSameInstantsOnEveryMachine) {
  const trace::Timeline quiet = play(a_step(), find_profile("h200"));
  EXPECT_EQ(content_hash(instants(quiet)), "5939e92981085bdbe9f903d896b28b4b") << instants(quiet);
  const trace::Timeline noisy = play(a_step(), find_profile("h200"), round_workload(), {7, 20});
  EXPECT_EQ(content_hash(instants(noisy)), "4b7817ad1134cc7d15e2822e78e5175a") << instants(noisy);
}

TEST(SimDevice, GivesTheSameRecordingTwice) {
  const Noise noise{7, 20};
  EXPECT_EQ(trace::encode(play(a_step(), round_profile(), round_workload(), noise)),
            trace::encode(play(a_step(), round_profile(), round_workload(), noise)));
  EXPECT_NE(instants(play(a_step(), round_profile(), round_workload(), noise)),
            instants(play(a_step(), round_profile(), round_workload(), {8, 20})));
}

TEST(SimDevice, NamesWhatItRecords) {
  const trace::Timeline timeline = play(a_step(), round_profile());
  EXPECT_EQ(timeline.source.device_kind, trace::DeviceKind::kSim);
  EXPECT_EQ(timeline.source.device_profile, "sim:round");
  EXPECT_EQ(timeline.source.link_bytes_per_s, 1'000'000'000U);
  EXPECT_EQ(timeline.source.schedule, "by hand");
  EXPECT_EQ(timeline.source.workload, "round");
  ASSERT_EQ(timeline.streams.size(), 4U);
  EXPECT_EQ(timeline.text(timeline.streams[2].name), "copy_a");
  EXPECT_EQ(timeline.text(timeline.kernels[0].name), "one");
  ASSERT_EQ(timeline.devices.size(), 1U);
  EXPECT_EQ(timeline.text(timeline.devices[0].name), "simulated a device of round numbers");
}

TEST(SimDevice, MarksStepsUnitsAndOps) {
  const trace::Timeline timeline = play(a_step(), round_profile());
  std::vector<std::string> names;
  for (const trace::Range& range : timeline.ranges) names.push_back(timeline.text(range.name));
  EXPECT_EQ(names, (std::vector<std::string>{"step 0", "L0.one", "copy L0.three", "compute L0.one",
                                             "L0.three", "copy L0.three", "copy L0.three", "compute L0.three",
                                             "copy L0.three"}));
  const trace::Range& copy = timeline.ranges[2];
  EXPECT_EQ(copy.kind, trace::RangeKind::kOp);
  EXPECT_EQ(copy.step, 0);
  EXPECT_EQ(copy.layer, 0);
  EXPECT_EQ(copy.slot, 1);
  EXPECT_EQ(timeline.text(copy.group), "three");
  EXPECT_EQ(timeline.text(copy.domain), "offledger");
  EXPECT_EQ(timeline.ranges[3].slot, trace::kNoRow);  // computed from resident weights
}

TEST(SimDevice, WithNoiseIsAnotherDevice) {
  EXPECT_EQ(make_device(round_profile())->identity().name, "sim:round");
  EXPECT_TRUE(make_device(round_profile())->identity().deterministic);
  EXPECT_EQ(make_device(round_profile(), {5, 20})->identity().name, "sim:round+noise=20");
  EXPECT_FALSE(make_device(round_profile(), {5, 20})->identity().deterministic);
}

TEST(SimDevice, R19RefusesAPlanThatDoesNotFit) {
  Profile profile = round_profile();
  profile.device_memory_bytes = 11'999;
  try {
    (void)play(a_step(), profile);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kNotMeasured);
    EXPECT_NE(std::string(error.what()).find("11999"), std::string::npos) << error.what();
  }
}

TEST(SimDevice, RefusesAPlanThatDoesNotHoldTogether) {
  const auto expect_refused = [](const plan::Op& op, std::string_view part) {
    try {
      (void)play({plan::StepBegin{}, op}, round_profile());
      FAIL() << part;
    } catch (const Error& error) {
      const std::string message = error.what();
      EXPECT_NE(message.find("op 1 of its body"), std::string::npos) << message;
      EXPECT_NE(message.find(part), std::string::npos) << message;
    }
  };
  expect_refused(plan::Record{kE0, plan::StreamId{4}}, "a stream the plan does not have");
  expect_refused(plan::HostWait{plan::EventId{4}}, "an event the plan does not have");
  expect_refused(compute_op(plan::UnitId{4}, kCompute), "a unit the model does not have");
  expect_refused(plan::Free{plan::SlotId{2}}, "a slot the plan does not have");
  expect_refused(copy_op(8001, kCopyA), "bytes beyond the unit's end");
  expect_refused(copy_op(0, kCopyA), "a copy of no bytes");
  expect_refused(plan::HostWork{nanos(-1)}, "a negative duration");
}

TEST(SimDevice, RefusesMoreTimeThanAClockHas) {
  const Nanos half = nanos(std::int64_t{1} << 61);
  EXPECT_NO_THROW((void)play({plan::HostWork{half}}, round_profile()));
  EXPECT_THROW((void)play({plan::HostWork{half}, plan::HostWork{half}}, round_profile()), Error);
}

TEST(SimDevice, ALayerMeasuredInOtherUnitsIsDividedAsTheWorkloadDividesIt) {
  Profile profile = round_profile();
  profile.compute["round"] = {{nanos(2000), 1}, {nanos(500), 1}, {nanos(501), 1}};
  const trace::Timeline timeline = play({compute_op(kOne, kCompute), compute_op(kThree, kCompute)}, profile);
  ASSERT_EQ(timeline.kernels.size(), 4U);  // of 1,000 and 500 ns in the workload
  const auto length = [&](std::size_t row) {
    return timeline.kernels[row].end - timeline.kernels[row].begin;
  };
  EXPECT_EQ(length(0), nanos(2000));
  EXPECT_EQ(length(1) + length(2) + length(3), nanos(1001));
}

}  // namespace
}  // namespace offledger::sim
