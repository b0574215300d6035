// SPDX-License-Identifier: Apache-2.0
#include "cli/measure.hpp"

#include <algorithm>

#include "reports/metrics/metrics.hpp"

namespace offledger::cli {

history::Rep to_rep(const analysis::Report& report, std::uint32_t number) {
  history::Rep rep;
  rep.number = number;
  for (const metrics::Value& value : metrics::evaluate(report.devices.front())) {
    rep.values.emplace(value.metric->name, value.value);
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

Measured measure(const suite::Case& what, const std::string& device_name, const suite::DeviceMaker& make_device,
                 std::uint32_t reps, std::uint32_t first_order) {
  const auto schedule = language::find_schedule(what.schedule);
  const model::Workload workload = model::find_workload(what.workload);
  Measured measured;
  history::Cell& cell = measured.cell;
  cell.key = {schedule->name(), workload.name, device_name, std::string(suite::kProtocol)};
  cell.schedule_hash = schedule->content_hash();
  for (std::uint32_t number = 0; number < reps; ++number) {
    const auto device = make_device(number);
    trace::Timeline recording = suite::play(*schedule, workload, *device);
    const analysis::Report report = analysis::analyse(recording);
    history::Rep rep = to_rep(report, number);
    rep.order = first_order + number;
    cell.reps.push_back(std::move(rep));
    cell.deterministic = device->identity().deterministic;
    for (history::FindingRow& finding : to_findings(report)) {
      const auto same = [&](const history::FindingRow& row) { return row.id == finding.id; };
      if (std::ranges::none_of(cell.findings, same)) cell.findings.push_back(std::move(finding));
    }
    if (number == 0) measured.recording = std::move(recording);
  }
  return measured;
}

}  // namespace offledger::cli
