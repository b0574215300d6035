// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <iostream>

#include "cli/artifacts.hpp"
#include "cli/command.hpp"
#include "cli/trace_file.hpp"
#include "reports/history/store.hpp"

namespace offledger::cli {
namespace {

struct Options {
  std::string subject, database, output;
};

}  // namespace

void add_trace(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("trace", "a Chrome trace of a run or recording, for Perfetto or chrome://tracing");
  const auto options = std::make_shared<Options>();
  command->add_option("RUN|FILE", options->subject, "as `offledger explain` takes it")->required();
  command->add_option("-o,--output", options->output, "out.json or out.json.gz")->required();
  options->database = history::default_path();
  command->add_option("--db", options->database, "history database");
  command->callback([options, &context] {
    const Subject subject = open_subject(options->subject, options->database, context.stderr_terminal);
    write_trace(subject.timeline, options->output);
    std::cerr << fmt::format("{}: {} GPU operations of {}\n", options->output,
                             subject.timeline.gpu_op_count(), subject.name);
  });
}

}  // namespace offledger::cli
