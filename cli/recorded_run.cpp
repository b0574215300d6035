// SPDX-License-Identifier: Apache-2.0
#include "cli/recorded_run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include <ctime>
#include <iostream>

#include "cli/artifacts.hpp"
#include "cli/measure.hpp"
#include "cli/version.hpp"
#include "harness/suite/suite.hpp"
#include "reports/metrics/metrics.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {
namespace {

std::string cause_name(const analysis::CauseTime& cause) {
  return cause.sub.empty() ? cause.cause : cause.cause + "/" + cause.sub;
}

history::Rep rep_of(const analysis::StepReport& step, std::uint32_t number) {
  history::Rep rep;
  rep.number = rep.order = number;
  for (const metrics::Value& value : metrics::evaluate(step.figures))
    rep.values.emplace(value.metric->name, value.value);
  for (const analysis::CauseTime& cause : step.causes) {
    rep.causes_ns[cause_name(cause)] += static_cast<double>(cause.time.count());
  }
  return rep;
}

}  // namespace

void add_keeping(CLI::App& command, Keeping& keeping) {
  command.add_option("--db", keeping.database, "history database to keep the steps in, as repetitions");
  command.add_option("--cell", keeping.cell, "SCHEDULE/WORKLOAD: the name under which they are kept");
  command.add_option("--label", keeping.label, "a name to find the run by");
  command.add_option("--commit", keeping.commit, "the commit that was measured");
}

history::CellKey parse_cell(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == text.size()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--cell: expected SCHEDULE/WORKLOAD, such as mine/llama-8k, found '{}'", text));
  }
  return {text.substr(0, slash), text.substr(slash + 1), "", std::string(suite::kProtocol)};
}

void check(const Keeping& keeping) {
  if (keeping.cell.empty()) {
    if (keeping.database.empty() && keeping.label.empty() && keeping.commit.empty()) return;
    throw Error(ErrorKind::kUsage,
                "expected --cell SCHEDULE/WORKLOAD, the name under which history keeps the figures");
  }
  if (keeping.database.empty()) throw Error(ErrorKind::kUsage, "expected --db FILE beside --cell");
  (void)parse_cell(keeping.cell);
}

history::Run run_of(const trace::Timeline& timeline, const analysis::Report& report, const Keeping& keeping) {
  const analysis::DeviceReport& device = report.devices.front();
  history::Run run;
  run.label = keeping.label;
  run.commit = keeping.commit;
  run.tool_version = kVersion;
  run.started_at_unix = std::time(nullptr);
  run.sitting = fmt::format("{}/process {}", run.started_at_unix, ::getpid());
  run.machine_class.device_kind = trace::name_of(timeline.source.device_kind);
  run.machine_class.device_name = device_name(report);
  history::Cell cell;
  cell.key = parse_cell(keeping.cell);
  cell.key.protocol = protocol_of(report);
  cell.key.device_profile = run.machine_class.device_kind;
  for (const analysis::StepReport* step : analysis::warm_steps(device)) {
    cell.reps.push_back(rep_of(*step, static_cast<std::uint32_t>(cell.reps.size())));
  }
  cell.findings = to_findings(report);
  run.complete = timeline.source.complete;
  run.cells.push_back(std::move(cell));
  return run;
}

void keep(const trace::Timeline& timeline, const analysis::Report& report, const Keeping& keeping) {
  history::Run run = run_of(timeline, report, keeping);
  history::Store store(keeping.database, history::Mode::kReadWrite);
  run.cells.front().artifacts.push_back(keep_recording(store, timeline));
  const std::size_t reps = run.cells.front().reps.size();
  const std::string id = store.insert(run);
  std::cerr << fmt::format("run {} in {}: {} repetition{} of {}\n", id.substr(0, 12), keeping.database, reps,
                           reps == 1 ? "" : "s", keeping.cell);
  if (report.devices.size() > 1) {
    std::cerr << fmt::format("the figures are those of {}, the first of {} GPUs\n",
                             report.devices.front().name, report.devices.size());
  }
}

}  // namespace offledger::cli
