// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "schedules/plan/builder.hpp"

namespace offledger::plan {
namespace {

Plan every_op() {
  Builder builder("demo", {2, {{"attn", {{"q", 1'500}, {"o", 500}}}, {"ffn", {{"up", 3'000'000}}}}});
  const StreamId copy = builder.stream("weight_h2d", StreamKind::kCopy, -1);
  const StreamId compute = builder.stream("compute", StreamKind::kCompute);
  const SlotId slot = builder.slot("attn[0]", 2'000);
  const EventId ready = builder.event("ready attn[0]");
  builder.to(Section::kPrologue);
  builder.op(Record{ready, copy});
  builder.to(Section::kBody);
  builder.op(StepBegin{});
  builder.op(UnitBegin{UnitId{2}});
  builder.op(HostWork{nanos(2'500)});
  builder.op(Pin{4'000'000'000});
  builder.op(Alloc{slot});
  builder.op(Copy{UnitId{2}, 1, 1'500, 500, slot, copy, Direction::kH2D, Source::kPageable});
  builder.op(Copy{UnitId{2}, kSlab, 0, 2'000, slot, copy});
  builder.op(Copy{UnitId{2}, kSlab, 1'000, 1'000, slot, copy, Direction::kD2H, Source::kRegistered});
  builder.op(StreamWait{compute, ready});
  builder.op(HostWait{ready});
  builder.op(StreamSync{copy});
  builder.op(Compute{UnitId{2}, compute, slot});
  builder.op(Compute{UnitId{3}, compute});
  builder.op(Release{slot, UnitId{2}});
  builder.op(Free{slot});
  builder.to(Section::kEpilogue);
  builder.op(DeviceSync{});
  return std::move(builder).finish();
}

TEST(Print, ShowsEveryOpOnOneLine) {
  EXPECT_EQ(to_string(every_op()), R"(plan demo: 2 layers of attn 2.0 kB, ffn 3.0 MB
streams weight_h2d (priority -1), compute
slots   attn[0] 2.0 kB
prologue
    0    record ready attn[0] on weight_h2d
body
    1  step
    2  unit L1.attn
    3    host_work 2.500 us
    4    pin 4.000 GB
    5    alloc attn[0]
    6    copy L1.attn.o 500 B -> attn[0] on weight_h2d (pageable)
    7    copy L1.attn 2.0 kB -> attn[0] on weight_h2d (pinned)
    8    copy L1.attn+1000 1.0 kB <- attn[0] on weight_h2d (registered)
    9    stream_wait compute for ready attn[0]
   10    host_wait for ready attn[0]
   11    stream_sync weight_h2d
   12    compute L1.attn from attn[0] on compute
   13    compute L1.ffn from resident weights on compute
   14    release attn[0] by L1.attn
   15    free attn[0]
epilogue
   16    device_sync
)");
}

TEST(Print, NamesWhatThePlanDoesNotHave) {
  const Plan empty;
  EXPECT_EQ(to_string(empty, Op(Compute{UnitId{7}, StreamId{3}, SlotId{2}})),
            "compute unit#7 from slot#2 on stream#3");
  EXPECT_EQ(to_string(empty, Op(Copy{UnitId{7}, 0, 8, 9, SlotId{2}, StreamId{3}})),
            "copy unit#7+8 9 B -> slot#2 on stream#3 (pinned)");
  EXPECT_EQ(to_string(empty, Op(HostWait{EventId{5}})), "host_wait for event#5");
}

TEST(DeviceBytes, AreSlotsAndResidentUnitsOnce) {
  Plan plan = every_op();
  EXPECT_EQ(device_bytes(plan), 2'000U + 3'000'000U);
  plan.body.push_back(Compute{UnitId{3}, StreamId{1}});
  EXPECT_EQ(device_bytes(plan), 2'000U + 3'000'000U);
}

}  // namespace
}  // namespace offledger::plan
