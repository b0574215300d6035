// SPDX-License-Identifier: Apache-2.0
#include "cli/other_build.hpp"

#include <nlohmann/json.hpp>

#include "cli/child_process.hpp"
#include "schedules/base/error.hpp"
#include "schedules/base/json.hpp"
#include "schedules/base/scratch_folder.hpp"
#include "schedules/language/schedule.hpp"

namespace offledger::cli {
namespace {

/// What a program printed, in a file that lasts as long as this; a failure leaves none.
class Answer {
 public:
  Answer(const std::string& program, const std::vector<std::string>& arguments) {
    // The shell puts the child's output into the file; names are its arguments, never its text.
    std::vector<std::string> command{"/bin/sh", "-c", R"(file=$0; exec "$@" >"$file" 2>/dev/null)", file(),
                                     program};
    command.insert(command.end(), arguments.begin(), arguments.end());
    succeeded_ = run_child(command, {}) == 0;
  }
  [[nodiscard]] bool succeeded() const noexcept { return succeeded_; }
  [[nodiscard]] std::string file() const { return folder_.file("answer.json"); }

 private:
  ScratchFolder folder_;
  bool succeeded_ = false;
};

}  // namespace

std::optional<plan::Plan> plan_of_build(const std::string& program, const suite::Case& what) {
  try {
    const Answer answer(
        program, {"schedules", "--plan", what.schedule, "--workload", what.workload, "--format", "json"});
    if (!answer.succeeded()) return std::nullopt;
    const auto schedule = language::find_schedule(answer.file());
    if (const plan::Plan* own = schedule->own_plan()) return *own;
  } catch (const Error&) {
    // An older build, whose plan files are not ours.
  }
  return std::nullopt;
}

std::optional<std::vector<suite::Case>> cases_of_build(const std::string& program, const std::string& suite) {
  try {
    const Answer answer(program, {"suites", "--format", "json"});
    if (!answer.succeeded()) return std::nullopt;
    const auto listed = nlohmann::json::parse(json::read_file(answer.file()));
    for (const auto& one : listed.at("suites")) {
      if (one.at("name") != suite) continue;
      std::vector<suite::Case> cases;
      for (const auto& cell : one.at("cells")) cases.push_back({cell.at("schedule"), cell.at("workload")});
      if (!cases.empty()) return cases;
    }
  } catch (const std::exception&) {
    // Another program, or a build whose answer is not ours.
  }
  return std::nullopt;
}

}  // namespace offledger::cli
