// SPDX-License-Identifier: Apache-2.0
//
// Steps found in launch orders written down by hand, a letter a kernel name.
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "collectors/trace/repeats.hpp"

namespace offledger::trace {
namespace {

using Places = std::vector<std::size_t>;

std::optional<Repeats> find(const std::string& launches) {
  return find_repeats(std::vector<std::uint32_t>(launches.begin(), launches.end()));
}
Places begins(const std::string& launches) {
  const auto found = find(launches);
  return found ? found->begins : Places{};
}

TEST(Repeats, AnEmbeddingTellsStepsFromLayers) {
  EXPECT_EQ(begins("eabcabcabcz"
                   "eabcabcabcz"
                   "eabcabcabcz"),
            (Places{0, 11, 22}));
}

TEST(Repeats, WithoutAKernelOfItsOwnAStepIsALayer) {
  EXPECT_EQ(begins("abcabcabc"), (Places{0, 3, 6}));
}

TEST(Repeats, WarmUpBeforeAndCleanUpAfterBelongToNone) {
  const auto found = find(
      "xyeeqq"
      "habab"
      "habab"
      "habab"
      "habab"
      "wvv");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->begins, (Places{6, 11, 16, 21}));
  EXPECT_EQ(found->end, 26U);
}

TEST(Repeats, AStepMayLaunchAKernelMoreOrLess) {
  const std::string step = "habcdabcdabcdabcdabcd";
  EXPECT_EQ(begins(step + step + step + "a" + step + step).size(), 5U);
}

TEST(Repeats, TwoStepsAreEnough) {
  EXPECT_EQ(begins("eabababzeababab"
                   "z"),
            (Places{0, 8}));
}

TEST(Repeats, NothingRepeatsInNothing) {
  EXPECT_FALSE(find(""));
  EXPECT_FALSE(find("a"));
  EXPECT_FALSE(find("abcdefgh"));
  EXPECT_FALSE(find("abcdefghijklmnopqrstuvwxyzb"));
}

RC_GTEST_PROP(Repeats, FindsStepsOfAnyLength, ()) {
  const auto layer = *rc::gen::inRange(2, 12);
  const auto layers = *rc::gen::inRange(1, 8);
  const auto steps = *rc::gen::inRange(3, 9);
  std::vector<std::uint32_t> ids;
  Places expected;
  for (int s = 0; s < steps; ++s) {
    expected.push_back(ids.size());
    ids.push_back(1000);
    for (int l = 0; l < layers; ++l) {
      for (int k = 0; k < layer; ++k) ids.push_back(static_cast<std::uint32_t>(k));
    }
  }
  const auto found = find_repeats(ids);
  RC_ASSERT(found.has_value());
  RC_ASSERT(found->end == ids.size());
  // With one layer a step, any of its kernels may mark it.
  RC_ASSERT(found->begins == expected);
}

RC_GTEST_PROP(Repeats, AnySequenceGivesAscendingPlacesOrNone, (const std::vector<std::uint8_t>& any)) {
  const std::vector<std::uint32_t> ids(any.begin(), any.end());
  const auto found = find_repeats(ids);
  if (!found) return;
  RC_ASSERT(found->begins.size() >= 2U);
  RC_ASSERT(std::is_sorted(found->begins.begin(), found->begins.end()));
  RC_ASSERT(found->begins.back() < found->end);
  RC_ASSERT(found->end <= ids.size());
}

/// Four launches a step, three steps, on one thread.
Timeline three_steps() {
  Timeline t;
  const ThreadRow thread = t.thread(t.process(1), 1);
  const StreamRow stream = t.stream(ProcessRow{}, DeviceId{}, 0, 7);
  std::uint64_t id = 0;
  for (int step = 0; step < 3; ++step) {
    for (const char* name : {"embed", "mm", "mm", "sample"}) {
      const Nanos at{static_cast<std::int64_t>(100 * id)};
      t.calls.push_back(
          {at, at + Nanos{10}, thread, t.intern("cudaLaunchKernel"), Correlation{++id}, Api::kRuntime, 0});
      Kernel kernel;
      kernel.begin = at + Nanos{20};
      kernel.end = at + Nanos{90};
      kernel.stream = stream;
      kernel.name = t.intern(name);
      kernel.correlation = Correlation{id};
      t.kernels.push_back(kernel);
    }
  }
  return t;
}

TEST(MarkSteps, RepetitionsBecomeSteps) {
  Timeline t = three_steps();
  EXPECT_EQ(mark_repeats(t), 3U);
  ASSERT_EQ(t.ranges.size(), 3U);
  EXPECT_EQ(t.ranges[1].kind, RangeKind::kStep);
  EXPECT_EQ(t.ranges[1].step, 1);
  EXPECT_EQ(t.ranges[1].begin, Nanos{400});
  EXPECT_EQ(t.ranges[1].end, Nanos{800});
}

/// Kernels that each run twice, mirrored: thousands of them look regular, and none is a step. Comparing all
/// of them takes the square of the length.
TEST(Repeats, GivesUpWhereManyPatternsLookRegularAndNoneRepeats) {
  constexpr std::uint32_t kKernels = 100'000;
  std::vector<std::uint32_t> ids;
  for (std::uint32_t i = 0; i < kKernels; ++i) ids.push_back(i);
  for (std::uint32_t i = kKernels; i-- > 0;) ids.push_back(i);
  EXPECT_FALSE(find_repeats(ids));
}

TEST(MarkSteps, ANamedRangeBecomesAStepAndOthersNone) {
  Timeline t = three_steps();
  Range old;
  old.kind = RangeKind::kStep;
  old.step = 0;
  old.name = t.intern("ProfilerStep#0");
  Range forward = old;
  forward.kind = RangeKind::kOther;
  forward.step = kNoRow;
  forward.name = t.intern("forward");
  forward.begin = Nanos{400};
  t.ranges = {old, forward};
  EXPECT_EQ(mark_ranges(t, "backward"), 0U);
  EXPECT_EQ(t.ranges[0].kind, RangeKind::kStep);
  EXPECT_EQ(mark_ranges(t, "forward"), 1U);
  EXPECT_EQ(t.ranges[0].kind, RangeKind::kOther);
  EXPECT_EQ(t.ranges[1].kind, RangeKind::kStep);
  EXPECT_EQ(t.ranges[1].step, 0);
}

}  // namespace
}  // namespace offledger::trace
