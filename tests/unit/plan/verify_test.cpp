// SPDX-License-Identifier: Apache-2.0
//
// One plan of two layers in one slot, and what each way of breaking it is called.

#include <gtest/gtest.h>

#include "schedules/base/error.hpp"
#include "schedules/plan/builder.hpp"
#include "schedules/plan/verify.hpp"

namespace offledger::plan {
namespace {

constexpr StreamId kCopyStream{0}, kComputeStream{1}, kOtherStream{2};
constexpr SlotId kSlot{0}, kOtherSlot{1};
constexpr EventId kReady{0}, kFree{1};

Plan good() {
  Builder builder("good", {2, {{"layer", {{"a", 60}, {"b", 40}}}}});
  builder.stream("copy", StreamKind::kCopy);
  builder.stream("compute", StreamKind::kCompute);
  builder.stream("other", StreamKind::kCompute);
  builder.slot("slot[0]", 100);
  builder.slot("slot[1]", 100);
  builder.event("ready");
  builder.event("free");
  builder.to(Section::kPrologue);
  builder.op(Record{kFree, kComputeStream});
  builder.to(Section::kBody);
  for (const UnitId unit : {UnitId{0}, UnitId{1}}) {
    builder.op(StreamWait{kCopyStream, kFree});             // row 0, 8
    builder.op(Copy{unit, 0, 0, 60, kSlot, kCopyStream});   // row 1, 9
    builder.op(Copy{unit, 1, 60, 40, kSlot, kCopyStream});  // row 2, 10
    builder.op(Record{kReady, kCopyStream});                // row 3, 11
    builder.op(StreamWait{kComputeStream, kReady});         // row 4, 12
    builder.op(Compute{unit, kComputeStream, kSlot});       // row 5, 13
    builder.op(Record{kFree, kComputeStream});              // row 6, 14
    builder.op(Release{kSlot, unit});                       // row 7, 15
  }
  builder.to(Section::kEpilogue);
  builder.op(DeviceSync{});
  return std::move(builder).finish();
}

std::string kinds(const Plan& plan) {
  std::string text;
  for (const Hazard& hazard : verify(plan).hazards) {
    if (text.find(hazard_name(hazard.kind)) == std::string::npos) {
      text.append(text.empty() ? "" : " ").append(hazard_name(hazard.kind));
    }
  }
  return text;
}

Plan without(std::size_t row) {
  Plan plan = good();
  plan.body.erase(plan.body.begin() + static_cast<std::ptrdiff_t>(row));
  return plan;
}

void insert(Plan& plan, std::size_t before, const Op& op) {
  std::vector<Op> ops;
  for (std::size_t row = 0; row < plan.body.size(); ++row) {
    if (row == before) ops.push_back(op);
    ops.push_back(plan.body[row]);
  }
  plan.body = std::move(ops);
}

Plan with(std::size_t row, const Op& op) {
  Plan plan = good();
  plan.body[row] = op;
  return plan;
}

TEST(Verify, PassesTheGoodPlan) {
  const Verdict verdict = verify(good());
  EXPECT_TRUE(verdict.safe());
  EXPECT_EQ(verdict.peak_slot_bytes, 200U);
  EXPECT_EQ(verdict.steps, 2U);
}

TEST(Verify, NamesEachWayOfBreakingIt) {
  EXPECT_EQ(kinds(without(0)), "slot_overwrite");
  EXPECT_EQ(kinds(without(8)), "slot_overwrite");
  EXPECT_EQ(kinds(without(2)), "read_before_copy");
  EXPECT_EQ(kinds(without(4)), "missing_wait");
  EXPECT_EQ(kinds(with(4, StreamWait{kOtherStream, kReady})), "wrong_stream_wait");
  EXPECT_EQ(kinds(with(3, Record{kReady, kOtherStream})), "wrong_stream_wait");
  EXPECT_EQ(kinds(with(5, Compute{UnitId{0}, kComputeStream, kOtherSlot})), "read_before_copy wrong_unit");
  EXPECT_EQ(kinds(with(13, Compute{UnitId{1}, kOtherStream, kSlot})),
            "missing_wait wrong_stream_wait slot_overwrite");
  EXPECT_EQ(kinds(with(9, Copy{UnitId{0}, 0, 0, 60, kSlot, kCopyStream})), "wrong_unit");
}

TEST(Verify, FindsAnOverwriteAcrossSteps) {
  Plan plan = good();
  // Layer 0 of the next step is fetched before layer 1 of this one has computed.
  insert(plan, 13, Copy{UnitId{0}, kSlab, 0, 100, kSlot, kCopyStream});
  const Verdict verdict = verify(plan);
  ASSERT_FALSE(verdict.safe());
  EXPECT_EQ(verdict.hazards[0].kind, HazardKind::kSlotOverwrite);
  EXPECT_EQ(verdict.hazards[0].first, 14U);
  EXPECT_EQ(verdict.hazards[0].second, 15U);
  EXPECT_EQ(plan.model.name_of(verdict.hazards[0].unit), "L1.layer");
}

TEST(Verify, GivesTheOpsInWordsAndAnOrderThatBreaks) {
  const Hazard hazard = verify(without(4)).hazards.at(0);
  EXPECT_EQ(hazard.words,
            "nothing orders op 5 \"compute L0.layer from slot[0] on compute\" of step 0 behind op 2 \"copy "
            "L0.layer.a 60 B "
            "-> slot[0] on copy (pinned)\" of step 0. Record an event on copy after op 2 and have compute "
            "wait for it");
  ASSERT_EQ(hazard.interleaving.size(), 4U);
  EXPECT_EQ(hazard.interleaving[2], "compute has nothing left to wait for and starts op 5");
}

TEST(Verify, HostWaitsOrderWhatIsEnqueuedAfterThem) {
  EXPECT_TRUE(verify(with(4, HostWait{kReady})).safe());
  EXPECT_TRUE(verify(with(4, StreamSync{kCopyStream})).safe());
  EXPECT_TRUE(verify(with(4, DeviceSync{})).safe());
  EXPECT_FALSE(verify(with(4, StreamSync{kComputeStream})).safe());
  Plan late = good();
  std::swap(late.body[4], late.body[5]);
  EXPECT_FALSE(verify(late).safe());
}

TEST(Verify, APageableCopyThatReturnedIsNotComplete) {
  Plan plan = without(4);
  for (Op& op : plan.body) {
    if (auto* copy = std::get_if<Copy>(&op)) copy->source = Source::kPageable;
  }
  EXPECT_FALSE(verify(plan).safe());
}

TEST(Verify, AWaitForNothingIsNamed) {
  Plan plan = good();
  plan.prologue.clear();
  const Verdict verdict = verify(plan);
  ASSERT_EQ(verdict.hazards.size(), 1U);
  EXPECT_EQ(verdict.hazards[0].kind, HazardKind::kMissingWait);
  EXPECT_EQ(verdict.hazards[0].first, verdict.hazards[0].second);
}

TEST(Verify, CountsBytesAgainstTheBudget) {
  Plan plan = good();
  plan.device_budget_bytes = 200;
  EXPECT_TRUE(verify(plan).safe());
  plan.device_budget_bytes = 199;
  EXPECT_EQ(kinds(plan), "over_budget");
  insert(plan, 0, Alloc{kSlot});
  plan.body.push_back(Free{kSlot});
  EXPECT_EQ(kinds(plan), "over_budget");
  insert(plan, 1, Alloc{kSlot});
  insert(plan, 1, Free{kSlot});
  EXPECT_EQ(verify(plan).peak_slot_bytes, 200U);
}

TEST(Verify, FindsLeaks) {
  Plan plan = good();
  insert(plan, 0, Alloc{kSlot});
  EXPECT_EQ(kinds(plan), "leak");
  plan.body.push_back(Free{kSlot});
  EXPECT_TRUE(verify(plan).safe());
}

TEST(Verify, RefusesWhatIsMalformed) {
  EXPECT_THROW((void)verify(with(1, Copy{UnitId{9}, 0, 0, 60, kSlot, kCopyStream})), Error);
  EXPECT_THROW((void)verify(with(1, Copy{UnitId{0}, 0, 60, 60, kSlot, kCopyStream})), Error);
  EXPECT_THROW((void)verify(with(1, Copy{UnitId{0}, 0, ~std::uint64_t{0}, 2, kSlot, kCopyStream})), Error);
  EXPECT_THROW((void)verify(with(3, Record{EventId{2}, kCopyStream})), Error);
  EXPECT_THROW((void)verify(with(5, Compute{UnitId{0}, StreamId{3}, kSlot})), Error);
  EXPECT_THROW((void)verify(with(7, Release{SlotId{2}, UnitId{0}})), Error);
  EXPECT_TRUE(verify(Plan{}).safe());
  Plan budget;
  budget.slots = {{"s", 10}};
  budget.device_budget_bytes = 1;
  EXPECT_EQ(kinds(budget), "over_budget");
}

}  // namespace
}  // namespace offledger::plan
