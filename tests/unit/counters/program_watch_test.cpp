// SPDX-License-Identifier: Apache-2.0
//
// Sampling beside a program: from its first capture on, and nothing outside of captures.
#include "collectors/cupti/counters/program_watch.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "schedules/base/error.hpp"
#include "schedules/base/scratch_folder.hpp"

namespace offledger::counters {
namespace {

constexpr std::int64_t kSample = 100;

/// Ten samples of 100 units, without a chip, of which the first show work; says when it began.
struct Steady final : Source {
  explicit Steady(std::atomic<int>& starts, std::int64_t unit = 1, std::int64_t at_work = 10)
      : starts_(starts), unit_(unit), at_work_(at_work) {}
  void start() override { ++starts_; }
  Samples stop() override {
    Samples samples;
    samples.interval = nanos(kSample);
    samples.tracks.push_back({"sm_active", "percent", "metric", {}, 0});
    for (std::int64_t i = 0; i < 10; ++i) {
      samples.begin.push_back(nanos(i * kSample * unit_));
      samples.end.push_back(nanos((i + 1) * kSample * unit_));
      samples.tracks[0].values.push_back(i < at_work_ ? 100 : 0);
    }
    samples.cut_short = true;
    return samples;
  }
  std::atomic<int>& starts_;
  std::int64_t unit_, at_work_;
};

class Beside : public testing::Test {
 protected:
  /// As a program of another process would.
  void tell(std::uint32_t pid, bool begins, std::int64_t at) const {
    const cupti::CaptureNotice notice{pid, begins ? 1U : 0U, at};
    const int pipe = ::open(pipe_.c_str(), O_WRONLY | O_NONBLOCK);
    ASSERT_GE(pipe, 0);
    ASSERT_EQ(::write(pipe, &notice, sizeof notice), static_cast<ssize_t>(sizeof notice));
    ::close(pipe);
  }
  void wait_for_start() const {
    while (starts_ == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  MakeSource steady() {
    return [this](const Options&) { return std::make_unique<Steady>(starts_); };
  }
  /// When each sample that was kept began.
  static std::vector<std::int64_t> begins(const trace::Timeline& timeline) {
    std::vector<std::int64_t> all;
    for (const trace::Sample& sample : timeline.samples)
      all.push_back(sample.begin.count() + timeline.source.clock_origin);
    return all;
  }

  ScratchFolder folder_;
  std::string pipe_ = folder_.file("captures");
  std::atomic<int> starts_{0};
};

using Begins = std::vector<std::int64_t>;

TEST_F(Beside, NothingIsSampledBeforeACaptureBegins) {
  ProgramWatch watch({}, pipe_, steady());
  watch.end();
  trace::Timeline timeline;
  watch.add_to(timeline, true);
  EXPECT_EQ(starts_, 0);
  EXPECT_TRUE(timeline.samples.empty());
  EXPECT_TRUE(timeline.notes.empty());
}

TEST_F(Beside, SamplesOfCapturesAreKeptAndNoOthers) {
  for (const bool whole : {false, true}) {
    starts_ = 0;
    std::filesystem::remove(pipe_);
    ProgramWatch watch({}, pipe_, steady());
    tell(7, true, 100);
    wait_for_start();
    tell(7, false, 300);
    tell(7, true, 600);
    tell(7, false, 800);
    watch.end();
    trace::Timeline timeline;
    watch.add_to(timeline, whole);
    EXPECT_EQ(starts_, 1);
    EXPECT_EQ(timeline.source.clock_origin, 100);
    EXPECT_EQ(begins(timeline),
              whole ? (Begins{100, 200, 300, 400, 500, 600, 700}) : (Begins{100, 200, 600, 700}));
    EXPECT_TRUE(timeline.notes.empty());  // the buffer was full after the last capture
  }
}

TEST_F(Beside, ProcessesCaptureAtOnce) {
  ProgramWatch watch({}, pipe_, steady());
  tell(7, true, 100);
  tell(8, true, 200);
  tell(7, false, 300);
  tell(9, false, 350);  // whose begin was not seen
  tell(8, false, 500);
  watch.end();
  trace::Timeline timeline;
  timeline.source.clock_origin = 50;
  watch.add_to(timeline, false);
  EXPECT_EQ(timeline.source.clock_origin, 50);
  EXPECT_EQ(begins(timeline), (Begins{100, 200, 300, 400}));
}

TEST_F(Beside, ACaptureThatDoesNotEndLastsAsLongAsTheProgram) {
  ProgramWatch watch({}, pipe_, steady());
  tell(7, true, 800);
  watch.end();
  watch.end();
  trace::Timeline timeline;
  watch.add_to(timeline, true);
  EXPECT_EQ(begins(timeline), (Begins{800, 900}));
  ASSERT_EQ(timeline.notes.size(), 1u);  // and outlasts the buffer
  EXPECT_EQ(timeline.text(timeline.notes[0].id), "counters_partial");
  EXPECT_TRUE(timeline.notes[0].disqualifies);
}

TEST_F(Beside, ACaptureThatEndsBeforeSamplingBeginsIsSaidToHaveNone) {
  ProgramWatch watch({}, pipe_, steady());
  tell(7, true, -500);
  tell(7, false, -400);
  watch.end();
  trace::Timeline timeline;
  watch.add_to(timeline, true);
  EXPECT_TRUE(timeline.samples.empty());
  EXPECT_NE(watch.problem().find("had not begun"), std::string::npos);
  ASSERT_EQ(timeline.notes.size(), 1u);
  EXPECT_EQ(timeline.text(timeline.notes[0].id), "counters_unavailable");
}

TEST_F(Beside, WorkThatOutlastsTheLastStepIsSaid) {
  for (const bool at_work : {false, true}) {
    std::filesystem::remove(pipe_);
    // Steps end at 200 us, samples of 100 us at 1 ms; the GPU works for 300 us, or throughout.
    ProgramWatch watch(
        {}, pipe_, [&](const Options&) { return std::make_unique<Steady>(starts_, 1000, at_work ? 10 : 3); });
    tell(7, true, 0);
    tell(7, false, 200'000);
    watch.end();
    trace::Timeline timeline;
    watch.add_to(timeline, true);
    EXPECT_EQ(timeline.samples.size(), 2u);
    ASSERT_EQ(timeline.notes.size(), at_work ? 1u : 0u);
    if (at_work) {
      EXPECT_EQ(timeline.text(timeline.notes[0].id), "counters_partial");
    }
  }
}

TEST_F(Beside, AFullPipeDoesNotKeepItFromEnding) {
  ProgramWatch watch({}, pipe_, steady());
  for (int i = 0; i < 20'000; ++i) cupti::give_notice(pipe_, i % 2 == 0, nanos(i));
  watch.end();
  EXPECT_EQ(starts_, 1);
}

TEST_F(Beside, CountersThatCannotBeHadAreANote) {
  ProgramWatch watch({}, pipe_, [](const Options&) -> std::unique_ptr<Source> {
    throw Error(ErrorKind::kNotMeasured, "held by another client");
  });
  EXPECT_EQ(watch.problem(), "held by another client");
  tell(7, true, 100);
  watch.end();
  trace::Timeline timeline;
  watch.add_to(timeline, false);
  ASSERT_EQ(timeline.notes.size(), 1u);
  EXPECT_EQ(timeline.text(timeline.notes[0].id), "counters_unavailable");
}

}  // namespace
}  // namespace offledger::counters
