// SPDX-License-Identifier: Apache-2.0
#include "cli/ab_sides.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "cli/defaults.hpp"
#include "cli/environment_watch.hpp"
#include "cli/other_build.hpp"
#include "cli/recorded_run.hpp"
#include "cli/version.hpp"
#include "collectors/nvml/monitor.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {
namespace {

using Cases = std::array<std::vector<suite::Case>, 2>;

/// The i-th of both sides are one cell for i < shared; the rest is one side's alone.
struct Measured {
  Cases cases;
  std::size_t shared = 0;
};

Error usage(const std::string& message) {
  return {ErrorKind::kUsage, message};
}

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

/// What each side measures, of the suite as its build has it: first what both have, in the base's order. A
/// build that cannot say has what this one has.
Measured suites_of(const Comparands& what) {
  const auto here = suite::find_suite(what.suite).cases;
  Cases listed{here, here};
  for (std::size_t side = 0; side < 2; ++side) {
    const std::string& program = what.programs.at(side);
    if (program.empty()) continue;
    if (const auto its = cases_of_build(program, what.suite)) {
      listed.at(side) = *its;
    } else if (find_embedded(suite::suite_files(), what.suite + ".json") != nullptr) {
      std::cerr << fmt::format("{} does not say what its suites hold: taken to be what this build's do\n",
                               program);
    }
  }
  const auto has = [](const std::vector<suite::Case>& cases, const suite::Case& one) {
    return std::ranges::find(cases, one) != cases.end();
  };
  Measured measured;
  for (const suite::Case& one : listed[0]) {
    if (has(listed[1], one) && !has(measured.cases[0], one)) measured.cases[0].push_back(one);
  }
  measured.cases[1] = measured.cases[0];
  measured.shared = measured.cases[0].size();
  for (std::size_t side = 0; side < 2; ++side) {
    for (const suite::Case& one : listed.at(side)) {
      if (!has(measured.cases.at(side), one)) measured.cases.at(side).push_back(one);
    }
  }
  return measured;
}

Measured choose_cases(const Comparands& what) {
  if (!what.suite.empty()) {
    if (!what.workloads.empty())
      throw usage("--workload goes with schedules: a suite names its own workloads");
    return suites_of(what);
  }
  if (what.schedules[0].size() != what.schedules[1].size()) {
    throw usage(fmt::format(
        "expected as many --cand-schedule as --base-schedule, which are compared in order; found {} and {}",
        what.schedules[1].size(), what.schedules[0].size()));
  }
  const auto workloads = what.workloads.empty() ? std::vector<std::string>{kDefaultWorkload} : what.workloads;
  Measured measured;
  for (const std::string& workload : workloads) {
    for (std::size_t side = 0; side < 2; ++side) {
      for (const std::string& schedule : what.schedules.at(side))
        measured.cases.at(side).push_back({schedule, workload});
    }
  }
  measured.shared = measured.cases[0].size();
  return measured;
}

using Plans = std::array<std::vector<std::shared_ptr<const plan::Plan>>, 2>;

/// What each case is to do: its recordings are held to it. Another build is asked what it means by the name.
Plans compile_plans(const Cases& cases, const std::array<std::string, 2>& programs) {
  Plans plans;
  for (std::size_t side = 0; side < 2; ++side) {
    for (const suite::Case& one : cases.at(side)) {
      std::optional<plan::Plan> plan;
      if (programs.at(side).empty()) {
        plan = language::find_schedule(one.schedule)->compile(model::find_workload(one.workload).shape);
      } else {
        plan = plan_of_build(programs.at(side), one);
      }
      plans.at(side).push_back(plan ? std::make_shared<const plan::Plan>(std::move(*plan)) : nullptr);
    }
  }
  return plans;
}

/// Readings of the machine around each repetition; `pci`: the GPU's address, empty for the machine's first.
void watch_gpu(Prepared& prepared, const std::string& pci) {
  prepared.watch = std::make_shared<EnvironmentWatch>(pci);
  prepared.runs[0].environment = prepared.runs[1].environment = prepared.watch->environment();
}

/// What a case is called in history; by the suite's own names where only another build knows them.
struct Named {
  std::string schedule, workload, schedule_hash;
};
Named named(const suite::Case& one, bool another_build) {
  try {
    const auto schedule = language::find_schedule(one.schedule);
    return {schedule->name(), model::find_workload(one.workload).name, schedule->content_hash()};
  } catch (const Error&) {
    if (!another_build) throw;
    return {one.schedule, one.workload, ""};
  }
}

void add_cell(history::Run& run, const Named& name, const device::Identity& device) {
  history::Cell cell;
  cell.key = {name.schedule, name.workload, device.name, std::string(suite::kProtocol)};
  const auto same = [&](const history::Cell& other) { return other.key == cell.key; };
  if (std::ranges::any_of(run.cells, same))
    throw usage(fmt::format("{} on {} is named twice", cell.key.schedule, cell.key.workload));
  cell.deterministic = device.deterministic;
  cell.schedule_hash = name.schedule_hash;
  run.cells.push_back(std::move(cell));
}

/// A cell bears both schedules' names where they differ: the gate pairs cells by name.
void add_cells(Sides& runs, const Measured& measured, const device::Identity& device,
               const std::array<std::string, 2>& programs) {
  std::array<std::vector<Named>, 2> names;
  for (std::size_t side = 0; side < 2; ++side) {
    for (const suite::Case& one : measured.cases.at(side))
      names.at(side).push_back(named(one, !programs.at(side).empty()));
  }
  for (std::size_t i = 0; i < measured.shared; ++i) {
    std::string &base = names[0][i].schedule, &cand = names[1][i].schedule;
    if (base != cand) base = cand = fmt::format("{} v {}", base, cand);
  }
  for (std::size_t side = 0; side < 2; ++side) {
    for (const Named& name : names.at(side)) add_cell(runs.at(side), name, device);
  }
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
  const Measured measured = choose_cases(what);
  const Cases& cases = measured.cases;
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
  add_cells(prepared.runs, measured, device, what.programs);
  prepared.shared = measured.shared;
  const Plans plans = compile_plans(cases, what.programs);
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
    throw usage("expected one of: --base-schedule and --cand-schedule; --suite; --base and --cand");
  }
  return commands ? prepare_commands(what) : prepare_schedules(what);
}

}  // namespace offledger::cli
