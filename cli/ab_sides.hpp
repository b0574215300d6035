// SPDX-License-Identifier: Apache-2.0
//
// What `offledger ab` compares: two schedules, two builds of offledger on a suite, or two commands under the
// recorder.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cli/ab_turns.hpp"
#include "cli/recorded_program.hpp"

namespace offledger::cli {

struct Comparands {
  std::array<std::vector<std::string>, 2> schedules;  ///< the i-th of both sides are one cell
  std::array<std::string, 2> programs;                ///< builds of offledger; empty: this one
  std::array<std::string, 2> commands, commits;
  std::string suite;
  std::vector<std::string> workloads;
  std::string device = "sim";
  std::string cell = "command/ab";  ///< of commands
  Recording how;                    ///< of commands
  std::uint64_t seed = 1;
};

/// A command that was measured ended with another exit code than 0.
struct CommandFailed {
  std::string command;
  int exit_code = 0;
};

/// What is ready to be measured.
struct Prepared {
  Sides runs;              ///< named, without repetitions
  std::size_t shared = 0;  ///< cells that both have, and have first: two builds' suites may differ
  Take take;               ///< throws CommandFailed, or Error
  bool exact = false;      ///< one repetition says it all
  bool processes = false;  ///< a repetition is a process, and takes real time
  /// Of what surrounds repetitions on a real device; null on a simulated one.
  std::shared_ptr<EnvironmentWatch> watch;
};

/// Throws Error(kUsage) unless the comparands say one of the three things, and where a name is unknown.
Prepared prepare_sides(const Comparands& what);

}  // namespace offledger::cli
