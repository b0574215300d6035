// SPDX-License-Identifier: Apache-2.0
//
// What recording costs real schedules, in % of wall: the study's workloads without a collector and at the
// default level, and a small model's decode of 2,048 launches a step, bound by its host, at each level.
//
//     recording_cost [pairs, default 5]
//
// Every play is a fresh process, as CUPTI changes a process for good; levels alternate there and back (ABBA),
// so that drift falls on both alike. Wall is from the first op's call to the end of all work, by the device's
// own ranges, which are kept with and without a collector.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>

#include "harness/device/cuda/cuda_device.hpp"
#include "harness/execute/execute.hpp"
#include "schedules/base/error.hpp"
#include "schedules/base/median.hpp"
#include "schedules/language/schedule.hpp"

namespace {

using namespace offledger;

constexpr const char* kSmall = "small-decode";
constexpr const char* kNone = "none";
constexpr double kNsPerMs = 1e6;

/// 128 layers of 1.3 MB and 16 launches: 26 us of copy and 56 us of launching a layer.
model::Workload small_decode() {
  const std::uint64_t square = 256 * 256 * 2, wide = 256 * 512 * 2, norm = 256 * 2;
  model::Workload workload;
  workload.name = kSmall;
  workload.shape.layers = 128;
  workload.shape.groups = {
      {"attn",
       {{"input_norm", norm},
        {"q_proj", square},
        {"k_proj", square},
        {"v_proj", square},
        {"o_proj", square}}},
      {"ffn", {{"post_norm", norm}, {"gate_proj", wide}, {"up_proj", wide}, {"down_proj", wide}}}};
  workload.costs.resize(2);
  workload.steps = 20;
  workload.context = 64;
  workload.architecture = model::Architecture{256, 512, 4, 4, 64, 512, 500000.0F, 1e-5F};
  return workload;
}

struct Play {
  double wall_ns = 0;
  double launches = 0;
};

/// The child's part: plays, and prints wall and launches.
int play(const std::string& schedule_name, const std::string& workload_name, const std::string& level) {
  const model::Workload whole =
      workload_name == kSmall ? small_decode() : model::find_workload(workload_name);
  const plan::Plan plan = language::find_schedule(schedule_name)->compile(whole.shape);
  const model::Workload workload = model::regroup(whole, plan.model);
  cuda::Options options;
  options.record = level != kNone;
  options.level = cupti::level_of(level).value_or(cupti::Level::kDriver);
  cuda::CudaDevice device(options);
  const trace::Timeline timeline = execute::run(plan, workload, workload.steps, device);
  std::optional<Nanos> begin, end;
  for (const trace::Range& range : timeline.ranges) {
    if (range.kind != trace::RangeKind::kStep) continue;
    begin = std::min(begin.value_or(range.begin), range.begin);
    end = std::max(end.value_or(range.end), range.end);
  }
  if (!begin) throw Error(ErrorKind::kNotMeasured, "the play left no step ranges");
  fmt::print("{} {}\n", (*end - *begin).count(), timeline.kernels.size());
  return 0;
}

Play play_in_child(const std::string& program, const std::string& schedule, const std::string& workload,
                   const std::string& level) {
  FILE* pipe = popen(fmt::format("'{}' --play {} {} {}", program, schedule, workload, level).c_str(), "r");
  if (pipe == nullptr) throw Error(ErrorKind::kNotMeasured, "cannot start a process");
  Play figures;
  const bool read = std::fscanf(pipe, "%lf %lf", &figures.wall_ns, &figures.launches) == 2;
  if (pclose(pipe) != 0 || !read) {
    throw Error(ErrorKind::kNotMeasured,
                fmt::format("{} on {} at level {} failed", schedule, workload, level));
  }
  return figures;
}

/// `pairs` plays a level, there and back in turn, and the lines of the table.
void compare(const std::string& program, const std::string& schedule, const std::string& workload,
             std::vector<std::string> levels, int pairs) {
  std::map<std::string, std::vector<double>> walls;
  double launches = 0;
  const std::vector<std::string> order = levels;
  for (int pair = 0; pair < pairs; ++pair) {
    for (const std::string& level : levels) {
      const Play figures = play_in_child(program, schedule, workload, level);
      walls[level].push_back(figures.wall_ns);
      launches = std::max(launches, figures.launches);
    }
    std::reverse(levels.begin(), levels.end());
  }
  const std::vector<double>& bare = walls.at(kNone);
  for (const std::string& level : order) {
    std::vector<double> more;  // of each pair: what drifts slowly cancels
    for (std::size_t i = 0; i < bare.size(); ++i) more.push_back(walls.at(level)[i] - bare[i]);
    const auto [least, most] = std::minmax_element(walls.at(level).begin(), walls.at(level).end());
    fmt::print("{:<16}{:<22}{:<12}{:>12.3f}{:>12.3f}{:>12.3f}{:>10.2f}{:>12.0f}\n", schedule, workload, level,
               median(walls.at(level)) / kNsPerMs, *least / kNsPerMs, *most / kNsPerMs,
               100 * median(more) / median(bare), median(more) / launches);
    std::fflush(stdout);
  }
}

int compare_all(int pairs) {
  char program[4096] = {};
  if (readlink("/proc/self/exe", program, sizeof program - 1) < 0) return 4;
  fmt::print("{} plays a level, each a fresh process; \"more\" is the median over pairs\n", pairs);
  fmt::print("{:<16}{:<22}{:<12}{:>12}{:>12}{:>12}{:>10}{:>12}\n", "schedule", "workload", "level", "wall ms",
             "least", "most", "more %", "ns/launch");
  compare(program, "stage1", kSmall, {kNone, "operations", "runtime", "sync", "driver"}, pairs);
  compare(program, "stage1", "llama70b-16l-t1", {kNone, "driver"}, pairs);
  compare(program, "history1", "llama70b-16l-t8192", {kNone, "driver"}, pairs);
  compare(program, "history_fenced", "llama70b-16l-t12288", {kNone, "driver"}, pairs);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 5 && std::string(argv[1]) == "--play") return play(argv[2], argv[3], argv[4]);
    return compare_all(argc > 1 ? std::max(1, std::atoi(argv[1])) : 5);
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 4;
  }
}
