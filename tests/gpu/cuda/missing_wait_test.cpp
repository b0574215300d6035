// SPDX-License-Identifier: Apache-2.0
//
// Check mode sees a missing wait: from plans, each wait is removed in turn. What the verifier then calls
// unsafe must give a wrong answer here, and what it calls safe the right one.
#include <algorithm>

#include "harness/device/cuda/check.hpp"
#include "schedules/language/schedule.hpp"
#include "schedules/plan/builder.hpp"
#include "schedules/plan/verify.hpp"
#include "tests/gpu/needs_gpu.hpp"
#include "tests/gpu/small_llama.hpp"

namespace offledger::cuda {
namespace {

using namespace offledger::plan;  // NOLINT: a plan is written here

/// Two slots, one unit ahead of nothing but stream order: the copy of L+2 may begin while L still computes,
/// so that each of the two waits a unit is needed.
Plan two_slots(const ModelShape& model) {
  Builder builder("two_slots", model);
  const StreamId compute = builder.stream("compute", StreamKind::kCompute);
  const StreamId copy = builder.stream("copy", StreamKind::kCopy);
  std::uint64_t bytes = 0;
  for (const Group& group : model.groups) bytes = std::max(bytes, group.bytes());
  const SlotId slots[] = {builder.slot("slot[0]", bytes), builder.slot("slot[1]", bytes)};
  const EventId ready[] = {builder.event("ready[0]"), builder.event("ready[1]")};
  const EventId read[] = {builder.event("free[0]"), builder.event("free[1]")};
  builder.to(Section::kPrologue);
  for (const EventId event : read) builder.op(Record{event, compute});
  builder.to(Section::kBody);
  builder.op(StepBegin{});
  for (std::uint32_t row = 0; row < model.unit_count(); ++row) {
    const UnitId unit{row};
    const std::uint32_t s = row % 2;
    builder.op(UnitBegin{unit});
    builder.op(StreamWait{copy, read[s]});
    builder.op(
        Copy{unit, kSlab, 0, model.group_of(unit).bytes(), slots[s], copy, Direction::kH2D, Source::kPinned});
    builder.op(Record{ready[s], copy});
    builder.op(StreamWait{compute, ready[s]});
    builder.op(Compute{unit, compute, slots[s]});
    builder.op(Record{read[s], compute});
    builder.op(Release{slots[s], unit});
  }
  builder.to(Section::kEpilogue);
  builder.op(DeviceSync{});
  return std::move(builder).finish();
}

class MissingWait : public test::GpuTest {};

TEST_F(MissingWait, TheWholePlanIsRight) {
  const model::Workload workload = test::workload_of(test::small_llama(), 16, 1, 3);
  Checker checker(workload, {});
  EXPECT_EQ(checker.check(two_slots(workload.shape)).summary(), "");
}

bool is_wait(const Op& op) {
  return std::holds_alternative<StreamWait>(op) || std::holds_alternative<HostWait>(op);
}

/// Removes each wait of the body; returns how many removals the verifier calls unsafe.
std::size_t remove_each(const Plan& whole, Checker& checker) {
  std::size_t unsafe = 0;
  for (std::size_t i = 0; i < whole.body.size(); ++i) {
    if (!is_wait(whole.body[i])) continue;
    Plan broken = whole;
    broken.body.erase(broken.body.begin() + static_cast<std::ptrdiff_t>(i));
    const bool safe = verify(broken).safe();
    EXPECT_EQ(checker.check(broken).same(), safe)
        << whole.schedule << " without op " << i << " of its body: " << to_string(whole, whole.body[i]);
    unsafe += safe ? 0 : 1;
  }
  return unsafe;
}

TEST_F(MissingWait, EachIsSeen) {
  const model::Workload workload = test::workload_of(test::small_llama(), 16, 1, 3);
  Checker checker(workload, {});
  EXPECT_EQ(remove_each(two_slots(workload.shape), checker), 2 * workload.shape.unit_count());
}

TEST_F(MissingWait, EachOfACompiledScheduleIsSeen) {
  model::LlamaConfig config = test::small_llama();
  config.layers = 3;
  const model::Workload workload = test::workload_of(config, 16, 1, 3);
  Checker checker(workload, {});
  for (const char* name : {"history", "blocking1"}) {
    EXPECT_GT(remove_each(language::find_schedule(name)->compile(workload.shape), checker), 0U) << name;
  }
}

}  // namespace
}  // namespace offledger::cuda
