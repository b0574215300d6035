// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>
#include <iostream>

#include "cli/artifacts.hpp"
#include "cli/command.hpp"
#include "collectors/trace/recording_file.hpp"
#include "reports/history/store.hpp"

namespace offledger::cli {

void add_import(CLI::App& app, Context& context) {
  struct Options {
    std::string input, output;
  };
  auto* command = app.add_subcommand("import", "a Kineto/Chrome JSON(.gz) or Nsight Systems SQLite trace as a recording");
  const auto options = std::make_shared<Options>();
  command->add_option("FILE", options->input, "the trace")->required();
  command->add_option("-o,--output", options->output, "recording to write; default: FILE.oflg");
  command->callback([options, &context] {
    if (!std::filesystem::exists(options->input)) {
      throw Error(ErrorKind::kUsage, options->input + ": no such file");
    }
    const Subject subject = open_subject(options->input, history::default_path(), context.stderr_terminal);
    const std::string output = options->output.empty() ? options->input + ".oflg" : options->output;
    trace::save(subject.timeline, output);
    std::cout << fmt::format("{}: {} GPU operations, {} host calls, {} ranges\n", output,
                             subject.timeline.gpu_op_count(), subject.timeline.calls.size(),
                             subject.timeline.ranges.size());
  });
}

}  // namespace offledger::cli
