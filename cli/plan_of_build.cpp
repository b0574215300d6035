// SPDX-License-Identifier: Apache-2.0
#include "cli/plan_of_build.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <filesystem>

#include "cli/child_process.hpp"
#include "schedules/base/error.hpp"
#include "schedules/language/schedule.hpp"

namespace offledger::cli {

std::optional<plan::Plan> plan_of_build(const std::string& program, const suite::Case& what) {
  const auto file =
      std::filesystem::temp_directory_path() / fmt::format("offledger-plan-{}.json", ::getpid());
  // The shell puts the child's output into the file; names are its arguments, never its text.
  constexpr const char* kToFile =
      R"(exec "$0" schedules --plan "$1" --workload "$2" --format json >"$3" 2>/dev/null)";
  std::optional<plan::Plan> plan;
  try {
    const int code =
        run_child({"/bin/sh", "-c", kToFile, program, what.schedule, what.workload, file.string()}, {});
    if (code == 0) {
      const auto schedule = language::find_schedule(file.string());
      if (const plan::Plan* own = schedule->own_plan()) plan = *own;
    }
  } catch (const Error&) {
    plan.reset();  // an older build, whose plan files are not ours
  }
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  return plan;
}

}  // namespace offledger::cli
