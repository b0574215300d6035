// SPDX-License-Identifier: Apache-2.0
//
// The verifier on a depth-1 pipeline of two groups a layer, written by hand so that it needs no schedule
// file. The aim is 80 layers under 1 ms and 10,000 under 1 s.

#include <benchmark/benchmark.h>

#include "schedules/plan/builder.hpp"
#include "schedules/plan/verify.hpp"

namespace {

using namespace offledger::plan;

Plan pipeline(std::uint32_t layers) {
  Builder builder("pipeline", {layers, {{"attn", {{"w", 100}}}, {"ffn", {{"w", 200}}}}});
  const StreamId copy = builder.stream("copy", StreamKind::kCopy);
  const StreamId compute = builder.stream("compute", StreamKind::kCompute);
  const SlotId slots[] = {builder.slot("slot[0]", 200), builder.slot("slot[1]", 200)};
  const EventId ready[] = {builder.event("ready[0]"), builder.event("ready[1]")};
  const EventId free[] = {builder.event("free[0]"), builder.event("free[1]")};
  builder.to(Section::kPrologue);
  for (const EventId event : free) builder.op(Record{event, compute});
  builder.to(Section::kBody);
  builder.op(StepBegin{});
  for (std::uint32_t unit = 0; unit < 2 * layers; ++unit) {
    const std::uint32_t i = unit % 2;
    builder.op(UnitBegin{UnitId{unit}});
    builder.op(StreamWait{copy, free[i]});
    builder.op(Copy{UnitId{unit}, kSlab, 0, 100 * (i + 1), slots[i], copy});
    builder.op(Record{ready[i], copy});
    builder.op(StreamWait{compute, ready[i]});
    builder.op(Compute{UnitId{unit}, compute, slots[i]});
    builder.op(Record{free[i], compute});
    builder.op(Release{slots[i], UnitId{unit}});
  }
  builder.to(Section::kEpilogue);
  builder.op(DeviceSync{});
  return std::move(builder).finish();
}

void verify_pipeline(benchmark::State& state) {
  const Plan plan = pipeline(static_cast<std::uint32_t>(state.range(0)));
  bool safe = true;
  for (auto _ : state) safe = safe && verify(plan).safe();
  if (!safe) state.SkipWithError("a safe plan was refused");
  Plan broken = plan;
  std::erase_if(broken.body, [](const Op& op) { return std::holds_alternative<StreamWait>(op); });
  if (verify(broken).safe()) state.SkipWithError("a plan without waits was passed");
}
BENCHMARK(verify_pipeline)->Arg(80)->Arg(10'000)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
