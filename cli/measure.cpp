// SPDX-License-Identifier: Apache-2.0
#include "cli/measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "cli/environment_watch.hpp"
#include "harness/suite/sitting.hpp"
#include "reports/metrics/metrics.hpp"

namespace offledger::cli {
namespace {

/// A repetition in this process, for devices whose clock is their own.
suite::Played play_here(const suite::Case& what, const suite::DeviceMaker& make_device, std::uint32_t number,
                        const device::CounterRequest& counters) {
  const auto schedule = language::find_schedule(what.schedule);
  const model::Workload workload = model::find_workload(what.workload);
  return {suite::play(*schedule, workload, *make_device(number), counters), 0};
}

/// What a case was to do: its recordings are held to it.
plan::Plan plan_of(const suite::Case& what) {
  return language::find_schedule(what.schedule)->compile(model::find_workload(what.workload).shape);
}

void add_rep(history::Cell& cell, const suite::Case& what, const suite::Played& played, std::uint32_t number,
             std::uint32_t order) {
  const plan::Plan plan = plan_of(what);
  const analysis::Report report = analysis::explain(played.recording, {.plan = &plan});
  history::Rep rep = to_rep(report, number);
  rep.process = played.process;
  rep.order = order;
  cell.key.protocol = protocol_of(report);
  cell.reps.push_back(std::move(rep));
  add_findings(cell, to_findings(report));
}

/// A repetition in a process of its own, with what surrounds it.
suite::Played play_apart(const Measurement& what, const suite::Case& one, history::Cell& cell,
                         std::uint32_t number, const Surroundings* surroundings) {
  static const std::string program = std::filesystem::read_symlink("/proc/self/exe");
  if (surroundings == nullptr) return suite::play_in_child(program, one, what.device, what.counters);
  suite::Played played;
  const auto play = [&](const Started& started) {
    played = suite::play_in_child(program, one, what.device, what.counters, started);
  };
  add_findings(cell, surroundings->watch.around(name_of(cell, number), surroundings->samples, play));
  return played;
}

}  // namespace

std::string protocol_of(const analysis::Report& report) {
  const std::optional<analysis::CounterReport>& counters = report.devices.front().counters;
  return fmt::format("{}{}", suite::kProtocol, counters && counters->only ? "-sampled" : "");
}

void add_findings(history::Cell& cell, std::vector<history::FindingRow> findings) {
  for (history::FindingRow& finding : findings) {
    const auto same = std::ranges::find(cell.findings, finding.id, &history::FindingRow::id);
    if (same == cell.findings.end()) {
      cell.findings.push_back(std::move(finding));
    } else {
      same->disqualifies = same->disqualifies || finding.disqualifies;
    }
  }
}

std::string device_name(const analysis::Report& report) {
  const std::string& name = report.devices.front().name;
  return name.empty() ? "GPU" : name;
}

std::string name_of(const history::Cell& cell, std::uint32_t number) {
  return fmt::format("{}/{} {}", cell.key.schedule, cell.key.workload, number);
}

history::Rep to_rep(const analysis::Report& report, std::uint32_t number) {
  history::Rep rep;
  rep.number = number;
  for (const metrics::Value& value : metrics::evaluate(report.devices.front())) {
    rep.values.emplace(value.metric->name, value.value);
  }
  const auto steps = analysis::warm_steps(report.devices.front());
  for (const analysis::StepReport* step : steps) {
    for (const analysis::CauseTime& cause : step->causes) {
      const std::string name = cause.sub.empty() ? cause.cause : cause.cause + "/" + cause.sub;
      rep.causes_ns[name] += static_cast<double>(cause.time.count()) / static_cast<double>(steps.size());
    }
  }
  return rep;
}

std::vector<history::FindingRow> to_findings(const analysis::Report& report) {
  std::vector<history::FindingRow> rows;
  for (const analysis::Finding& finding : report.findings) {
    rows.push_back({finding.id, finding.detail, finding.disqualifies});
  }
  return rows;
}

std::vector<history::Cell> empty_cells(const Measurement& what, const device::Identity& device) {
  std::vector<history::Cell> cells;
  for (const suite::Case& one : what.suite.cases) {
    const auto schedule = language::find_schedule(one.schedule);
    history::Cell cell;
    cell.key = {schedule->name(), model::find_workload(one.workload).name, device.name,
                std::string(suite::kProtocol)};
    cell.schedule_hash = schedule->content_hash();
    cell.deterministic = device.deterministic;
    cells.push_back(std::move(cell));
  }
  return cells;
}

bool measure(const Measurement& what, std::vector<history::Cell>& cells, const OnRecording& keep,
             const OnTurn& turn, const Surroundings* surroundings) {
  const suite::DeviceMaker make_device = suite::find_device(what.device);
  const bool in_child = suite::identify(what.device).kind == trace::DeviceKind::kCuda;
  const auto begin = std::chrono::steady_clock::now();
  std::uint32_t order = 0;
  for (const suite::Turn& next : suite::order_turns(cells.size(), what.reps, what.seed)) {
    const suite::Case& one = what.suite.cases[next.cell];
    history::Cell& cell = cells[next.cell];
    turn(one.schedule + " / " + one.workload);
    const auto taken = [&](const history::Rep& rep) { return rep.number == next.number; };
    if (std::ranges::any_of(cell.reps, taken)) continue;
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    if (what.budget_s && elapsed.count() > *what.budget_s) return false;
    const suite::Played played = in_child ? play_apart(what, one, cell, next.number, surroundings)
                                          : play_here(one, make_device, next.number, what.counters);
    add_rep(cell, one, played, next.number, order++);
    keep(cell, played.recording);
  }
  for (history::Cell& cell : cells) std::ranges::sort(cell.reps, {}, &history::Rep::number);
  return true;
}

}  // namespace offledger::cli
