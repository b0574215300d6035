// SPDX-License-Identifier: Apache-2.0
#include "harness/device/cuda/range_log.hpp"

#include <gtest/gtest.h>

#include "harness/device/cuda/check.hpp"
#include "tests/gpu/small_llama.hpp"

namespace offledger::cuda {
namespace {

TEST(RangeLog, StepsHoldUnitsHoldOps) {
  const plan::Plan plan = all_resident(test::workload_of(test::small_llama(), 1, 1, 1).shape);
  RangeLog log(plan);
  const Nanos before = RangeLog::now();
  for (std::uint32_t step = 0; step < 2; ++step) {
    log.begin_step(step);
    log.begin_call("device_sync");
    log.end_op();
    for (const std::uint32_t unit : {2U, 3U}) {
      log.begin_unit(plan::UnitId{unit});
      log.begin_op(RangeLog::Verb::kCopy, plan::UnitId{unit + 2}, plan::SlotId{1});
      log.end_op();
      log.begin_op(RangeLog::Verb::kCompute, plan::UnitId{unit}, plan::kResident);
      log.end_op();
    }
    log.begin_host_work();
    log.end_op();
  }
  log.end_step();

  trace::Timeline timeline;
  timeline.source.clock_origin = before.count();
  log.write_to(timeline);
  ASSERT_EQ(timeline.ranges.size(), 2U * (1 + 2 * 3 + 1));
  std::vector<std::string> names;
  for (const trace::Range& range : timeline.ranges) {
    EXPECT_GE(range.begin, Nanos::zero());
    EXPECT_LE(range.begin, range.end);
    EXPECT_EQ(timeline.text(range.domain), "offledger");
    if (range.step == 1) names.push_back(timeline.text(range.name));
  }
  EXPECT_EQ(names, (std::vector<std::string>{"step 1", "L1.attn", "copy L2.attn", "compute L1.attn", "L1.ffn",
                                             "copy L2.ffn", "compute L1.ffn", "host work"}));
  const trace::Range& step = timeline.ranges[0];
  const trace::Range& unit = timeline.ranges[1];
  const trace::Range& copy = timeline.ranges[2];
  EXPECT_EQ(copy.kind, trace::RangeKind::kOp);
  EXPECT_EQ(copy.layer, 2);
  EXPECT_EQ(copy.slot, 1);
  EXPECT_EQ(timeline.text(copy.group), "attn");
  EXPECT_LE(step.begin, unit.begin);
  EXPECT_LE(unit.begin, copy.begin);
  EXPECT_LE(copy.end, unit.end);
  EXPECT_LE(unit.end, step.end);
}

TEST(CheckReport, SaysWhichRunAndWhatWasRead) {
  const CheckReport good{{{"as scheduled", true, 0, true}}};
  EXPECT_TRUE(good.same());
  EXPECT_EQ(good.summary(), "");
  const CheckReport bad{
      {{"as scheduled", true, 0, true}, {"late copies", false, 1, false}, {"late readers", false, 2, true}}};
  EXPECT_FALSE(bad.same());
  EXPECT_EQ(
      bad.summary(),
      "step 1 differs, late copies (NaN: a slot was read before its copy arrived or after its release); "
      "step 2 differs, late readers (weights of another unit, or another layer's activations, were read)");
}

}  // namespace
}  // namespace offledger::cuda
