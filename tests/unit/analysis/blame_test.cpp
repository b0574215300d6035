// SPDX-License-Identifier: Apache-2.0
//
// One story a cause: what ran, and what each nanosecond of the gap must be blamed on.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "reports/analysis/analysis.hpp"
#include "tests/unit/analysis/story.hpp"

namespace offledger::analysis {
namespace {

/// "transfer_wait/link_bound/event" -> ns, and the sum checked.
std::map<std::string, std::int64_t> causes(const Story& story) {
  const Report report = explain(story.timeline);
  const DeviceReport& device = report.devices.at(0);
  std::map<std::string, std::int64_t> out;
  Nanos sum{};
  for (const CauseTime& cause : device.causes) {
    std::string key = cause.cause;
    if (!cause.sub.empty()) key += "/" + cause.sub;
    if (!cause.via.empty()) key += " by " + cause.via;
    out[key] = cause.time.count();
    sum += cause.time;
  }
  EXPECT_EQ(sum, device.total.gpu_idle());
  return out;
}
using Causes = std::map<std::string, std::int64_t>;

TEST(Blame, ACopyAwaitedByEventWhileItRan) {
  Story story;
  story.kernel(kComputeStream, 0, 10, 20);
  story.h2d(kLinkStream, 1, 10, 60);
  const auto ready = story.record(kLinkStream, 3);
  story.wait(kComputeStream, ready, 5);
  story.kernel(kComputeStream, 7, 62, 70);
  EXPECT_EQ(causes(story), (Causes{{"transfer_wait/link_bound by event", 40}, {"launch_latency", 2}}));
}

TEST(Blame, ACopyBeforeTheKernelOnItsOwnStream) {
  Story story;
  story.kernel(kComputeStream, 0, 10, 20);
  story.h2d(kComputeStream, 3, 20, 60);
  story.kernel(kComputeStream, 5, 60, 70);
  // 10 ns of it were lost while the copy stood behind the first kernel with the link idle.
  EXPECT_EQ(causes(story), (Causes{{"transfer_wait/link_bound by stream_order", 30},
                                   {"transfer_wait/behind_compute by stream_order", 10}}));
}

TEST(Blame, ACopyThatTheHostAwaitedBeforeItLaunched) {
  Story story;
  story.kernel(kComputeStream, 0, 10, 20);
  story.h2d(kLinkStream, 1, 10, 60);
  const auto ready = story.record(kLinkStream, 3);
  story.host_wait(ready, 5, 65);
  story.kernel(kComputeStream, 70, 75, 80);
  EXPECT_EQ(causes(story),
            (Causes{{"transfer_wait/link_bound by host_block", 40},
                    {"launch_starved/api_calls", 5},  // the wait returns 5 ns after the copy's end
                    {"launch_starved/outside_cuda", 5},
                    {"launch_latency", 5}}));
}

TEST(Blame, APageableCopyStagesAndHoldsTheHost) {
  Story story;
  story.kernel(kComputeStream, 0, 10, 20);
  story.h2d_by(story.call("cudaMemcpyAsync", 22, 60), kComputeStream, 30, 58).source =
      trace::MemoryKind::kPageable;
  story.kernel(kComputeStream, 60, 64, 70);
  EXPECT_EQ(causes(story),
            (Causes{{"launch_starved/outside_cuda", 2},
                    {"transfer_wait/staging by host_block", 8},
                    {"transfer_wait/link_bound by host_block", 18},
                    {"transfer_wait/late_issue by host_block", 10},  // it could have run from 10 on
                    {"launch_starved/api_calls", 2},
                    {"launch_latency", 4}}));
}

TEST(Blame, ALinkThatStoodIdleBecauseTheHostIssuedLate) {
  Story story;
  story.kernel(kComputeStream, 0, 10, 50);
  story.h2d(kLinkStream, 40, 41, 91);  // could have run from 10 on
  const auto ready = story.record(kLinkStream, 42);
  story.wait(kComputeStream, ready, 44);
  story.kernel(kComputeStream, 46, 91, 95);
  // While kernels ran the link idled for 31 ns: 30 unissued, 1 on its way.
  EXPECT_EQ(causes(story),
            (Causes{{"transfer_wait/link_bound by event", 11}, {"transfer_wait/late_issue by event", 30}}));
}

TEST(Blame, ACopyThatWaitedForItsSlotsLastReader) {
  Story story;
  story.kernel(kComputeStream, 0, 10, 50);
  const auto read = story.record(kComputeStream, 2);
  story.wait(kLinkStream, read, 4);
  story.h2d(kLinkStream, 6, 50, 80);
  const auto ready = story.record(kLinkStream, 8);
  story.wait(kComputeStream, ready, 10);
  story.kernel(kComputeStream, 12, 80, 90);
  EXPECT_EQ(causes(story), (Causes{{"transfer_wait/slot_wait by event", 30}}));
}

TEST(Blame, ANeededCopyBehindOneThatIsNeededLater) {
  Story story;
  story.kernel(kComputeStream, 0, 10, 20);
  story.h2d(kLinkStream, 1, 10, 60);
  const auto later = story.record(kLinkStream, 3);
  story.h2d(kLinkStream, 4, 60, 70);
  const auto first = story.record(kLinkStream, 6);
  story.wait(kComputeStream, first, 8);
  story.kernel(kComputeStream, 10, 70, 80);
  story.wait(kComputeStream, later, 12);
  story.kernel(kComputeStream, 14, 80, 90);
  // Had the needed copy gone first, it would have been in by 20.
  EXPECT_EQ(causes(story), (Causes{{"transfer_wait/head_of_line by event", 50}}));
}

/// As cuBLAS does: the memset waits for the weights as its kernel does, and needs them no sooner.
TEST(Blame, AWorkspaceClearedBeforeTheKernelThatReadsTheCopy) {
  Story story;
  story.kernel(kComputeStream, 0, 10, 60);
  story.op(1, "layer", 1, 3);
  story.h2d(kLinkStream, 1, 20, 100);
  const auto ready = story.record(kLinkStream, 5);
  story.wait(kComputeStream, ready, 7);
  story.op(1, "layer", 9, 13);
  story.memset(kComputeStream, 9, 100, 101);
  story.kernel(kComputeStream, 11, 101, 120);
  EXPECT_EQ(causes(story), (Causes{{"transfer_wait/link_bound by event", 40}}));
}

/// The second layer's weights came first and were hidden; the first layer's, needed before, were not.
TEST(Blame, ACopyThatRanUnderKernelsInFrontOfANeededOne) {
  Story story;
  story.kernel(kComputeStream, 0, 10, 60);
  story.op(2, "layer", 1, 3);
  story.h2d(kLinkStream, 1, 20, 50);
  story.op(1, "layer", 3, 5);
  story.h2d(kLinkStream, 3, 50, 100);
  const auto ready = story.record(kLinkStream, 5);
  story.wait(kComputeStream, ready, 7);
  story.op(1, "layer", 9, 11);
  story.kernel(kComputeStream, 9, 100, 120);
  story.op(2, "layer", 11, 13);
  story.kernel(kComputeStream, 11, 120, 140);
  // 40 ns of gap: 30 were carried for layer 2, and the link idled 10 for want of the copy's start.
  EXPECT_EQ(causes(story),
            (Causes{{"transfer_wait/head_of_line by event", 30}, {"transfer_wait/link_bound by event", 10}}));
}

TEST(Blame, AFullQueueBehindACopy) {
  Story story;
  story.kernel(kComputeStream, 0, 10, 20);
  story.h2d(kComputeStream, 2, 20, 60);
  story.overhead(trace::OverheadKind::kCommandBufferFull, 5, 61);
  story.h2d_by(story.call("cudaMemcpyAsync", 4, 62), kComputeStream, 62, 64);
  story.kernel(kComputeStream, 66, 68, 70);
  const Causes found = causes(story);
  EXPECT_EQ(found.at("transfer_wait/link_bound by back_pressure") +
                found.at("transfer_wait/behind_compute by back_pressure"),
            40);
}

TEST(Blame, AHostThatDidSomethingElse) {
  Story story;
  story.kernel(kComputeStream, 0, 10, 20);
  story.call("cudaMalloc", 15, 30);
  story.call("cudaHostRegister", 30, 45);
  story.range(trace::RangeKind::kHostWork, 45, 60);
  story.kernel(kComputeStream, 70, 73, 80);
  EXPECT_EQ(causes(story), (Causes{{"launch_starved/allocation", 10},
                                   {"launch_starved/pinning", 15},
                                   {"launch_starved/host_work", 15},
                                   {"launch_starved/outside_cuda", 10},
                                   {"launch_latency", 3}}));
}

TEST(Blame, AProducerThatIsNoCopyToTheDevice) {
  Story story;
  story.kernel(kComputeStream, 0, 10, 20);
  story.h2d(kFfnStream, 2, 20, 50).direction = trace::CopyDirection::kD2H;
  const auto done = story.record(kFfnStream, 4);
  story.wait(kComputeStream, done, 6);
  story.kernel(kComputeStream, 8, 50, 60);
  EXPECT_EQ(causes(story), (Causes{{"dependency_wait/d2h by event", 30}}));
}

TEST(Blame, TheProfilerAndTheDrain) {
  Story story;
  story.kernel(kComputeStream, 0, 10, 20);
  story.overhead(trace::OverheadKind::kProfiler, 22, 40);
  story.kernel(kComputeStream, 40, 45, 50);
  story.h2d(kLinkStream, 48, 50, 65);
  EXPECT_EQ(
      causes(story),
      (Causes{{"launch_starved/outside_cuda", 2}, {"profiler", 18}, {"launch_latency", 5}, {"drain", 15}}));
}

TEST(Blame, WithoutACallTheCauseIsUnknown) {
  Story story;
  story.kernel(kComputeStream, 0, 10, 20);
  story.kernel(kComputeStream, 1, 50, 60).correlation = trace::Correlation::kNone;
  EXPECT_EQ(causes(story), (Causes{{"unknown", 30}}));
}

/// As PyTorch's profiler gives it without sync activities: calls that record and await, and no word of what.
TEST(Blame, AWaitThatProgramOrderTells) {
  Story story;
  story.kernel(kComputeStream, 0, 100'000, 200'000);
  story.h2d(kLinkStream, 10, 100'000, 600'000);
  story.call("cudaEventRecordWithFlags", 20, 21);
  story.call("cudaStreamWaitEvent", 30, 31);
  story.kernel(kComputeStream, 40, 601'000, 700'000);
  EXPECT_EQ(causes(story),
            (Causes{{"transfer_wait/link_bound by event", 400'000}, {"launch_latency", 1'000}}));
  EXPECT_EQ(explain(story.timeline).missing.inferred_waits, 1U);
}

/// One launch of a CUDA graph: a kernel, a copy beside it on another stream, a kernel that reads what it
/// brings.
Story graph_of_three(std::uint32_t graph) {
  Story story;
  const trace::Correlation launch = story.call("cudaGraphLaunch", 0, 10'000);
  const auto node = [&](trace::Kernel& kernel) { kernel.correlation = launch, kernel.graph = graph; };
  node(story.kernel(kComputeStream, 20'000, 20'000, 120'000));
  story.h2d_by(launch, kLinkStream, 20'000, 520'000).graph = graph;
  node(story.kernel(kComputeStream, 521'000, 523'000, 600'000));
  return story;
}

TEST(Blame, NodesOfACudaGraphWaitForWhatEndedLast) {
  const Story story = graph_of_three(5);
  EXPECT_EQ(causes(story),
            (Causes{{"transfer_wait/link_bound by event", 400'000}, {"launch_latency", 3'000}}));
  EXPECT_EQ(explain(story.timeline).missing.inferred_waits, 1U);
}

TEST(Blame, NothingIsInferredOutsideOfGraphs) {
  const Story story = graph_of_three(0);
  EXPECT_EQ(causes(story), (Causes{{"launch_latency", 403'000}}));
  EXPECT_EQ(explain(story.timeline).missing.inferred_waits, 0U);
}

TEST(Blame, ANodeWaitsForNoneThatEndsAfterItBegins) {
  Story story = graph_of_three(5);
  story.timeline.copies[0].end = nanos(530'000);
  EXPECT_EQ(explain(story.timeline).missing.inferred_waits, 0U);
}

TEST(Blame, CopiesOfAGraphWaitForTheirEngineAndNotForOneAnother) {
  Story story = graph_of_three(5);
  story.h2d_by(story.timeline.copies[0].correlation, kFfnStream, 540'000, 590'000).graph = 5;
  EXPECT_EQ(explain(story.timeline).missing.inferred_waits, 1U);
}

TEST(Blame, AWaitOfWhichNothingIsKnownStaysUnknown) {
  Story story;
  story.kernel(kComputeStream, 0, 100'000, 200'000);
  story.call("cudaStreamWaitEvent", 30, 31);
  story.kernel(kComputeStream, 40, 601'000, 700'000);
  EXPECT_EQ(causes(story), (Causes{{"unknown", 401'000}}));
  EXPECT_EQ(explain(story.timeline).missing.unresolved_waits, 1U);
}

TEST(Blame, StepsAndUnitsHaveTheirOwnCauses) {
  Story story;
  story.step(0, 0, 9);
  story.op(0, "layer", 0, 3);
  story.kernel(kComputeStream, 0, 10, 20);
  story.step(1, 10, 40);
  story.op(1, "layer", 30, 33);
  story.kernel(kComputeStream, 30, 35, 40);
  const DeviceReport device = explain(story.timeline).devices.at(0);
  ASSERT_EQ(device.steps.size(), 2U);
  Nanos first{};
  for (const CauseTime& cause : device.steps[0].causes) first += cause.time;
  EXPECT_EQ(first, device.steps[0].figures.gpu_idle());
  EXPECT_TRUE(device.steps[1].causes.empty());
  ASSERT_EQ(device.units.size(), 2U);
  EXPECT_TRUE(device.units[0].causes.empty());
  EXPECT_EQ(device.units[1].causes.size(), 2U);
}

TEST(CpuLedger, ByThreadCallAndWhatItAwaited) {
  Story story;
  story.kernel(kComputeStream, 0, 10, 100);
  story.h2d(kLinkStream, 1, 10, 60);
  const auto ready = story.record(kLinkStream, 3);
  story.host_wait(ready, 5, 65);
  story.call("cudaMalloc", 65, 70);
  story.device_sync(70, 105);
  const DeviceReport device = explain(story.timeline).devices.at(0);
  EXPECT_EQ(device.cpu, (std::vector<CpuTime>{{"1", "cudaEventSynchronize", "h2d", nanos(55), 1},
                                              {"1", "cudaDeviceSynchronize", "kernel", nanos(30), 1},
                                              {"1", "cudaMalloc", "allocation", nanos(5), 1}}))
      << "clipped to the window";
  EXPECT_EQ(device.cpu_blocked_gpu_idle, nanos(0)) << "a kernel ran all the while";
}

}  // namespace
}  // namespace offledger::analysis
