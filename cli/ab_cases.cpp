// SPDX-License-Identifier: Apache-2.0
#include "cli/ab_cases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <optional>
#include <utility>

#include "cli/defaults.hpp"
#include "cli/other_build.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {
namespace {

/// What each side measures, of the suite as its build has it: first what both have, in the base's order. A
/// build that cannot say has what this one has.
CaseLists suites_of(const Comparands& what) {
  const auto here = suite::find_suite(what.suite).cases;
  std::array<std::vector<suite::Case>, 2> listed{here, here};
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
  CaseLists lists;
  for (const suite::Case& one : listed[0]) {
    if (has(listed[1], one) && !has(lists.of[0], one)) lists.of[0].push_back(one);
  }
  lists.of[1] = lists.of[0];
  lists.shared = lists.of[0].size();
  for (std::size_t side = 0; side < 2; ++side) {
    for (const suite::Case& one : listed.at(side)) {
      if (!has(lists.of.at(side), one)) lists.of.at(side).push_back(one);
    }
  }
  return lists;
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
    throw Error(ErrorKind::kUsage,
                fmt::format("{} on {} is named twice", cell.key.schedule, cell.key.workload));
  cell.deterministic = device.deterministic;
  cell.schedule_hash = name.schedule_hash;
  run.cells.push_back(std::move(cell));
}

}  // namespace

CaseLists choose_cases(const Comparands& what) {
  if (!what.suite.empty()) {
    if (!what.workloads.empty())
      throw Error(ErrorKind::kUsage, "--workload goes with schedules: a suite names its own workloads");
    return suites_of(what);
  }
  if (what.schedules[0].size() != what.schedules[1].size()) {
    throw Error(ErrorKind::kUsage, fmt::format("expected as many --cand-schedule as --base-schedule, which "
                                               "are compared in order; found {} and {}",
                                               what.schedules[1].size(), what.schedules[0].size()));
  }
  const auto workloads = what.workloads.empty() ? std::vector<std::string>{kDefaultWorkload} : what.workloads;
  CaseLists lists;
  for (const std::string& workload : workloads) {
    for (std::size_t side = 0; side < 2; ++side) {
      for (const std::string& schedule : what.schedules.at(side))
        lists.of.at(side).push_back({schedule, workload});
    }
  }
  lists.shared = lists.of[0].size();
  return lists;
}

Plans compile_plans(const CaseLists& lists, const std::array<std::string, 2>& programs) {
  Plans plans;
  for (std::size_t side = 0; side < 2; ++side) {
    for (const suite::Case& one : lists.of.at(side)) {
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

void add_cells(Sides& runs, const CaseLists& lists, const device::Identity& device,
               const std::array<std::string, 2>& programs) {
  std::array<std::vector<Named>, 2> names;
  for (std::size_t side = 0; side < 2; ++side) {
    for (const suite::Case& one : lists.of.at(side))
      names.at(side).push_back(named(one, !programs.at(side).empty()));
  }
  for (std::size_t i = 0; i < lists.shared; ++i) {
    std::string &base = names[0][i].schedule, &cand = names[1][i].schedule;
    if (base != cand) base = cand = fmt::format("{} v {}", base, cand);
  }
  for (std::size_t side = 0; side < 2; ++side) {
    for (const Named& name : names.at(side)) add_cell(runs.at(side), name, device);
  }
}

}  // namespace offledger::cli
