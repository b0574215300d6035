// SPDX-License-Identifier: Apache-2.0
#include "cli/ab_sides.hpp"

#include <fmt/format.h>

#include <ctime>
#include <filesystem>
#include <iostream>
#include <memory>

#include "cli/ab_cases.hpp"
#include "cli/environment_watch.hpp"
#include "cli/recorded_run.hpp"
#include "cli/version.hpp"
#include "collectors/nvml/monitor.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {
namespace {

Sides empty_runs(const Comparands& what) {
  Sides runs;
  const std::time_t now = std::time(nullptr);
  for (std::size_t side = 0; side < 2; ++side) {
    history::Run& run = runs.at(side);
    run.side = side == 0 ? "base" : "cand";
    run.commit = what.commits.at(side);
    run.tool_version = kVersion;
    run.started_at_unix = now;
    run.sitting = fmt::format("ab/{}/seed {}", now, what.seed);
  }
  return runs;
}

/// Readings of the machine around each repetition; `pci`: the GPU's address, empty for the machine's first.
void watch_gpu(Prepared& prepared, const std::string& pci) {
  prepared.watch = std::make_shared<EnvironmentWatch>(pci);
  prepared.runs[0].environment = prepared.runs[1].environment = prepared.watch->environment();
}

/// A simulated device whose noise, in a process that plays once, is that of the sitting's order-th
/// repetition.
std::string draw_of(const std::string& device, std::uint32_t order) {
  constexpr std::string_view kMark = "+noise=";
  const std::size_t mark = device.find(kMark);
  if (mark == std::string::npos) return device;
  const std::string noise = device.substr(mark + kMark.size());
  const std::size_t comma = noise.find(',');
  const std::uint64_t seed = comma == std::string::npos ? 0 : std::stoull(noise.substr(0, comma)) % 1'000'000;
  const std::string permille = comma == std::string::npos ? noise : noise.substr(comma + 1);
  return fmt::format("{}+noise={},{}", device.substr(0, mark), seed * 1'000'000 + order, permille);
}

Prepared prepare_schedules(const Comparands& what) {
  const device::Identity device = suite::identify(what.device);
  Prepared prepared;
  prepared.exact = device.deterministic;
  const bool builds = !what.programs[0].empty() || !what.programs[1].empty();
  prepared.processes = builds || device.kind == trace::DeviceKind::kCuda;
  prepared.runs = empty_runs(what);
  const CaseLists lists = choose_cases(what);
  const auto& cases = lists.of;
  for (std::size_t side = 0; side < 2; ++side) {
    history::Run& run = prepared.runs.at(side);
    run.suite = what.suite;
    run.label = !what.programs.at(side).empty() ? what.programs.at(side)
                : cases.at(side).size() == 1
                    ? language::find_schedule(cases.at(side).front().schedule)->name()
                    : "";
    run.machine_class.device_kind = trace::name_of(device.kind);
    run.machine_class.device_name =
        device.kind == trace::DeviceKind::kCuda ? device.description : device.name;
    run.environment.instance = device.profile_hash;
  }
  if (device.kind == trace::DeviceKind::kCuda) watch_gpu(prepared, device.pci);
  add_cells(prepared.runs, lists, device, what.programs);
  prepared.shared = lists.shared;
  const Plans plans = compile_plans(lists, what.programs);
  if (prepared.processes) {
    std::array<std::string, 2> programs = what.programs;
    for (std::string& program : programs) {
      if (program.empty()) program = std::filesystem::read_symlink("/proc/self/exe");
    }
    prepared.take = [cases, plans, programs, name = what.device](const Turn& turn, std::uint32_t order,
                                                                 const Started& started) {
      return Taken{suite::play_in_child(programs.at(turn.side), cases.at(turn.side).at(turn.cell),
                                        draw_of(name, order), {}, started),
                   plans.at(turn.side).at(turn.cell)};
    };
  } else {
    prepared.take = [cases, plans, make_device = suite::find_device(what.device)](
                        const Turn& turn, std::uint32_t order, const Started&) {
      const suite::Case& one = cases.at(turn.side).at(turn.cell);
      const auto schedule = language::find_schedule(one.schedule);
      return Taken{{suite::play(*schedule, model::find_workload(one.workload), *make_device(order)), 0},
                   plans.at(turn.side).at(turn.cell)};
    };
  }
  return prepared;
}

Taken record(const std::string& command, const Recording& how, const Started& started) {
  const Recorded recorded = record_program({"/bin/sh", "-c", command}, how, started);
  for (const std::string& problem : recorded.problems) std::cerr << fmt::format("offledger: {}\n", problem);
  if (recorded.exit_code != 0) throw CommandFailed{command, recorded.exit_code};
  return {{recorded.timeline, 0}, nullptr};
}

Prepared prepare_commands(const Comparands& what) {
  Prepared prepared;
  prepared.processes = true;
  prepared.shared = 1;
  prepared.runs = empty_runs(what);
  for (std::size_t side = 0; side < 2; ++side) {
    history::Run& run = prepared.runs.at(side);
    run.label = what.commands.at(side);
    run.machine_class.device_kind = trace::name_of(trace::DeviceKind::kCuda);
    history::Cell& cell = run.cells.emplace_back();
    cell.key = parse_cell(what.cell);
    cell.key.device_profile = run.machine_class.device_kind;
  }
  check_recording(what.how);
  prepared.take = [commands = what.commands, how = what.how](const Turn& turn, std::uint32_t,
                                                             const Started& started) {
    return record(commands.at(turn.side), how, started);
  };
  // Of several GPUs, nothing says beforehand which one the commands use.
  if (nvml::Monitor().count() == 1) watch_gpu(prepared, "");
  return prepared;
}

}  // namespace

Prepared prepare_sides(const Comparands& what) {
  const bool schedules = !what.schedules[0].empty() && !what.schedules[1].empty();
  const bool commands = !what.commands[0].empty() && !what.commands[1].empty();
  if (int{schedules} + int{commands} + int{!what.suite.empty()} != 1) {
    throw Error(ErrorKind::kUsage,
                "expected one of: --base-schedule and --cand-schedule; --suite; --base and --cand");
  }
  return commands ? prepare_commands(what) : prepare_schedules(what);
}

}  // namespace offledger::cli
