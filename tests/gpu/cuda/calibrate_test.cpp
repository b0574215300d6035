// SPDX-License-Identifier: Apache-2.0
//
// A calibration is a profile that the simulated device takes, with figures that a machine can have.
#include "harness/device/cuda/calibrate.hpp"

#include "tests/gpu/needs_gpu.hpp"
#include "tests/gpu/small_llama.hpp"

namespace offledger::cuda {
namespace {

class CalibrateTest : public test::GpuTest {};

TEST_F(CalibrateTest, GivesAProfileThatParses) {
  const model::Workload workload = test::workload_of(test::small_llama(), 64, 1, 2);
  std::vector<std::string> heard;
  const Calibration found =
      calibrate(0, "here", {workload}, [&](std::string_view text) { heard.emplace_back(text); });
  EXPECT_GE(heard.size(), 3U);  // and the power limit, where the units slow down under load
  const sim::Profile& profile = found.profile;
  const sim::Profile parsed = sim::parse_profile(sim::to_json(profile), "here.json");
  EXPECT_EQ(parsed.h2d_pinned, profile.h2d_pinned);
  EXPECT_TRUE(parsed.calibrated);

  ASSERT_FALSE(profile.h2d_pinned.empty());
  EXPECT_GT(profile.h2d_pinned.back().bytes_per_s, profile.h2d_pinned.front().bytes_per_s);
  EXPECT_GT(profile.both_directions_bytes_per_s, profile.h2d_pinned.back().bytes_per_s);
  EXPECT_GT(profile.launch, Nanos::zero());
  EXPECT_GT(profile.launch_queue, 16U);
  EXPECT_GE(found.pageable_blocked_share, 0.0);
  EXPECT_LE(found.pageable_blocked_share, 1.0);
  const auto& units = profile.compute.at("small");
  ASSERT_EQ(units.size(), 2U);
  // norm, q, k, v, rotation, attention, o; norm, gate, up, SwiGLU, down: a product may take two kernels.
  EXPECT_GE(units[0].kernels, 7U);
  EXPECT_GE(units[1].kernels, 5U);
  EXPECT_GT(units[0].compute, Nanos::zero());
}

}  // namespace
}  // namespace offledger::cuda
