// SPDX-License-Identifier: Apache-2.0
#include "reports/render/explain_story.hpp"

#include <gtest/gtest.h>

namespace offledger::render {
namespace {

analysis::Figures window(std::int64_t compute_only, std::int64_t hidden, std::int64_t exposed,
                         std::int64_t idle) {
  analysis::Figures f;
  f.ledger.compute_only = nanos(compute_only);
  f.ledger.hidden = nanos(hidden);
  f.ledger.exposed = nanos(exposed);
  f.ledger.idle = nanos(idle);
  f.compute = nanos(compute_only + hidden);
  f.h2d = {nanos(hidden + exposed), nanos(hidden), nanos(exposed), 1'000'000, 10, 0};
  return f;
}

bool begins(const std::string& text, std::string_view with) {
  return text.starts_with(with);
}

TEST(Story, BusySmsAreComputeBound) {
  const Story s = story_of(window(90'000, 9'000, 500, 500));
  EXPECT_TRUE(begins(s.verdict, "Compute-bound: the SMs have work 99.0 % of the time")) << s.verdict;
}

TEST(Story, KernelsThatReadHostMemoryAreBoundByTheLink) {
  const Story full = story_of(window(3'000, 96'000, 0, 1'000), std::nullopt, true);
  EXPECT_TRUE(begins(full.verdict, "Link-bound: kernels read host memory themselves")) << full.verdict;
  EXPECT_TRUE(full.hidden.empty());
  EXPECT_TRUE(
      begins(story_of(window(49'000, 50'000, 0, 1'000), std::nullopt, true).verdict, "Compute-bound:"));
}

TEST(Story, AFullLinkIsLinkBound) {
  const Story s = story_of(window(5'000, 30'000, 64'000, 1'000));
  EXPECT_TRUE(begins(s.verdict, "Link-bound: the H2D link is busy 94.0 % of the time")) << s.verdict;
  EXPECT_NE(s.verdict.find("more than 6.0 %"), std::string::npos) << s.verdict;
}

TEST(Story, CopiesThatCouldHideAreCopyBound) {
  const Story s = story_of(window(50'000, 0, 50'000, 0));
  EXPECT_TRUE(begins(s.verdict, "Copy-bound: for 50.0 %")) << s.verdict;
  EXPECT_NE(s.advice.find("could be hidden"), std::string::npos) << s.advice;
  EXPECT_TRUE(begins(s.hidden, "0.0 % of the H2D transfer is hidden")) << s.hidden;
}

TEST(Story, PageableCopiesAreNamedFirst) {
  auto f = window(5'000, 0, 94'000, 1'000);
  f.h2d.pageable_copies = 10;
  EXPECT_TRUE(begins(story_of(f).advice, "10 of 10 H2D copies read pageable memory"));
}

TEST(Story, AnIdleDeviceWaitsForItsHost) {
  auto f = window(40'000, 5'000, 5'000, 50'000);
  EXPECT_TRUE(begins(story_of(f).verdict, "Starved: the SMs have no work 55.0 %")) << story_of(f).verdict;
  f.cpu_blocked = nanos(90'000);  // long calls while the GPU works block nothing
  EXPECT_TRUE(begins(story_of(f, nanos(20'000)).verdict, "Starved:"));
  EXPECT_TRUE(begins(story_of(f, nanos(30'000)).verdict, "Host-blocked:"));
}

TEST(Story, WithoutCopiesNothingIsSaidToBeHidden) {
  auto f = window(100, 0, 0, 0);
  f.h2d = {};
  EXPECT_TRUE(story_of(f).hidden.empty());
}

TEST(Story, AnEmptyWindowIsNoCrash) {
  EXPECT_FALSE(story_of(analysis::Figures{}).verdict.empty());
}

TEST(Story, AvoidableIsWhatComputeCouldStillHide) {
  EXPECT_EQ(avoidable_exposed(window(30, 10, 50, 0)), nanos(30));  // h2d 60, compute 40: 20 can never hide
  EXPECT_EQ(avoidable_exposed(window(0, 40, 20, 0)), nanos(0));
}

}  // namespace
}  // namespace offledger::render
