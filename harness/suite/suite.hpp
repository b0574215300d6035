// SPDX-License-Identifier: Apache-2.0
//
// Suites: which schedules run on which workloads, how often, and in what order. Data, one JSON file each
// (harness/suite/suites, JSON Schema beside them). On `sim` a repetition is one play of the plan; on CUDA it
// is a fresh process.

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
#include "schedules/base/error.hpp"
#include "schedules/language/schedule.hpp"

namespace offledger::suite {

/// Changes with anything that makes figures of two versions differ for the same schedule and device.
inline constexpr std::string_view kProtocol = "1";

struct Case {
  std::string schedule;  ///< name or path
  std::string workload;
  bool operator==(const Case&) const = default;
};

struct Suite {
  std::string name, title;
  std::vector<Case> cases;
  std::uint32_t reps = 0;  ///< 0: the device's default (1 where it is deterministic, else 10)
};

Suite parse_suite(std::string_view text, const std::string& file);
std::span<const EmbeddedFile> suite_files();
Suite find_suite(const std::string& name_or_path);

/// The H2D plateau, in bytes a second, that a shipped profile of this GPU ("NVIDIA H200") was calibrated to;
/// 0 where there is none. What bound_ns of a real recording is reckoned with.
std::uint64_t calibrated_link(std::string_view gpu);

/// Compiles the schedule for the workload's units, plays it, and fills Timeline::source. Counters that the
/// device does not have are noted in the Timeline.
trace::Timeline play(const language::Schedule& schedule, const model::Workload& workload,
                     device::Device& device, const device::CounterRequest& counters = {});

/// A device by name, as a maker of one for each repetition:
///
///     sim                              sim:h200
///     sim:PROFILE                      a shipped profile, or the path of a profile file
///     sim:PROFILE+noise=SEED,PERMILLE  durations scaled by 1 +- PERMILLE/1000, repetition r drawing from
///     SEED and r;
///                                      sim:PROFILE+noise=PERMILLE is seed 0, and the name of the device's
///                                      identity
///     cuda, cuda:N                     GPU 0, GPU N; Error(kNotMeasured) in a build without CUDA
///
/// Throws Error(kUsage) for other names, and for a profile that cannot be read.
using DeviceMaker = std::function<std::unique_ptr<device::Device>(std::uint32_t rep)>;
DeviceMaker find_device(const std::string& name);

/// What that device is, without making one: a process that starts others to measure must not hold the GPU
/// itself. Throws as find_device does, and Error(kNotMeasured) where there is no such GPU.
device::Identity identify(const std::string& name);

}  // namespace offledger::suite
