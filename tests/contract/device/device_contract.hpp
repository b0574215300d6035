// SPDX-License-Identifier: Apache-2.0
//
// What any device must satisfy, whatever its clock: bodies only. An implementation instantiates them in a few
// lines,
//
//     INSTANTIATE_TEST_SUITE_P(Sim, DeviceContract, testing::Values(Maker{[] { return make_device(profile);
//     }}));
//
// and, where there may be no such machine, sets Maker::skip to a reason.

#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "harness/device/device.hpp"
#include "harness/execute/execute.hpp"
#include "schedules/base/error.hpp"
#include "tests/contract/device/contract_plans.hpp"

namespace offledger::device::contract {

struct Maker {
  std::function<std::unique_ptr<Device>()> make;
  std::string skip;                       ///< why there is nothing to test here; empty where there is
  Nanos skew{};                           ///< how far two clocks of the machine may disagree
  Nanos least_host_work = nanos(50'000);  ///< of the 50 us that the plan asks for
  bool kernels_as_declared = true;        ///< a unit launches exactly the kernels its workload declares
};

inline void PrintTo(const Maker&, std::ostream* out) {
  *out << "device";
}

class DeviceContract : public testing::TestWithParam<Maker> {
 protected:
  void SetUp() override {
    if (!GetParam().skip.empty()) GTEST_SKIP() << GetParam().skip;
  }

  trace::Timeline run(Readiness ready, plan::Source source = plan::Source::kPinned) {
    plan_ = streaming_plan(workload_, ready, source);
    const auto device = GetParam().make();
    return execute::run(plan_, workload_, kSteps, *device);
  }

  [[nodiscard]] std::uint64_t bytes_of_a_step() const {
    std::uint64_t sum = 0;
    for (const plan::Group& group : workload_.shape.groups) sum += group.bytes() * workload_.shape.layers;
    return sum;
  }

