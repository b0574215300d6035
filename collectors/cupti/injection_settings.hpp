// SPDX-License-Identifier: Apache-2.0
//
// What the injection library is told, through the environment of the program that it is injected into:
//
// - OFFLEDGER_INJECT_OUTPUT: where each process writes, %p its pid: "/tmp/%p.oflg". It must be there.
// - OFFLEDGER_INJECT_LEVEL: operations, runtime, sync or driver.
// - OFFLEDGER_INJECT_CAPTURE: all, cudaProfilerApi or nvtx:NAME.
// - OFFLEDGER_INJECT_DELAY_MS: nothing is recorded for that long after the program's first CUDA call,
// - OFFLEDGER_INJECT_DURATION_MS: and nothing after that long from there; 0: to the end. Both with `all`.
// - OFFLEDGER_INJECT_GRAPHS: nodes or whole.
// - OFFLEDGER_INJECT_FLUSH_MS: how often records go to the file: what a killed process loses.
// - OFFLEDGER_INJECT_RECORDS: yes; or no: only captures are seen.
// - OFFLEDGER_INJECT_NOTICES: a named pipe that is told of captures (capture_notice.hpp).
//
// A process that cannot record leaves the reason in a file beside: OUTPUT + ".problem".

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collectors/cupti/collector.hpp"

namespace offledger::cupti {

struct InjectionSettings {
  std::string output;
  Options options;
  std::uint32_t delay_ms = 0;
  std::uint32_t duration_ms = 0;
  std::uint32_t flush_ms = 200;
  std::string notices;  ///< empty: nobody is told of captures
};

/// Looks a variable up: std::getenv, or a test's table.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

/// Throws Error(kUsage) that names the variable, what it holds, and what it may.
InjectionSettings read_injection_settings(const Environment& environment);

/// The variables that a program is to be started with: those above, and CUDA's and NVTX's own for `library`.
std::vector<std::pair<std::string, std::string>> injection_environment(const InjectionSettings& settings,
                                                                       const std::string& library);

/// liboffledger_inject.so of this build or installation, or nullopt.
std::optional<std::string> injection_library();

/// `pattern` for a process: %p is its pid. The n-th recording of one pid (n > 1: it replaced its program by
/// exec) gets
/// "-n" before the extension.
std::string output_path(const std::string& pattern, std::uint32_t pid, std::uint32_t n);

}  // namespace offledger::cupti
