// SPDX-License-Identifier: Apache-2.0
//
// What there is to run: schedules, workloads, devices. Plain rows come in, because render knows neither
// harness nor schedules; cli/ fills them.

#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "reports/render/style.hpp"

namespace offledger::render {

struct ScheduleRow {
  std::string name, title;
  std::string file;  ///< empty for a shipped one
  bool wraps = false;
  std::string variant_of;  ///< empty where it stands for itself
};
/// Variants under a heading of their own.
std::string schedules_text(const std::vector<ScheduleRow>& rows, const Style& style);
std::string schedules_json(const std::vector<ScheduleRow>& rows);  ///< `offledger.schedules/1`

struct WorkloadRow {
  std::string name, title;
  std::uint32_t layers = 0, units = 0, steps = 0, tokens = 0, batch = 0;
  std::uint64_t bytes = 0;      ///< weights of all units
  std::int64_t compute_ns = 0;  ///< of one step
  bool simulated_only = false;  ///< no architecture that the CUDA core could run
};
std::string workloads_text(const std::vector<WorkloadRow>& rows, const Style& style);
std::string workloads_json(const std::vector<WorkloadRow>& rows);  ///< `offledger.workloads/1`

struct SuiteRow {
  std::string name, title;
  std::vector<std::pair<std::string, std::string>> cells;  ///< schedule, workload
};
std::string suites_text(const std::vector<SuiteRow>& rows, const Style& style);
std::string suites_json(const std::vector<SuiteRow>& rows);  ///< `offledger.suites/1`

struct DeviceRow {
  std::string name, description;
  bool available = false;
  bool deterministic = false;
  std::string why;  ///< why not available and what to do, or where the profile comes from
};
std::string devices_text(const std::vector<DeviceRow>& rows, const Style& style);
std::string devices_json(const std::vector<DeviceRow>& rows);  ///< `offledger.devices/1`

}  // namespace offledger::render