  model::Workload workload_ = workload();
  plan::Plan plan_;
};

constexpr Readiness kEveryReadiness[] = {Readiness::kStreamWait, Readiness::kHostWait, Readiness::kStreamSync,
                                         Readiness::kDeviceSync};

/// The ops of one unit in one step, by their ranges: which correlations they enqueued.
struct UnitOps {
  std::vector<const trace::Copy*> copies;
  std::vector<const trace::Kernel*> kernels;
};

using UnitKey = std::tuple<std::int32_t, std::int32_t, trace::StringId>;  ///< step, layer, group

/// Links kernels and copies to the units that their ops' ranges name, through the host calls inside the
/// ranges.
inline std::map<UnitKey, UnitOps> by_unit(const trace::Timeline& timeline) {
  std::map<trace::Correlation, const trace::Copy*> copies;
  std::map<trace::Correlation, const trace::Kernel*> kernels;
  for (const trace::Copy& copy : timeline.copies) copies[copy.correlation] = &copy;
  for (const trace::Kernel& kernel : timeline.kernels) kernels[kernel.correlation] = &kernel;
  std::map<UnitKey, UnitOps> units;
  for (const trace::Range& range : timeline.ranges) {
    if (range.kind != trace::RangeKind::kOp) continue;
    UnitOps& unit = units[{range.step, range.layer, range.group}];
    for (const trace::HostCall& call : timeline.calls) {
      if (call.begin < range.begin || call.end > range.end) continue;
      if (const auto copy = copies.find(call.correlation); copy != copies.end())
        unit.copies.push_back(copy->second);
      if (const auto kernel = kernels.find(call.correlation); kernel != kernels.end()) {
        unit.kernels.push_back(kernel->second);
      }
    }
  }
  return units;
}

TEST_P(DeviceContract, CopiesWhatThePlanSays) {
  const trace::Timeline timeline = run(Readiness::kStreamWait);
  ASSERT_EQ(timeline.copies.size(), kSteps * workload_.shape.unit_count());
  std::uint64_t bytes = 0;
  for (const trace::Copy& copy : timeline.copies) {
    bytes += copy.bytes;
    EXPECT_EQ(copy.direction, trace::CopyDirection::kH2D);
    EXPECT_EQ(copy.source, trace::MemoryKind::kPinned);
    EXPECT_EQ(copy.target, trace::MemoryKind::kDevice);
    EXPECT_EQ(timeline.text(timeline.at(copy.stream).name), "weight_h2d");
  }
  EXPECT_EQ(bytes, kSteps * bytes_of_a_step());
}

TEST_P(DeviceContract, LaunchesEveryUnitsKernelsOnItsStream) {
  const trace::Timeline timeline = run(Readiness::kStreamWait);
  for (const auto& [key, unit] : by_unit(timeline)) {
    ASSERT_FALSE(unit.kernels.empty());
    const std::size_t group = timeline.text(std::get<2>(key)) == "attn" ? 0 : 1;
    if (GetParam().kernels_as_declared) {
      EXPECT_EQ(unit.kernels.size(), workload_.costs[group].kernels);
    }
    for (const trace::Kernel* kernel : unit.kernels) {
      EXPECT_EQ(timeline.text(timeline.at(kernel->stream).name), "compute");
    }
  }
}

TEST_P(DeviceContract, KernelsWaitForTheirCopyHoweverTheyWait) {
  for (const Readiness ready : kEveryReadiness) {
    const trace::Timeline timeline = run(ready);
    const auto units = by_unit(timeline);
    ASSERT_EQ(units.size(), kSteps * workload_.shape.unit_count());
    for (const auto& [key, unit] : units) {
      ASSERT_EQ(unit.copies.size(), 1U);
      for (const trace::Kernel* kernel : unit.kernels) {
        EXPECT_GE(kernel->begin + GetParam().skew, unit.copies[0]->end);
      }
    }
  }
}

TEST_P(DeviceContract, ACopyWaitsForTheSlotsLastReader) {
  const trace::Timeline timeline = run(Readiness::kStreamWait);
  std::map<trace::StringId, Nanos> last_reader;  // by group; units come in order of step and layer
  for (const auto& [key, unit] : by_unit(timeline)) {
    const trace::StringId group = std::get<2>(key);
    ASSERT_EQ(unit.copies.size(), 1U);
    EXPECT_GE(unit.copies[0]->begin + GetParam().skew, last_reader[group]);
    for (const trace::Kernel* kernel : unit.kernels)
      last_reader[group] = std::max(last_reader[group], kernel->end);
  }
}

TEST_P(DeviceContract, StreamsAreFifo) {
  const trace::Timeline timeline = run(Readiness::kStreamWait);
  std::map<trace::StreamRow, std::map<trace::Correlation, std::pair<Nanos, Nanos>>> streams;
  for (const auto& kernel : timeline.kernels)
    streams[kernel.stream][kernel.correlation] = {kernel.begin, kernel.end};
  for (const auto& copy : timeline.copies) streams[copy.stream][copy.correlation] = {copy.begin, copy.end};
  EXPECT_EQ(streams.size(), 2U);
  for (const auto& [stream, ops] : streams) {
    Nanos before{};
    for (const auto& [correlation, span] : ops) {  // correlations ascend in the order of issue
      EXPECT_LE(before, span.first);
      EXPECT_LE(span.first, span.second);
      before = span.second;
    }
  }
}

TEST_P(DeviceContract, HostWaitsReturnAfterWhatTheyAwait) {
  for (const Readiness ready : {Readiness::kHostWait, Readiness::kStreamSync, Readiness::kDeviceSync}) {
    const trace::Timeline timeline = run(ready);
    std::vector<Nanos> returned;
    for (const trace::Sync& sync : timeline.syncs) {
      if (sync.kind != trace::SyncKind::kStreamWait) returned.push_back(sync.end);
    }
    std::sort(returned.begin(), returned.end());
    ASSERT_GE(returned.size(), timeline.copies.size());
    std::vector<Nanos> copied;
    for (const trace::Copy& copy : timeline.copies) copied.push_back(copy.end);
    std::sort(copied.begin(), copied.end());
    for (std::size_t row = 0; row < copied.size(); ++row) {
      EXPECT_GE(returned[row] + GetParam().skew, copied[row]) << "wait " << row;
    }
  }
}

TEST_P(DeviceContract, APageableCopyHoldsTheHost) {
  const trace::Timeline timeline = run(Readiness::kStreamWait, plan::Source::kPageable);
  std::map<trace::Correlation, const trace::HostCall*> calls;
  for (const trace::HostCall& call : timeline.calls) calls[call.correlation] = &call;
  for (const trace::Copy& copy : timeline.copies) {
    EXPECT_EQ(copy.source, trace::MemoryKind::kPageable);
    ASSERT_TRUE(calls.contains(copy.correlation));
    EXPECT_LE(calls[copy.correlation]->begin, copy.begin + GetParam().skew);
    EXPECT_GT(calls[copy.correlation]->end + GetParam().skew, copy.begin);
  }
}

TEST_P(DeviceContract, EveryEnqueueHasItsCall) {
  const trace::Timeline timeline = run(Readiness::kStreamWait);
  std::map<trace::Correlation, std::string> calls;
  for (const trace::HostCall& call : timeline.calls) {
    EXPECT_LE(call.begin, call.end);
    EXPECT_TRUE(calls.emplace(call.correlation, timeline.text(call.name)).second)
        << "a correlation stands twice";
  }
  for (const trace::Copy& copy : timeline.copies) EXPECT_EQ(calls[copy.correlation], "cudaMemcpyAsync");
  for (const trace::Kernel& kernel : timeline.kernels) EXPECT_TRUE(calls.contains(kernel.correlation));
  for (const trace::EventRecord& record : timeline.event_records) {
    EXPECT_TRUE(calls[record.correlation].starts_with("cudaEventRecord")) << calls[record.correlation];
  }
}

TEST_P(DeviceContract, StreamWaitsNameTheRecordTheyBindTo) {
  const trace::Timeline timeline = run(Readiness::kStreamWait);
  std::map<trace::EventSync, trace::StreamRow> recorded;
  for (const trace::EventRecord& record : timeline.event_records) recorded[record.event] = record.stream;
  std::size_t bound = 0;
  for (const trace::Sync& sync : timeline.syncs) {
    if (sync.kind != trace::SyncKind::kStreamWait || !recorded.contains(sync.event)) continue;
    EXPECT_NE(recorded[sync.event], sync.stream) << "each stream waits for the other";
    ++bound;
  }
  // Every unit waits twice; the first wait for a slot's reader, once a group, finds no record.
  EXPECT_EQ(bound, 2 * kSteps * workload_.shape.unit_count() - workload_.shape.groups.size());
}

TEST_P(DeviceContract, RangesMarkStepsUnitsAndHostWork) {
  const trace::Timeline timeline = run(Readiness::kStreamWait);
  std::map<trace::RangeKind, std::size_t> count;
  for (const trace::Range& range : timeline.ranges) {
    EXPECT_LE(range.begin, range.end);
    ++count[range.kind];
    if (range.kind == trace::RangeKind::kHostWork) {
      EXPECT_GE(range.end - range.begin, GetParam().least_host_work);
    }
  }
  EXPECT_EQ(count[trace::RangeKind::kStep], kSteps);
  EXPECT_EQ(count[trace::RangeKind::kUnit], kSteps * workload_.shape.unit_count());
  EXPECT_EQ(count[trace::RangeKind::kOp], 2 * kSteps * workload_.shape.unit_count());
  EXPECT_EQ(count[trace::RangeKind::kHostWork], kSteps);
}

TEST_P(DeviceContract, FinishDrainsTheDevice) {
  const trace::Timeline timeline = run(Readiness::kStreamWait);
  Nanos last_call{};
  for (const trace::HostCall& call : timeline.calls) last_call = std::max(last_call, call.end);
  for (const trace::Kernel& kernel : timeline.kernels) EXPECT_LE(kernel.end, last_call + GetParam().skew);
  for (const trace::Copy& copy : timeline.copies) EXPECT_LE(copy.end, last_call + GetParam().skew);
  EXPECT_TRUE(timeline.source.complete);
  EXPECT_EQ(timeline.defects, trace::Defects{});
}

TEST_P(DeviceContract, SaysWhatItIs) {
  const auto device = GetParam().make();
  EXPECT_FALSE(device->identity().name.empty());
  EXPECT_FALSE(device->identity().description.empty());
  const trace::Timeline timeline = run(Readiness::kStreamWait);
  EXPECT_EQ(timeline.source.device_kind, device->identity().kind);
  EXPECT_EQ(timeline.source.schedule, "contract");
  EXPECT_EQ(timeline.source.workload, "contract");
  ASSERT_EQ(timeline.devices.size(), 1U);
}

/// Counters are an extra: where there are none, or they cannot be read, what is played and recorded is the
/// same.
TEST_P(DeviceContract, CountersEndNothing) {
  plan_ = streaming_plan(workload_, Readiness::kStreamWait, plan::Source::kPinned);
  for (const CounterRequest::Mode mode : {CounterRequest::Mode::kBeside, CounterRequest::Mode::kFrontEnd}) {
    const auto device = GetParam().make();
    CounterRequest request;
    request.mode = mode;
    const bool has_some = device->sample_counters(request);
    const trace::Timeline timeline = execute::run(plan_, workload_, kSteps, *device);
    EXPECT_FALSE(timeline.kernels.empty());
    EXPECT_FALSE(timeline.copies.empty());
    if (!has_some) {
      EXPECT_TRUE(timeline.samples.empty());
    } else if (timeline.samples.empty()) {
      ASSERT_FALSE(timeline.notes.empty());
      EXPECT_EQ(timeline.text(timeline.notes.front().id), "counters_unavailable");
    }
  }
}

TEST_P(DeviceContract, RefusesAPlanForAnotherModel) {
  plan_ = streaming_plan(workload_, Readiness::kStreamWait, plan::Source::kPinned);
  model::Workload other = workload_;
  other.shape.layers = 4;
  const auto device = GetParam().make();
  EXPECT_THROW(device->prepare(plan_, other), Error);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(DeviceContract);

}  // namespace offledger::device::contract
