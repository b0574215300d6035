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
#include <optional>
#include <sstream>

#include "cli/child_process.hpp"
#include "cli/step_marks.hpp"
#include "collectors/cupti/counters/program_watch.hpp"
#include "collectors/cupti/injection_settings.hpp"
#include "collectors/trace/recording_file.hpp"
#include "harness/device/cuda/cuda_device.hpp"
#include "harness/suite/suite.hpp"
#include "schedules/base/json.hpp"
#include "schedules/base/scratch_folder.hpp"

namespace offledger::cli {
namespace {

namespace fs = std::filesystem;
using CounterMode = device::CounterRequest::Mode;

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
  if (steps != "auto") return;
  if (recorded.timeline.gpu_op_count() == 0) {
    if (!recorded.timeline.samples.empty())
      recorded.problems.emplace_back(
          "--steps auto looks at launches, and none were recorded: figures are of one window");
    return;
  }
  try {
    mark_steps(recorded.timeline, steps);
  } catch (const Error& error) {
    recorded.problems.emplace_back(error.what());
  }
}

std::vector<trace::Timeline> load_recordings(const ScratchFolder& folder,
                                             std::vector<std::string>& problems) {
  std::vector<trace::Timeline> recordings;
  for (const std::string& file : folder.files(".oflg")) {
    try {
      trace::Timeline one = trace::load(file);
      cupti::finish_recording(one);
      recordings.push_back(std::move(one));
    } catch (const Error& error) {
      problems.push_back(fmt::format("a process's recording is unreadable: {}", error.what()));
    }
  }
  return recordings;
}

void add_counters(Recorded& recorded, const Recording& how, const std::string& gpu_name,
                  counters::ProgramWatch& watch) {
  trace::Timeline& timeline = recorded.timeline;
  const bool records = timeline.gpu_op_count() > 0;
  watch.add_to(timeline, !records);
  if (!watch.problem().empty())
    recorded.problems.push_back(fmt::format("hardware counters cannot be had: {}", watch.problem()));
  if (timeline.samples.empty()) return;
  if (!records) timeline.source.tool = "cupti counters";
  const trace::DeviceId gpu{how.counted_gpu};
  if (std::ranges::none_of(timeline.devices, [&](const auto& device) { return device.id == gpu; })) {
    if (records) {
      recorded.problems.push_back(fmt::format(
          "no GPU operation was recorded on GPU {}, whose counters were sampled: see --counters-gpu",
          how.counted_gpu));
    }
    timeline.device(gpu, gpu_name);
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
  auto settings = settings_of(how, folder.file("%p.oflg"));
  std::optional<counters::ProgramWatch> watch;
  std::string gpu_name;
  if (how.counters.mode != CounterMode::kNone) {
    gpu_name = cuda::gpu_name(how.counted_gpu);  // starts the driver in this process too: CUPTI needs it
    settings.notices = folder.file("captures");
    watch.emplace(cuda::counter_options(how.counters, how.counted_gpu), settings.notices);
    // Without counters, records are better than nothing: the note says which it is.
    settings.options.records = how.counters.mode != CounterMode::kOnly || !watch->problem().empty();
  }
  Recorded recorded;
  recorded.exit_code = run_child(
      command, cupti::injection_environment(settings, cupti::injection_library().value_or("")), started);
  if (watch) watch->end();
  recorded.problems = read_problems(folder);
  std::vector<trace::Timeline> recordings = load_recordings(folder, recorded.problems);
  recorded.processes = recordings.size();
  recorded.timeline = merge_processes(std::move(recordings));
  if (watch) add_counters(recorded, how, gpu_name, *watch);
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
