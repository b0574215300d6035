// SPDX-License-Identifier: Apache-2.0

#include "schedules/language/weight_manager.hpp"

#include <gtest/gtest.h>

#include "schedules/base/error.hpp"
#include "tests/contract/language/seed_programs.hpp"

namespace offledger::language {
namespace {

const plan::ModelShape kEightLayers{8, {{"attn", {{"q", 400}, {"o", 100}}}, {"ffn", {{"up", 900}}}}};

class SeedPrograms : public testing::TestWithParam<const char*> {};

TEST_P(SeedPrograms, GiveThePlansOfTheirFiles) {
  const plan::Plan program = seed_program(GetParam())->compile(kEightLayers);
  const plan::Plan file = find_schedule(GetParam())->compile(kEightLayers);
  EXPECT_EQ(plan::to_string(program), plan::to_string(file));
  EXPECT_EQ(program.body, file.body);
}

INSTANTIATE_TEST_SUITE_P(All, SeedPrograms, testing::Values("history1", "history", "stage1", "stage2"));

std::string error_of(std::uint32_t slots, const WeightManagerSchedule::Forward& forward) {
  try {
    (void)WeightManagerSchedule("mine", "", {slots}, forward).compile(kEightLayers);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(WeightManager, RefusesCallsOutOfOrder) {
  EXPECT_EQ(error_of(2, [](WeightManager& wm, std::uint32_t layer) { wm.attention(layer); }),
            "schedule 'mine': expected L0.attn to be made ready next, found L0.attn computed");
  EXPECT_EQ(error_of(2, [](WeightManager& wm, std::uint32_t layer) { wm.ensure_group_on_gpu(layer, "ffn"); }),
            "schedule 'mine': expected L0.attn to be made ready next, found L0.ffn made ready");
  EXPECT_EQ(error_of(2, [](WeightManager&, std::uint32_t) {}),
            "schedule 'mine': expected every unit of the step to be computed");
  EXPECT_EQ(error_of(2, [](WeightManager& wm, std::uint32_t) { wm.prefetch_group_async(0, "moe"); }),
            "schedule 'mine': the model has no group 'moe'");
  EXPECT_EQ(
      error_of(2, [](WeightManager& wm, std::uint32_t) { wm.wait_group_ready(0, "attn", wm.compute_ffn()); }),
      "schedule 'mine': another stream computes L0.attn");
}

TEST(WeightManager, APinnedUnitIsNotEvicted) {
  const auto forward = [](WeightManager& wm, std::uint32_t layer) {
    wm.ensure_group_on_gpu(layer, "attn");
    wm.prefetch_group_async(layer, "ffn", {.pin = true});
    wm.prefetch_group_async(layer + 1, "ffn");
    wm.attention(layer);
    wm.ensure_group_on_gpu(layer, "ffn");
    wm.feed_forward(layer);
  };
  EXPECT_EQ(error_of(2, forward), "");
  EXPECT_EQ(error_of(1, forward),
            "schedule 'mine': prefetching L1.ffn would evict L0.ffn, which is pinned until it is computed. "
            "Expected more "
            "slots");
  EXPECT_NE(error_of(0, forward), "");
}

}  // namespace
}  // namespace offledger::language
