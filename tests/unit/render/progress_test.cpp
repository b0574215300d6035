// SPDX-License-Identifier: Apache-2.0
#include "reports/render/progress.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace offledger::render {
namespace {

/// A clock that the test sets.
struct Bench {
  Nanos now{0};
  std::ostringstream err;
  Progress::Clock clock() {
    return [this] { return now; };
  }
  void after(std::int64_t milliseconds) { now += std::chrono::milliseconds(milliseconds); }
};

TEST(Progress, PlainLinesComeAtMostOnceASecond) {
  Bench bench;
  Progress progress("run", 4, false, bench.err, bench.clock());
  progress.step("history1");
  bench.after(500);
  progress.step("history");
  bench.after(1500);
  progress.step("stage1");
  bench.after(10);
  progress.step("stage2");
  progress.finish();
  EXPECT_EQ(bench.err.str(),
            "run: 1/4  history1\n"
            "run: 3/4  1.5/s  0.7 s left  stage1\n"
            "run: 4 in 2.0 s\n");
}

TEST(Progress, ATerminalRedrawsOneLine) {
  Bench bench;
  Progress progress("run", 2, true, bench.err, bench.clock(), {false, 60});
  progress.step("a");
  bench.after(2000);
  progress.step("b");
  progress.finish();
  EXPECT_EQ(bench.err.str(),
            "\r\x1b[Krun [████████████            ] 1/2  a"
            "\r\x1b[Krun [████████████████████████] 2/2  1/s  b"
            "\r\x1b[Krun: 2 in 2.0 s\n");
}

TEST(Progress, ALineNeverWrapsAndNamesCannotMoveTheCursor) {
  Bench bench;
  {
    Progress progress("run", 0, true, bench.err, bench.clock(), {false, 20});
    progress.at(7, "\x1b[2Jname of some length");
  }
  EXPECT_EQ(bench.err.str(), "\r\x1b[Krun: 7  \\x1b[2Jnam…\n");
}

TEST(Progress, FinishingTwiceIsFinishingOnce) {
  Bench bench;
  Progress progress("run", 1, false, bench.err, bench.clock());
  progress.finish();
  progress.finish();
  progress.step("late");
  EXPECT_EQ(bench.err.str(), "run: 0 in 0.0 s\n");
}

}  // namespace
}  // namespace offledger::render
