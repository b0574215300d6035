// SPDX-License-Identifier: Apache-2.0
//
// A subcommand: a function that adds itself to the command line. Its callback does the work, writes results
// to stdout and everything else to stderr, and leaves the exit code in the context. Errors are exceptions;
// main() words them.

#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "reports/render/render.hpp"

namespace offledger::cli {

struct Context {
  int exit_code = 0;
  render::Style style;           ///< of stdout
  bool stderr_terminal = false;  ///< whether a progress bar may be drawn
};

void add_run(CLI::App& app, Context& context);
void add_play(CLI::App& app, Context& context);
void add_gate(CLI::App& app, Context& context);
void add_ab(CLI::App& app, Context& context);
void add_changes(CLI::App& app, Context& context);
void add_explain(CLI::App& app, Context& context);
void add_trace(CLI::App& app, Context& context);
void add_import(CLI::App& app, Context& context);
void add_profile(CLI::App& app, Context& context);
void add_verify(CLI::App& app, Context& context);
void add_lists(CLI::App& app, Context& context);  ///< schedules, workloads, devices, suites
void add_history(CLI::App& app, Context& context);
void add_doctor(CLI::App& app, Context& context);
void add_calibrate(CLI::App& app, Context& context);

/// --format with the given choices; the first is the default.
inline CLI::Option* add_format(CLI::App& command, std::string& format,
                               const std::vector<std::string>& choices) {
  format = choices.front();
  return command.add_option("--format", format, "how to print")
      ->check(CLI::IsMember(choices))
      ->capture_default_str();
}

}  // namespace offledger::cli
