// SPDX-License-Identifier: Apache-2.0
//
// The command line. Exit codes are docs/exit-codes.md's: 0 pass, 1 regression (or unsafe schedule), 2 usage,
// 3 inconclusive, 4 nothing measured, 5 not comparable.

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <new>

#include "cli/command.hpp"
#include "cli/version.hpp"
#include "reports/render/cells.hpp"
#include "schedules/base/error.hpp"
#include "schedules/base/kept_memory.hpp"

namespace offledger::cli {
namespace {

Context make_context() {
  Context context;
  const bool no_color = std::getenv("NO_COLOR") != nullptr && *std::getenv("NO_COLOR") != '\0';
  const bool terminal = ::isatty(STDOUT_FILENO) != 0;
  context.style.color = terminal && !no_color;
  if (winsize size{}; terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    context.style.width = size.ws_col;
  }
  context.stderr_terminal = ::isatty(STDERR_FILENO) != 0;
  return context;
}

int exit_code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage: return 2;
    case ErrorKind::kNotMeasured: return 4;
    case ErrorKind::kNotComparable: return 5;
  }
  return 4;
}

/// Names out of files and arguments neither move the cursor nor colour the terminal.
int fail(std::string_view message, int code) {
  std::cerr << "offledger: ";
  for (std::size_t end = message.find('\n'); end != std::string_view::npos; end = message.find('\n')) {
    std::cerr << render::printable(message.substr(0, end)) << '\n';
    message.remove_prefix(end + 1);
  }
  std::cerr << render::printable(message) << '\n';
  return code;
}

int run(int argc, char** argv) {
  Context context = make_context();
  CLI::App app(
      "Profiler and regression gate for offload schedules: when a large model's weights move to the GPU, "
      "and\n"
      "what that cost.");
  app.name("offledger");
  app.set_version_flag("--version", std::string(kVersion));
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "help of every command");
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return std::string("offledger: ") + error.what() + "\nSee `offledger --help`.\n";
  });
  for (const auto add :
       {add_run, add_play, add_ab, add_gate, add_changes, add_explain, add_profile, add_trace, add_import,
        add_verify, add_lists, add_history, add_doctor, add_calibrate}) {
    add(app, context);
  }
  try {
    app.parse(argc, argv);
    std::cout.flush();
    if (!std::cout) return fail("cannot write to standard output", 4);
    return context.exit_code;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const Error& error) {
    return fail(error.what(), exit_code_of(error.kind()));
  } catch (const std::bad_alloc&) {
    return fail("out of memory", 4);
  } catch (const std::exception& error) {
    return fail(error.what(), 4);
  }
}

}  // namespace
}  // namespace offledger::cli

int main(int argc, char** argv) {
  offledger::keep_freed_memory();
  return offledger::cli::run(argc, argv);
}
