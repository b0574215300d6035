// SPDX-License-Identifier: Apache-2.0
#include "cli/recorded_program.hpp"

#include <fmt/format.h>

#include "schedules/base/error.hpp"

#ifdef OFFLEDGER_CUDA_VERSION

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "cli/child_process.hpp"
#include "cli/step_marks.hpp"
#include "collectors/cupti/injection_settings.hpp"
#include "collectors/trace/recording_file.hpp"
#include "harness/suite/suite.hpp"
#include "schedules/base/json.hpp"
#include "schedules/base/scratch_folder.hpp"

namespace offledger::cli {
namespace {

namespace fs = std::filesystem;

cupti::InjectionSettings settings_of(const Recording& how, const std::string& output) {
  cupti::InjectionSettings settings;
  settings.output = output;
  const auto capture = cupti::parse_capture(how.steps == "auto" ? "all" : how.steps);
  if (!capture) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("--steps: expected all, auto, cudaProfilerApi or nvtx:RANGE, found '{}'", how.steps));
  }
  settings.options.capture = *capture;
  settings.options.level = cupti::level_of(how.level).value_or(cupti::Level::kDriver);
  settings.options.graph_nodes = how.graphs == "nodes";
  settings.delay_ms = how.delay_ms;
  settings.duration_ms = how.duration_ms;
  return settings;
}

std::vector<std::string> read_problems(const ScratchFolder& folder) {
  std::vector<std::string> problems;
  for (const std::string& file : folder.files(".problem")) {
    const std::string name = fs::path(file).filename().string();
    std::istringstream lines(json::read_file(file));
    for (std::string line; std::getline(lines, line);) {
      problems.push_back(fmt::format("process {}: {}", name.substr(0, name.find('.')), line));
    }
  }
  return problems;
}

/// Steps by repetition, where asked for; why not, where there are none: the recording is worth keeping all
/// the same.
void find_steps(Recorded& recorded, const std::string& steps) {
  if (steps != "auto" || recorded.timeline.gpu_op_count() == 0) return;
  try {
    mark_steps(recorded.timeline, steps);
  } catch (const Error& error) {
    recorded.problems.emplace_back(error.what());
  }
}

}  // namespace

void check_recording(const Recording& how) {
  (void)settings_of(how, "%p");
  if (!cupti::injection_library()) {
    throw Error(ErrorKind::kNotMeasured,
                "liboffledger_inject.so: expected beside this program or in ../lib, found in neither; "
                "build the target offledger_inject, or install the whole bundle");
  }
  if (const auto why = cupti::why_unavailable()) {
    throw Error(ErrorKind::kNotMeasured,
                fmt::format("nothing can be recorded here, so COMMAND was not started: {}", *why));
  }
}

Recorded record_program(const std::vector<std::string>& command, const Recording& how,
                        const Started& started) {
  const ScratchFolder folder;
  const auto settings = settings_of(how, folder.file("%p.oflg"));
  Recorded recorded;
  recorded.exit_code = run_child(
      command, cupti::injection_environment(settings, cupti::injection_library().value_or("")), started);
  recorded.problems = read_problems(folder);
  std::vector<trace::Timeline> recordings;
  for (const std::string& file : folder.files(".oflg")) {
    try {
      trace::Timeline one = trace::load(file);
      cupti::finish_recording(one);
      recordings.push_back(std::move(one));
    } catch (const Error& error) {
      recorded.problems.push_back(fmt::format("a process's recording is unreadable: {}", error.what()));
    }
  }
  recorded.processes = recordings.size();
  recorded.timeline = merge_processes(std::move(recordings));
  trace::Provenance& source = recorded.timeline.source;
  source.device_kind = trace::DeviceKind::kCuda;
  if (!recorded.timeline.devices.empty()) {
    source.device_profile = recorded.timeline.text(recorded.timeline.devices.front().name);
    source.link_bytes_per_s = suite::calibrated_link(source.device_profile);
  }
  find_steps(recorded, how.steps);
  return recorded;
}

}  // namespace offledger::cli

#else

namespace offledger::cli {

void check_recording(const Recording&) {
  throw Error(ErrorKind::kNotMeasured,
              "nothing can be recorded, so COMMAND was not started: this program was built without "
              "CUDA; build it where nvcc is found");
}
Recorded record_program(const std::vector<std::string>&, const Recording& how, const Started&) {
  check_recording(how);
  return {};
}

}  // namespace offledger::cli

#endif
