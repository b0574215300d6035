// SPDX-License-Identifier: Apache-2.0
//
// A program that knows nothing of us, recorded from outside, ending in each of the ways in which programs
// end.
#include <cuda_runtime_api.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "collectors/cupti/capture_notice.hpp"
#include "collectors/cupti/injection_settings.hpp"
#include "collectors/trace/recording_file.hpp"
#include "schedules/base/scratch_folder.hpp"

namespace offledger::cupti {
namespace {

namespace fs = std::filesystem;

class Injected : public testing::Test {
 protected:
  void SetUp() override {
    int devices = 0;
    if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) GTEST_SKIP() << "no CUDA device";
    const auto library = injection_library();
    if (!library) GTEST_SKIP() << "liboffledger_inject.so is not beside this program";
    library_ = *library;
    program_ = (fs::read_symlink("/proc/self/exe").parent_path() / "collector_program").string();
    if (!fs::exists(program_))
      GTEST_SKIP() << program_ << " is not there: build and carry target collector_program";
  }

  /// Runs collector_program; returns its wait status.
  int run(const char* mode, const Capture& capture = {}) {
    InjectionSettings settings;
    settings.options.capture = capture;
    return run(mode, std::move(settings));
  }
  int run(const char* mode, InjectionSettings settings) {
    settings.output = folder_.file("%p.offledger");
    const pid_t child = fork();
    if (child == 0) {
      for (const auto& [name, value] : injection_environment(settings, library_))
        setenv(name.c_str(), value.c_str(), 1);
      execl(program_.c_str(), program_.c_str(), mode, nullptr);
      _exit(127);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return status;
  }

  /// The recordings it left, and no problem.
  std::vector<trace::Timeline> recordings() {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(folder_.path())) {
      EXPECT_NE(entry.path().extension(), ".problem") << entry.path();
      paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    std::vector<trace::Timeline> all;
    for (const fs::path& path : paths) {
      all.push_back(trace::load(path.string()));
      finish_recording(all.back());
    }
    return all;
  }

  [[nodiscard]] std::string pipe() const { return pipe_folder_.file("captures"); }

  static void expect_all(const trace::Timeline& timeline) {
    EXPECT_EQ(timeline.kernels.size(), 6u);
    EXPECT_EQ(timeline.copies.size(), 5u);
    EXPECT_EQ(timeline.ranges.size(), 5u);
    EXPECT_EQ(timeline.event_records.size(), 10u);
    EXPECT_EQ(timeline.source.device_kind, trace::DeviceKind::kCuda);
  }

 private:
  std::string library_, program_;
  ScratchFolder folder_, pipe_folder_;
};

TEST_F(Injected, AProgramThatReturns) {
  EXPECT_EQ(run("exit"), 0);
  const auto all = recordings();
  ASSERT_EQ(all.size(), 1u);
  expect_all(all[0]);
  EXPECT_TRUE(all[0].source.complete);
}

TEST_F(Injected, AProgramThatIsKilledLeavesWhatWasFlushed) {
  for (const char* mode : {"kill", "_exit"}) {
    const int status = run(mode);
    EXPECT_EQ(WIFSIGNALED(status), mode == std::string("kill"));
  }
  const auto all = recordings();
  ASSERT_EQ(all.size(), 2u);
  for (const trace::Timeline& timeline : all) {
    expect_all(timeline);
    EXPECT_FALSE(timeline.source.complete);
  }
}

TEST_F(Injected, AForkedChildRecordsNothingAndHarmsNothing) {
  EXPECT_EQ(run("fork"), 0);
  const auto all = recordings();
  ASSERT_EQ(all.size(), 1u);
  expect_all(all[0]);
  EXPECT_TRUE(all[0].source.complete);
}

TEST_F(Injected, AProgramThatReplacesItselfLeavesTwo) {
  EXPECT_EQ(run("exec"), 0);
  const auto all = recordings();
  ASSERT_EQ(all.size(), 2u);
  for (const trace::Timeline& timeline : all) expect_all(timeline);
}

TEST_F(Injected, CapturesOfTheProfilerApiAreSteps) {
  EXPECT_EQ(run("profiler", {Capture::By::kProfilerApi, {}}), 0);
  const auto all = recordings();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].kernels.size(), 2u);
  EXPECT_EQ(all[0].copies.size(), 2u);
  EXPECT_EQ(std::count_if(all[0].ranges.begin(), all[0].ranges.end(),
                          [](const auto& range) { return range.kind == trace::RangeKind::kStep; }),
            2);
}

TEST_F(Injected, CapturesOfARangeAreSteps) {
  EXPECT_EQ(run("exit", {Capture::By::kRange, "step"}), 0);
  const auto all = recordings();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].kernels.size(), 5u);  // the sixth is launched outside
  EXPECT_EQ(std::count_if(all[0].ranges.begin(), all[0].ranges.end(),
                          [](const auto& range) { return range.kind == trace::RangeKind::kStep; }),
            5);
}

std::vector<bool> begins_of(CaptureNotices& notices) {
  EXPECT_TRUE(notices.wake());
  std::vector<bool> begins;
  Nanos before{};
  for (const CaptureNotice& notice : notices.wait()) {
    if (notice.pid == kNobody) break;
    EXPECT_GE(nanos(notice.at), before);
    before = nanos(notice.at);
    begins.push_back(notice.begins != 0);
  }
  return begins;
}

TEST_F(Injected, CapturesAreToldWithoutRecords) {
  CaptureNotices notices(pipe());
  InjectionSettings settings;
  settings.options.capture = {Capture::By::kProfilerApi, {}};
  settings.options.records = false;
  settings.notices = pipe();
  EXPECT_EQ(run("profiler", settings), 0);
  EXPECT_EQ(begins_of(notices), (std::vector<bool>{true, false, true, false}));
  for (const trace::Timeline& timeline : recordings()) {
    EXPECT_EQ(timeline.gpu_op_count(), 0u);
    EXPECT_TRUE(timeline.calls.empty());
  }
}

TEST_F(Injected, TheFirstCudaCallAndTheEndAreTold) {
  CaptureNotices notices(pipe());
  InjectionSettings settings;
  settings.notices = pipe();
  EXPECT_EQ(run("exit", settings), 0);
  EXPECT_EQ(begins_of(notices), (std::vector<bool>{true, false}));
  const auto all = recordings();
  ASSERT_EQ(all.size(), 1u);
  expect_all(all[0]);
}

TEST_F(Injected, ADelayIsToldOnlyOnceItIsOver) {
  CaptureNotices notices(pipe());
  InjectionSettings settings;
  settings.delay_ms = 250;
  settings.notices = pipe();
  EXPECT_NE(run("_exit", settings), -1);  // lives for 600 ms
  EXPECT_EQ(begins_of(notices), (std::vector<bool>{true}));
}

}  // namespace
}  // namespace offledger::cupti
