// SPDX-License-Identifier: Apache-2.0
//
// Suites: which schedules run on which workloads, how often, and in what order. Data, one JSON file each
// (harness/suite/suites, JSON Schema beside them). On `sim` a repetition is one play of the plan; on CUDA it is a
// fresh process.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "collectors/trace/timeline.hpp"
#include "harness/device/device.hpp"
#include "harness/model/workload.hpp"
#include "schedules/base/embedded.hpp"
#include "schedules/language/schedule.hpp"

namespace offledger::suite {

/// Changes with anything that makes figures of two versions differ for the same schedule and device.
inline constexpr std::string_view kProtocol = "1";

struct Case {
  std::string schedule;  ///< name or path
  std::string workload;
};

struct Suite {
  std::string name, title;
  std::vector<Case> cases;
  std::uint32_t reps = 0;  ///< 0: the device's default (1 where it is deterministic, else 10)
};

Suite parse_suite(std::string_view text, const std::string& file);
std::span<const EmbeddedFile> suite_files();
Suite find_suite(const std::string& name_or_path);

/// Compiles the schedule for the workload's units, plays it, and fills Timeline::source.
trace::Timeline play(const language::Schedule& schedule, const model::Workload& workload, device::Device& device);

/// "sim", "sim:PROFILE" or "cuda[:N]" as a maker of devices, one a repetition. Unknown names are an Error(kUsage).
using DeviceMaker = std::function<std::unique_ptr<device::Device>(std::uint32_t rep)>;
DeviceMaker find_device(const std::string& name);

}  // namespace offledger::suite
