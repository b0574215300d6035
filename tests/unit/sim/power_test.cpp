// SPDX-License-Identifier: Apache-2.0

#include "harness/device/sim/power.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "harness/device/sim/fit_power.hpp"
#include "tests/unit/sim/round_numbers.hpp"

namespace offledger::sim {
namespace {

using Spans = std::vector<Span>;

double share(const Power& power) {
  return static_cast<double>(power.busy_share()) / static_cast<double>(Power::kOne);
}

TEST(Power, WithoutALimitKernelsAreRested) {
  Power power(std::nullopt);
  EXPECT_EQ(power.run(nanos(0), nanos(100), nanos(50)), nanos(100));
  EXPECT_EQ(power.run(nanos(100), nanos(100), nanos(50)), nanos(100));
}

TEST(Power, TheBusyShareIsAnExponentialMean) {
  Power power(PowerLimit{nanos(1000), 999});
  power.run(nanos(0), nanos(500), {});
  EXPECT_NEAR(share(power), 1 - std::exp(-0.5), 1e-3);
  power.run(nanos(2500), nanos(100), {});
  EXPECT_NEAR(share(power), 1 - (1 - (1 - std::exp(-0.5)) * std::exp(-2.0)) * std::exp(-0.1), 1e-3);
}

TEST(Power, TheShareDoesNotDependOnHowWorkIsCut) {
  Power whole(PowerLimit{nanos(50'000'000), 999}), cut(PowerLimit{nanos(50'000'000), 999});
  whole.run(nanos(0), nanos(40'000'000), {});
  for (std::int64_t at = 0; at < 40'000'000; at += 100'000) cut.run(nanos(at), nanos(100'000), {});
  EXPECT_NEAR(share(whole), share(cut), 1e-3);
}

TEST(Power, RampsBetweenTheThresholdAndFullLoad) {
  Power power(PowerLimit{nanos(1), 500});
  EXPECT_EQ(power.run(nanos(0), nanos(1000), nanos(100)), nanos(1000));     // rested
  EXPECT_EQ(power.run(nanos(1000), nanos(1000), nanos(100)), nanos(1100));  // busy for a thousand windows
  EXPECT_EQ(power.run(nanos(2101), nanos(1000), nanos(100)), nanos(1000));  // e^-1 is below the threshold
  Power half(PowerLimit{nanos(1'000'000), 500});
  half.run(nanos(0), nanos(1'386'294), {});  // two half-lives: three quarters
  EXPECT_NEAR(static_cast<double>(half.run(nanos(1'386'294), nanos(1000), nanos(1000)).count()), 1250, 3);
}

TEST(DeviceRules, R20ABusyDeviceIsSlowerUntilItHasRested) {
  Profile profile = free_host_profile();
  profile.compute["round"] = {{nanos(70), 1, nanos(10)}, {nanos(10), 2, nanos(5)}};
  profile.power = PowerLimit{nanos(1), 0};
  const trace::Timeline timeline = play({compute_op(kOne, kCompute), compute_op(kThree, kCompute),
                                         copy_op(500, kCompute), compute_op(kOne, kCompute)},
                                        profile);
  EXPECT_EQ(spans(timeline.kernels), (Spans{{0, 70}, {70, 78}, {78, 85}, {585, 655}}));
  profile.power.reset();
  EXPECT_EQ(spans(play({compute_op(kOne, kCompute), compute_op(kOne, kCompute)}, profile).kernels),
            (Spans{{0, 70}, {70, 140}}));
}

/// What a device with this limit would be timed at.
std::vector<TimedUnit> timed(const PowerLimit& limit, const std::vector<MeasuredUnit>& units, double idle) {
  Power power(limit);
  std::vector<TimedUnit> run;
  Nanos clock{};
  for (int round = 0; round < 20; ++round) {
    const Nanos begin = clock;
    for (std::size_t group = 0; group < units.size(); ++group) {
      const Nanos took = power.run(clock, units[group].compute, units[group].slowdown);
      run.push_back({group, clock, took});
      clock += took;
    }
    clock += nanos(std::llround(idle * static_cast<double>((clock - begin).count())));
  }
  return run;
}

TEST(FitPower, FindsTheLimitThatARunHad) {
  const std::vector<MeasuredUnit> units = {{nanos(12'000'000), 1, nanos(2'000'000)},
                                           {nanos(22'000'000), 1, nanos(3'000'000)}};
  const PowerLimit truth{nanos(55'000'000), 660};
  const auto found =
      fit_power({{units, {timed(truth, units, 0.0), timed(truth, units, 0.25), timed(truth, units, 0.5)}}});
  ASSERT_TRUE(found);
  EXPECT_NEAR(static_cast<double>(found->window.count()), 55e6, 6e6);
  EXPECT_NEAR(found->from_busy_permille, 660, 21);
}

TEST(FitPower, FindsNoneWhereNothingSlowsDown) {
  const std::vector<std::vector<TimedUnit>> runs = {{{0, nanos(0), nanos(10)}}};
  EXPECT_EQ(fit_power({}), std::nullopt);
  EXPECT_EQ(fit_power({{{{nanos(10), 1, nanos(1)}}, {}}}), std::nullopt);
  EXPECT_EQ(fit_power({{{{nanos(10), 1, {}}}, runs}}), std::nullopt);
  EXPECT_NE(fit_power({{{{nanos(10), 1, nanos(1)}}, runs}}), std::nullopt);
}

}  // namespace
}  // namespace offledger::sim
