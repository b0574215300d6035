// SPDX-License-Identifier: Apache-2.0

#include "harness/execute/execute.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "schedules/base/error.hpp"

namespace offledger::execute {
namespace {

using plan::EventId, plan::SlotId, plan::StreamId, plan::UnitId;

/// Writes down what it is asked to do.
class Scribe final : public device::Device {
 public:
  std::vector<std::string> lines;

  const device::Identity& identity() const noexcept override { return identity_; }
  void prepare(const plan::Plan&, const model::Workload&) override { lines.emplace_back("prepare"); }
  void step_begin(std::uint32_t step) override { say("step {}", step); }
  void unit_begin(UnitId unit) override { say("unit {}", index(unit)); }
  void host_work(Nanos duration) override { say("work {}", duration.count()); }
  void alloc(SlotId slot) override { say("alloc {}", index(slot)); }
  void free(SlotId slot) override { say("free {}", index(slot)); }
  void pin(std::uint64_t bytes) override { say("pin {}", bytes); }
  void copy(const plan::Copy& op) override { say("copy {}", op.bytes); }
  void record(EventId event, StreamId stream) override { say("record {} {}", index(event), index(stream)); }
  void stream_wait(StreamId stream, EventId event) override {
    say("wait {} {}", index(stream), index(event));
  }
  void host_wait(EventId event) override { say("host_wait {}", index(event)); }
  void stream_sync(StreamId stream) override { say("stream_sync {}", index(stream)); }
  void device_sync() override { say("device_sync{}", ""); }
  void compute(const plan::Compute& op) override { say("compute {}", index(op.unit)); }
  void release(const plan::Release& op) override { say("release {}", index(op.slot)); }
  trace::Timeline finish() override {
    lines.emplace_back("finish");
    return {};
  }

 private:
  template <typename... Args>
  void say(fmt::format_string<Args...> format, Args&&... args) {
    lines.push_back(fmt::format(format, std::forward<Args>(args)...));
  }
  device::Identity identity_;
};

TEST(Execute, PlaysEveryOpInThePlansOrder) {
  plan::Plan plan;
  plan.prologue = {plan::Alloc{SlotId{1}}, plan::Pin{64}};
  plan.body = {plan::StepBegin{},
               plan::UnitBegin{UnitId{2}},
               plan::HostWork{nanos(7)},
               plan::Copy{UnitId{2}, plan::kSlab, 0, 99, SlotId{1}, StreamId{0}},
               plan::Record{EventId{3}, StreamId{4}},
               plan::StreamWait{StreamId{5}, EventId{6}},
               plan::HostWait{EventId{3}},
               plan::Compute{UnitId{2}, StreamId{5}, SlotId{1}},
               plan::Release{SlotId{1}, UnitId{2}}};
  plan.epilogue = {plan::StreamSync{StreamId{5}}, plan::DeviceSync{}, plan::Free{SlotId{1}}};
  Scribe scribe;
  (void)run(plan, {}, 2, scribe);

  const std::vector<std::string> body = {"unit 2",   "work 7",      "copy 99",   "record 3 4",
                                         "wait 5 6", "host_wait 3", "compute 2", "release 1"};
  std::vector<std::string> expected = {"prepare", "alloc 1", "pin 64"};
  for (const char* step : {"step 0", "step 1"}) {
    expected.emplace_back(step);
    expected.insert(expected.end(), body.begin(), body.end());
  }
  for (const char* line : {"stream_sync 5", "device_sync", "free 1", "finish"}) expected.emplace_back(line);
  EXPECT_EQ(scribe.lines, expected);
}

TEST(Execute, RefusesNoSteps) {
  Scribe scribe;
  EXPECT_THROW((void)run({}, {}, 0, scribe), Error);
  EXPECT_TRUE(scribe.lines.empty());
}

}  // namespace
}  // namespace offledger::execute
