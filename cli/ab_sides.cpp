// SPDX-License-Identifier: Apache-2.0
#include "cli/ab_sides.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "cli/plan_of_build.hpp"
#include "cli/recorded_run.hpp"
#include "cli/version.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {
namespace {

using Cases = std::array<std::vector<suite::Case>, 2>;

constexpr const char* kDefaultWorkload = "llama70b-prefill-8k";

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

Cases choose_cases(const Comparands& what) {
  if (!what.suite.empty()) {
    if (!what.workloads.empty())
      throw usage("--workload goes with schedules: a suite names its own workloads");
    const auto cases = suite::find_suite(what.suite).cases;
    return {cases, cases};
  }
  if (what.schedules[0].size() != what.schedules[1].size()) {
    throw usage(fmt::format(
        "expected as many --cand-schedule as --base-schedule, which are compared in order; found {} and {}",
        what.schedules[1].size(), what.schedules[0].size()));
  }
  const auto workloads = what.workloads.empty() ? std::vector<std::string>{kDefaultWorkload} : what.workloads;
  Cases cases;
  for (const std::string& workload : workloads) {
    for (std::size_t side = 0; side < 2; ++side) {
      for (const std::string& schedule : what.schedules.at(side))
        cases.at(side).push_back({schedule, workload});
    }
  }
  return cases;
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

/// A cell bears both schedules' names where they differ: the gate pairs cells by name.
void add_cells(Sides& runs, const Cases& cases, const device::Identity& device) {
  for (std::size_t i = 0; i < cases[0].size(); ++i) {
    const auto base = language::find_schedule(cases[0][i].schedule);
    const auto cand = language::find_schedule(cases[1][i].schedule);
    history::Cell cell;
    cell.key = {
        base->name() == cand->name() ? base->name() : fmt::format("{} v {}", base->name(), cand->name()),
        model::find_workload(cases[0][i].workload).name, device.name, std::string(suite::kProtocol)};
    cell.deterministic = device.deterministic;
    const auto same = [&](const history::Cell& other) { return other.key == cell.key; };
    if (std::ranges::any_of(runs[0].cells, same))
      throw usage(fmt::format("{} on {} is named twice", cell.key.schedule, cell.key.workload));
    cell.schedule_hash = base->content_hash();
    runs[0].cells.push_back(cell);
    cell.schedule_hash = cand->content_hash();
    runs[1].cells.push_back(std::move(cell));
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
  const Cases cases = choose_cases(what);
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
  add_cells(prepared.runs, cases, device);
  const Plans plans = compile_plans(cases, what.programs);
  if (prepared.processes) {
    std::array<std::string, 2> programs = what.programs;
    for (std::string& program : programs) {
      if (program.empty()) program = std::filesystem::read_symlink("/proc/self/exe");
    }
    prepared.take = [cases, plans, programs, name = what.device](const Turn& turn, std::uint32_t order) {
      return Taken{suite::play_in_child(programs.at(turn.side), cases.at(turn.side).at(turn.cell),
                                        draw_of(name, order)),
                   plans.at(turn.side).at(turn.cell)};
    };
  } else {
    prepared.take = [cases, plans, make_device = suite::find_device(what.device)](const Turn& turn,
                                                                                  std::uint32_t order) {
      const suite::Case& one = cases.at(turn.side).at(turn.cell);
      const auto schedule = language::find_schedule(one.schedule);
      return Taken{{suite::play(*schedule, model::find_workload(one.workload), *make_device(order)), 0},
                   plans.at(turn.side).at(turn.cell)};
    };
  }
  return prepared;
}

Taken record(const std::string& command, const Recording& how) {
  const Recorded recorded = record_program({"/bin/sh", "-c", command}, how);
  for (const std::string& problem : recorded.problems) std::cerr << fmt::format("offledger: {}\n", problem);
  if (recorded.exit_code != 0) throw CommandFailed{command, recorded.exit_code};
  return {{recorded.timeline, 0}, nullptr};
}

Prepared prepare_commands(const Comparands& what) {
  Prepared prepared;
  prepared.processes = true;
  prepared.runs = empty_runs(what);
  for (std::size_t side = 0; side < 2; ++side) {
    history::Run& run = prepared.runs.at(side);
    run.label = what.commands.at(side);
    run.machine_class.device_kind = trace::name_of(trace::DeviceKind::kCuda);
    run.machine_class.device_name = "GPU";
    history::Cell& cell = run.cells.emplace_back();
    cell.key = parse_cell(what.cell);
    cell.key.device_profile = run.machine_class.device_kind;
  }
  check_recording(what.how);
  prepared.take = [commands = what.commands, how = what.how](const Turn& turn, std::uint32_t) {
    return record(commands.at(turn.side), how);
  };
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
