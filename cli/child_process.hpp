// SPDX-License-Identifier: Apache-2.0
//
// A user's program, run as a shell would: its terminal and files are ours, interrupts from the keyboard are
// its own to handle, and a request to end us is passed on to it, so that what it recorded can still be
// gathered.

#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace offledger::cli {

using Variables = std::vector<std::pair<std::string, std::string>>;

/// Called with a process's pid as soon as it runs.
using Started = std::function<void(std::uint32_t pid)>;

/// Its exit code, or 128 + the signal that ended it. Throws Error(kNotMeasured) where it cannot be started.
/// Threads: one child at a time.
int run_child(const std::vector<std::string>& command, const Variables& variables,
              const Started& started = {});

}  // namespace offledger::cli
