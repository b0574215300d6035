// SPDX-License-Identifier: Apache-2.0
//
// Runs and files for the history's tests.

#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>

#include "reports/history/store.hpp"

namespace offledger::history::testing {

/// A folder that lives as long as the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    static std::atomic<int> next{0};
    path_ = std::filesystem::temp_directory_path() /
            ("offledger-history-" + std::to_string(getpid()) + "-" + std::to_string(next++));
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline Rep make_rep(std::uint32_t number, double wall) {
  Rep rep;
  rep.number = number;
  rep.process = 1000 + number;
  rep.block = number / 2;
  rep.order = number;
  rep.values = {{"wall_ns", wall}, {"overlap", 0.75}, {"bound_ns", std::nullopt}};
  rep.causes_ns = {{"transfer_wait/late_issue", wall / 4}, {"drain", 5}};
  return rep;
}

inline Cell make_cell(const std::string& schedule, const std::string& workload, double wall,
                      std::uint32_t reps) {
  Cell cell;
  cell.key = {schedule, workload, "sim:h200", "1"};
  cell.schedule_hash = "hash-of-" + schedule;
  cell.deterministic = reps == 1;
  for (std::uint32_t i = 0; i < reps; ++i) cell.reps.push_back(make_rep(i, wall + i));
  return cell;
}

inline history::Run make_run(const std::string& label = "nightly", double wall = 1000) {
  Run run;
  run.sitting = "sitting-1";
  run.label = label;
  run.commit = "0123456789abcdef0123456789abcdef01234567";
  run.branch = "main";
  run.suite = "smoke";
  run.tool_version = "0.1.0";
  run.started_at_unix = 1'700'000'000;
  run.machine_class = {"sim", "sim:h200", 0, "", ""};
  run.environment = {"profile-hash", "", "", "6.1"};
  run.cells = {make_cell("history1", "tiny", wall, 3), make_cell("blocking1", "tiny", 2 * wall, 1)};
  run.cells[0].findings = {{"clock_skew", "12 ns", false}};
  run.cells[1].artifacts = {{"trace", "out.json", "00112233445566778899aabbccddeeff"}};
  run.env_samples = {{"before", "sm_clock_mhz", 1980.0}, {"after", "sm_clock_mhz", std::nullopt}};
  return run;
}

inline void expect_error(const std::function<void()>& what, const std::string& says) {
  try {
    what();
    ADD_FAILURE() << "expected an error that says '" << says << "'";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_NE(std::string(error.what()).find(says), std::string::npos) << error.what();
  }
}

}  // namespace offledger::history::testing
