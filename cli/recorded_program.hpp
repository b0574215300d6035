// SPDX-License-Identifier: Apache-2.0
//
// A program run under the injection library, and what its processes recorded, as one Timeline.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/child_process.hpp"
#include "collectors/trace/timeline.hpp"
#include "harness/device/device.hpp"

namespace offledger::cli {

/// Spelled as the options of `offledger profile`.
struct Recording {
  std::string steps = "all", level = "driver", graphs = "nodes";
  std::uint32_t delay_ms = 0, duration_ms = 0;
  device::CounterRequest counters{};
  std::uint32_t counted_gpu = 0;  ///< whose counters are sampled
};

struct Recorded {
  int exit_code = 0;          ///< the program's own; 128 + signal
  trace::Timeline timeline;   ///< without GPU operations where nothing was recorded
  std::size_t processes = 0;  ///< that recorded something
  std::vector<std::string>
      problems;  ///< of processes that could not record, counters, steps not found; a line each
};

/// Throws Error before the program starts where nothing can be recorded: a build without CUDA, no GPU, no
/// injection library, another profiler.
void check_recording(const Recording& how);
/// Throws Error before the program starts where there is no GPU of the number to be counted, and where the
/// program cannot be started.
Recorded record_program(const std::vector<std::string>& command, const Recording& how,
                        const Started& started = {});

/// Several processes' recordings on the first one's clock, with correlations that are unique together.
trace::Timeline merge_processes(std::vector<trace::Timeline> recordings);

}  // namespace offledger::cli
