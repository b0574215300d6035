// SPDX-License-Identifier: Apache-2.0
//
// A plan played end to end, recorded: what CUPTI saw is what the plan says.
#include <algorithm>
#include <numeric>

#include "harness/device/cuda/cuda_device.hpp"
#include "harness/device/cuda/preflight.hpp"
#include "harness/execute/execute.hpp"
#include "schedules/base/error.hpp"
#include "schedules/language/schedule.hpp"
#include "tests/gpu/needs_gpu.hpp"
#include "tests/gpu/small_llama.hpp"

namespace offledger::cuda {
namespace {

class DeviceTest : public test::GpuTest {};

std::uint64_t copied_bytes(const plan::Plan& plan, std::uint32_t steps) {
  std::uint64_t bytes = 0;
  const auto add = [&](const std::vector<plan::Op>& ops, std::uint64_t times) {
    for (const plan::Op& op : ops) {
      if (const auto* copy = std::get_if<plan::Copy>(&op)) bytes += times * copy->bytes;
    }
  };
  add(plan.prologue, 1);
  add(plan.body, steps);
  add(plan.epilogue, 1);
  return bytes;
}

TEST_F(DeviceTest, TheRecordingHoldsThePlan) {
  const model::Workload workload = test::workload_of(test::small_llama(), 64, 1, 3);
  const plan::Plan plan = language::find_schedule("history")->compile(workload.shape);
  CudaDevice device({});
  const trace::Timeline timeline = execute::run(plan, workload, workload.steps, device);
  EXPECT_EQ(timeline.source.device_kind, trace::DeviceKind::kCuda);
  EXPECT_TRUE(timeline.source.complete);
  EXPECT_EQ(timeline.defects, trace::Defects{});
  EXPECT_FALSE(timeline.kernels.empty());
  EXPECT_FALSE(timeline.calls.empty());
  std::uint64_t bytes = 0;
  for (const trace::Copy& copy : timeline.copies) {
    if (copy.direction != trace::CopyDirection::kH2D) continue;
    bytes += copy.bytes;
    EXPECT_EQ(copy.source, trace::MemoryKind::kPinned);
    EXPECT_EQ(timeline.text(timeline.at(copy.stream).name), "weight_h2d");
  }
  EXPECT_EQ(bytes, copied_bytes(plan, workload.steps));
}

TEST_F(DeviceTest, RangesNestAndCoverTheirCalls) {
  const model::Workload workload = test::workload_of(test::small_llama(), 64, 1, 3);
  const plan::Plan plan = language::find_schedule("stage12")->compile(workload.shape);
  CudaDevice device({});
  const trace::Timeline timeline = execute::run(plan, workload, workload.steps, device);
  std::uint32_t steps = 0, units = 0;
  for (const trace::Range& range : timeline.ranges) {
    EXPECT_LE(range.begin, range.end);
    EXPECT_EQ(timeline.text(range.domain), "offledger");
    steps += range.kind == trace::RangeKind::kStep ? 1 : 0;
    units += range.kind == trace::RangeKind::kUnit ? 1 : 0;
  }
  EXPECT_EQ(steps, workload.steps);
  EXPECT_EQ(units, workload.steps * workload.shape.unit_count());
  // Every launch in a compute range's time is on its thread: the clocks are one.
  const auto compute =
      std::find_if(timeline.ranges.begin(), timeline.ranges.end(),
                   [&](const trace::Range& range) { return timeline.text(range.name) == "compute L1.attn"; });
  ASSERT_NE(compute, timeline.ranges.end());
  const auto launches =
      std::count_if(timeline.calls.begin(), timeline.calls.end(), [&](const trace::HostCall& call) {
        return call.begin >= compute->begin && call.end <= compute->end && call.thread == compute->thread;
      });
  EXPECT_GE(launches, 5);
}

TEST_F(DeviceTest, AModelThatDoesNotFitIsRefusedBeforeAllocation) {
  model::LlamaConfig config = test::small_llama();
  config.layers = 100'000;
  config.hidden = 8192;
  config.ffn = 28672;
  config.heads = 64;
  config.kv_heads = 8;
  config.head_dim = 128;
  const model::Workload workload = test::workload_of(config, 1, 1, 1);
  const plan::Plan plan = language::find_schedule("history")->compile(workload.shape);
  Options options;
  options.record = false;
  CudaDevice device(options);
  try {
    device.prepare(plan, workload);
    FAIL() << "a model of 170 TB fits?";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kNotMeasured);
    EXPECT_NE(std::string(error.what()).find("memory: "), std::string::npos) << error.what();
  }
}

TEST_F(DeviceTest, AWorkloadWithoutArchitectureIsRefused) {
  model::Workload workload = test::workload_of(test::small_llama(), 1, 1, 1);
  workload.architecture.reset();
  const plan::Plan plan = language::find_schedule("history")->compile(workload.shape);
  Options options;
  options.record = false;
  CudaDevice device(options);
  EXPECT_THROW(device.prepare(plan, workload), Error);
}

TEST(DeviceWithoutGpu, AnOrdinalThatIsNotThereIsNamed) {
  try {
    (void)identity(1000);
    FAIL() << "a thousand GPUs?";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("cuda:1000"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace offledger::cuda
