// SPDX-License-Identifier: Apache-2.0
//
// Notices of captures: they arrive whole and in order, and a program that gives them never feels it.
#include "collectors/cupti/capture_notice.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <thread>

#include "schedules/base/error.hpp"
#include "schedules/base/scratch_folder.hpp"

namespace offledger::cupti {
namespace {

const auto kOwn = static_cast<std::uint32_t>(::getpid());

TEST(CaptureNotices, ArriveInOrder) {
  const ScratchFolder folder;
  CaptureNotices notices(folder.file("pipe"));
  give_notice(folder.file("pipe"), true, nanos(5));
  give_notice(folder.file("pipe"), false, nanos(7));
  EXPECT_EQ(notices.wait(), (std::vector<CaptureNotice>{{kOwn, 1, 5}, {kOwn, 0, 7}}));
}

TEST(CaptureNotices, AreWaitedFor) {
  const ScratchFolder folder;
  CaptureNotices notices(folder.file("pipe"));
  std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    give_notice(folder.file("pipe"), true, nanos(5));
  });
  EXPECT_EQ(notices.wait(), (std::vector<CaptureNotice>{{kOwn, 1, 5}}));
}

TEST(CaptureNotices, AreWokenAfterWhatIsThere) {
  const ScratchFolder folder;
  CaptureNotices notices(folder.file("pipe"));
  give_notice(folder.file("pipe"), true, nanos(5));
  EXPECT_TRUE(notices.wake());
  EXPECT_EQ(notices.wait(), (std::vector<CaptureNotice>{{kOwn, 1, 5}, {kNobody, 0, 0}}));
  for (int i = 0; i < 10'000; ++i) give_notice(folder.file("pipe"), true, nanos(i));
  EXPECT_FALSE(notices.wake());
}

TEST(CaptureNotices, ManyAtOnceAreAllThere) {
  const ScratchFolder folder;
  CaptureNotices notices(folder.file("pipe"));
  for (std::int64_t i = 0; i < 1000; ++i) give_notice(folder.file("pipe"), i % 2 == 0, nanos(i));
  const std::vector<CaptureNotice> all = notices.wait();
  ASSERT_EQ(all.size(), 1000u);
  for (std::int64_t i = 0; i < 1000; ++i) EXPECT_EQ(all[static_cast<std::size_t>(i)].at, i);
}

TEST(CaptureNotices, AFullPipeBlocksNobody) {
  const ScratchFolder folder;
  CaptureNotices notices(folder.file("pipe"));
  for (std::int64_t i = 0; i < 10'000; ++i) give_notice(folder.file("pipe"), true, nanos(i));
  EXPECT_GE(notices.wait().size(), 1000u);
}

TEST(CaptureNotices, WhatIsNoNoticeIsPassedOver) {
  const ScratchFolder folder;
  CaptureNotices notices(folder.file("pipe"));
  std::ofstream(folder.file("pipe"), std::ios::binary) << "sixteen letters.";
  give_notice(folder.file("pipe"), true, nanos(5));
  EXPECT_EQ(notices.wait(), (std::vector<CaptureNotice>{{kOwn, 1, 5}}));
}

TEST(CaptureNotices, EndWhereSomebodyElseWrites) {
  const ScratchFolder folder;
  CaptureNotices notices(folder.file("pipe"));
  std::ofstream(folder.file("pipe"), std::ios::binary) << "some";
  EXPECT_EQ(notices.wait(), (std::vector<CaptureNotice>{{kNobody, 0, 0}}));
}

TEST(GiveNotice, WithoutAReaderIsNotFelt) {
  const ScratchFolder folder;
  errno = EDOM;
  give_notice(folder.file("nothing"), true, nanos(5));
  EXPECT_EQ(errno, EDOM);
  EXPECT_TRUE(folder.files("nothing").empty());
  ASSERT_EQ(::mkfifo(folder.file("pipe").c_str(), 0600), 0);
  give_notice(folder.file("pipe"), true, nanos(5));  // no SIGPIPE
  EXPECT_EQ(errno, EDOM);
}

TEST(CaptureNotices, NeedAPlaceForTheirPipe) {
  EXPECT_THROW(CaptureNotices("/nonexistent/pipe"), Error);
  const ScratchFolder folder;
  std::ofstream(folder.file("taken")) << "";
  EXPECT_THROW(CaptureNotices(folder.file("taken")), Error);
}

}  // namespace
}  // namespace offledger::cupti
