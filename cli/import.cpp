// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>
#include <iostream>

#include "cli/artifacts.hpp"
#include "cli/command.hpp"
#include "cli/recorded_run.hpp"
#include "cli/step_marks.hpp"
#include "collectors/trace/recording_file.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {
namespace {

struct Options {
  std::string input, output, steps = "marks";
  Keeping keeping;
};

void import(const Options& options, Context& context) {
  check(options.keeping);
  if (!std::filesystem::exists(options.input))
    throw Error(ErrorKind::kUsage, options.input + ": no such file");
  Subject subject = open_subject(options.input, history::default_path(), context.stderr_terminal);
  mark_steps(subject.timeline, options.steps);
  const trace::Timeline& timeline = subject.timeline;
  const bool kept = !options.keeping.cell.empty();
  if (kept) keep(timeline, analysis::explain(timeline), options.keeping);
  const std::string output = options.output.empty() && !kept ? options.input + ".oflg" : options.output;
  if (!output.empty()) trace::save(timeline, output);
  std::cout << fmt::format("{}: {} GPU operations, {} host calls, {} ranges\n",
                           output.empty() ? options.input : output, timeline.gpu_op_count(),
                           timeline.calls.size(), timeline.ranges.size());
}

}  // namespace

void add_import(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("import", "a Kineto/Chrome JSON(.gz) or Nsight Systems SQLite trace as a recording");
  const auto options = std::make_shared<Options>();
  command->add_option("FILE", options->input, "the trace")->required();
  command->add_option("-o,--output", options->output, "recording to write; default without --db: FILE.oflg");
  command
      ->add_option("--steps", options->steps,
                   "marks: those of the trace; auto: the launch pattern that repeats; nvtx:RANGE")
      ->capture_default_str();
  add_keeping(*command, options->keeping);
  command->callback([options, &context] { import(*options, context); });
}

}  // namespace offledger::cli
