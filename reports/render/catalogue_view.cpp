// SPDX-License-Identifier: Apache-2.0
#include "reports/render/catalogue_view.hpp"

#include "reports/render/json_text.hpp"
#include "reports/render/number.hpp"
#include "reports/render/table.hpp"

namespace offledger::render {

std::string schedules_text(const std::vector<ScheduleRow>& rows, const Style& style) {
  Table table({{"schedule", Align::kLeft}, {"what it does", Align::kLeft}});
  for (const ScheduleRow& row : rows) {
    if (row.variant_of.empty()) table.row({row.name, row.title});
  }
  bool headed = false;
  for (const ScheduleRow& row : rows) {
    if (row.variant_of.empty()) continue;
    if (!headed) table.heading("variants of these");
    headed = true;
    table.row({row.name, row.title});
  }
  return table.text(style);
}

std::string schedules_json(const std::vector<ScheduleRow>& rows) {
  Json out;
  out["schema"] = "offledger.schedules/1";
  out["schedules"] = Json::array();
  for (const ScheduleRow& row : rows) {
    out["schedules"].push_back(
        {{"name", row.name},
         {"title", row.title},
         {"file", row.file.empty() ? Json(nullptr) : Json(row.file)},
         {"wraps", row.wraps},
         {"variant_of", row.variant_of.empty() ? Json(nullptr) : Json(row.variant_of)}});
  }
  return to_text(out);
}

std::string workloads_text(const std::vector<WorkloadRow>& rows, const Style& style) {
  Table table({{"workload", Align::kLeft},
               {"layers"},
               {"weights"},
               {"compute"},
               {"tokens"},
               {"what it is", Align::kLeft}});
  for (const WorkloadRow& row : rows) {
    table.row({row.name, count(row.layers), bytes(row.bytes), time(nanos(row.compute_ns)), count(row.tokens),
               row.simulated_only ? row.title + " (sim only)" : row.title});
  }
  return table.text(style);
}

std::string workloads_json(const std::vector<WorkloadRow>& rows) {
  Json out;
  out["schema"] = "offledger.workloads/1";
  out["workloads"] = Json::array();
  for (const WorkloadRow& row : rows) {
    out["workloads"].push_back({{"name", row.name},
                                {"title", row.title},
                                {"layers", row.layers},
                                {"units", row.units},
                                {"steps", row.steps},
                                {"tokens", row.tokens},
                                {"batch", row.batch},
                                {"bytes", row.bytes},
                                {"compute_ns", row.compute_ns},
                                {"simulated_only", row.simulated_only}});
  }
  return to_text(out);
}

std::string suites_text(const std::vector<SuiteRow>& rows, const Style& style) {
  Table table({{"suite", Align::kLeft}, {"cells"}, {"what it is", Align::kLeft}});
  for (const SuiteRow& row : rows) table.row({row.name, count(row.cells.size()), row.title});
  return table.text(style);
}

std::string suites_json(const std::vector<SuiteRow>& rows) {
  Json out;
  out["schema"] = "offledger.suites/1";
  out["suites"] = Json::array();
  for (const SuiteRow& row : rows) {
    Json cells = Json::array();
    for (const auto& [schedule, workload] : row.cells)
      cells.push_back({{"schedule", schedule}, {"workload", workload}});
    out["suites"].push_back({{"name", row.name}, {"title", row.title}, {"cells", std::move(cells)}});
  }
  return to_text(out);
}

std::string devices_text(const std::vector<DeviceRow>& rows, const Style& style) {
  Table table(
      {{"device", Align::kLeft}, {"", Align::kLeft}, {"what it is", Align::kLeft}, {"", Align::kLeft}});
  for (const DeviceRow& row : rows) {
    table.row({row.name,
               {row.available ? "ready" : "absent", row.available ? Ink::kGood : Ink::kDoubt},
               row.description,
               row.why});
  }
  return table.text(style);
}

std::string devices_json(const std::vector<DeviceRow>& rows) {
  Json out;
  out["schema"] = "offledger.devices/1";
  out["devices"] = Json::array();
  for (const DeviceRow& row : rows) {
    out["devices"].push_back({{"name", row.name},
                              {"description", row.description},
                              {"available", row.available},
                              {"deterministic", row.deterministic},
                              {"why", row.why}});
  }
  return to_text(out);
}

}  // namespace offledger::render
