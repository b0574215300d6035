// SPDX-License-Identifier: Apache-2.0
//
// Counters beside a played plan, instead of its records, and where they cannot be had.
#include <algorithm>

#include "harness/device/cuda/cuda_device.hpp"
#include "harness/execute/execute.hpp"
#include "schedules/base/error.hpp"
#include "schedules/language/schedule.hpp"
#include "tests/gpu/needs_gpu.hpp"
#include "tests/gpu/small_llama.hpp"

namespace offledger::cuda {
namespace {

using Mode = device::CounterRequest::Mode;

class CountersTest : public test::GpuTest {
 protected:
  static trace::Timeline play(Mode mode, Options options = {}) {
    const model::Workload workload = test::workload_of(test::small_llama(), 64, 1, 3);
    const plan::Plan plan = language::find_schedule("history")->compile(workload.shape);
    CudaDevice device(options);
    device::CounterRequest request;
    request.mode = mode;
    EXPECT_TRUE(device.sample_counters(request));
    return execute::run(plan, workload, workload.steps, device);
  }
  static Options denied() {
    Options options;
    options.counter_source = [](const counters::Options&) -> std::unique_ptr<counters::Source> {
      throw Error(ErrorKind::kNotMeasured, "CUPTI_ERROR_INSUFFICIENT_PRIVILEGES: run as root");
    };
    return options;
  }
  static std::string note_of(const trace::Timeline& timeline, std::string_view id) {
    for (const trace::Note& note : timeline.notes) {
      if (timeline.text(note.id) == id) return timeline.text(note.text);
    }
    return "";
  }
};

TEST_F(CountersTest, AreSampledBesideTheRecords) {
  const trace::Timeline timeline = play(Mode::kBeside);
  if (const std::string why = note_of(timeline, "counters_unavailable"); !why.empty()) GTEST_SKIP() << why;
  EXPECT_FALSE(timeline.kernels.empty());
  EXPECT_FALSE(timeline.counters.empty());
  EXPECT_EQ(timeline.counter_values.size(), timeline.counters.size() * timeline.samples.size());
  const Nanos first = timeline.samples.front().begin, last = timeline.samples.back().end;
  const auto end = std::ranges::max(timeline.kernels, {}, &trace::Kernel::end).end;
  EXPECT_LT(first, end);
  EXPECT_GT(last, end - std::chrono::milliseconds(1));
}

TEST_F(CountersTest, AloneLeaveNoRecords) {
  const trace::Timeline timeline = play(Mode::kOnly);
  if (const std::string why = note_of(timeline, "counters_unavailable"); !why.empty()) GTEST_SKIP() << why;
  EXPECT_TRUE(timeline.kernels.empty());
  EXPECT_FALSE(timeline.samples.empty());
  EXPECT_FALSE(timeline.ranges.empty());
}

TEST_F(CountersTest, ThatAreDeniedLeaveTheRecords) {
  for (const Mode mode : {Mode::kBeside, Mode::kFrontEnd, Mode::kOnly}) {
    const trace::Timeline timeline = play(mode, denied());
    EXPECT_FALSE(timeline.kernels.empty());
    EXPECT_TRUE(timeline.samples.empty());
    EXPECT_NE(note_of(timeline, "counters_unavailable").find("run as root"), std::string::npos);
  }
}

}  // namespace
}  // namespace offledger::cuda
