// SPDX-License-Identifier: Apache-2.0
//
// Recordings of several processes as one: one clock, ids that stay apart.
#include <gtest/gtest.h>

#include "cli/recorded_program.hpp"

namespace offledger::cli {
namespace {

/// A kernel from 10 to 20, a copy from 30 to 40 after an event, in a process whose clock began at `origin`.
trace::Timeline recording(std::uint32_t pid, std::int64_t origin) {
  trace::Timeline t;
  t.source.clock_origin = origin;
  const trace::ProcessRow process = t.process(pid);
  const trace::ThreadRow thread = t.thread(process, pid);
  const trace::StreamRow stream = t.stream(process, trace::DeviceId{}, 0, 7);
  t.calls.push_back({nanos(1), nanos(2), thread, t.intern("cudaLaunchKernel"), trace::Correlation{1},
                     trace::Api::kRuntime, 0});
  trace::Kernel kernel;
  kernel.begin = nanos(10);
  kernel.end = nanos(20);
  kernel.stream = stream;
  kernel.correlation = trace::Correlation{1};
  t.kernels.push_back(kernel);
  trace::Copy copy;
  copy.begin = nanos(30);
  copy.end = nanos(40);
  copy.stream = stream;
  t.copies.push_back(copy);  // without a correlation
  t.event_records.push_back({trace::EventSync{5}, stream, trace::Correlation{2}, 77, nanos(25)});
  t.event_records.push_back({trace::EventSync{6}, stream, trace::Correlation{3}, 77});
  t.syncs.push_back(
      {nanos(21), nanos(26), trace::SyncKind::kEvent, stream, trace::EventSync{5}, trace::Correlation{4}});
  return t;
}

TEST(MergeProcesses, NothingGivesNothing) {
  EXPECT_EQ(merge_processes({}).gpu_op_count(), 0U);
}

TEST(MergeProcesses, OneIsItself) {
  EXPECT_EQ(merge_processes({recording(1, 1000)}), recording(1, 1000));
}

TEST(MergeProcesses, TheEarlierClockHoldsForBoth) {
  const trace::Timeline whole = merge_processes({recording(2, 1500), recording(1, 1000)});
  EXPECT_EQ(whole.source.clock_origin, 1000);
  ASSERT_EQ(whole.kernels.size(), 2U);
  EXPECT_EQ(whole.kernels[0].begin, nanos(10));
  EXPECT_EQ(whole.kernels[1].begin, nanos(510));
  EXPECT_EQ(whole.copies[1].end, nanos(540));
  EXPECT_EQ(whole.calls[1].end, nanos(502));
  EXPECT_EQ(whole.syncs[1].begin, nanos(521));
}

TEST(MergeProcesses, DeviceTimesMoveOnlyWhereThereAreSome) {
  const trace::Timeline whole = merge_processes({recording(1, 1000), recording(2, 1500)});
  ASSERT_EQ(whole.event_records.size(), 4U);
  EXPECT_EQ(whole.event_records[2].device_time, nanos(525));
  EXPECT_EQ(whole.event_records[3].device_time, nanos(-1));
}

TEST(MergeProcesses, EqualIdsOfTwoProcessesStayApart) {
  const trace::Timeline whole = merge_processes({recording(1, 1000), recording(2, 1000)});
  EXPECT_NE(whole.kernels[0].correlation, whole.kernels[1].correlation);
  EXPECT_EQ(whole.kernels[1].correlation, whole.calls[1].correlation) << "a launch keeps its kernel";
  EXPECT_EQ(whole.syncs[1].event, whole.event_records[2].event) << "a wait keeps its event";
  EXPECT_NE(whole.event_records[0].event, whole.event_records[2].event);
  EXPECT_EQ(whole.copies[1].correlation, trace::Correlation::kNone);
}

TEST(MergeProcesses, StreamsOfTwoProcessesAreTwo) {
  const trace::Timeline whole = merge_processes({recording(1, 1000), recording(2, 1000)});
  EXPECT_EQ(whole.processes.size(), 2U);
  EXPECT_EQ(whole.streams.size(), 2U);
  EXPECT_NE(whole.kernels[0].stream, whole.kernels[1].stream);
}

}  // namespace
}  // namespace offledger::cli
