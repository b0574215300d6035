// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <iostream>

#include "cli/command.hpp"
#include "cli/counter_options.hpp"
#include "cli/defaults.hpp"
#include "cli/recorded_program.hpp"
#include "cli/recorded_run.hpp"
#include "collectors/trace/recording_file.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {
namespace {

struct Options {
  std::vector<std::string> command;
  std::string output = "offledger.oflg";
  Recording how;
  CounterOptions counters;
  Keeping keeping;
};

/// Steps that a program marks say themselves when to record.
void check_times(const Recording& how) {
  if ((how.delay_ms == 0 && how.duration_ms == 0) || how.steps == "all" || how.steps == "auto") return;
  throw Error(
      ErrorKind::kUsage,
      fmt::format("--delay-ms and --duration-ms: expected --steps all or auto beside them, found '{}', which "
                  "says itself when to record",
                  how.steps));
}

/// Prints, stores, and gives what to exit with.
int profile(const Options& options, Context& context) {
  check(options.keeping);
  check_times(options.how);
  check_recording(options.how);
  Recorded recorded = record_program(options.command, options.how);
  for (const std::string& problem : recorded.problems) std::cerr << fmt::format("offledger: {}\n", problem);
  if (recorded.exit_code != 0)
    std::cerr << fmt::format("offledger: COMMAND ended with exit code {}\n", recorded.exit_code);
  const bool sampled = recorded.timeline.gpu_op_count() == 0 && !recorded.timeline.samples.empty();
  if (recorded.timeline.gpu_op_count() == 0 && !sampled) {
    std::cerr << fmt::format("offledger: {}: no GPU operation was recorded{}\n", options.command.front(),
                             !recorded.problems.empty() ? ""
                             : options.how.steps == "all" || options.how.steps == "auto"
                                 ? "; did it use CUDA?"
                                 : fmt::format("; did it come to --steps {}?", options.how.steps));
    return recorded.exit_code != 0 ? recorded.exit_code : kOwnFailure;
  }
  trace::save(recorded.timeline, options.output);
  if (sampled) {
    std::cerr << fmt::format("{}: {} samples of GPU {}\n", options.output, recorded.timeline.samples.size(),
                             options.how.counted_gpu);
  } else {
    std::cerr << fmt::format("{}: {} GPU operations of {} process{}\n", options.output,
                             recorded.timeline.gpu_op_count(), recorded.processes,
                             recorded.processes == 1 ? "" : "es");
  }
  try {
    const analysis::Report report = analysis::explain(recorded.timeline, {.what_if = true});
    std::cout << render::explain_text(report, context.style);
    if (!options.keeping.cell.empty() && recorded.exit_code == 0)
      keep(recorded.timeline, report, options.keeping);
  } catch (const Error& error) {
    std::cerr << fmt::format("offledger: {}\n", error.what());
    return recorded.exit_code != 0 ? recorded.exit_code : kOwnFailure;
  }
  return recorded.exit_code;
}

}  // namespace

void add_profile(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "profile", "records a CUDA program, unmodified, and explains it; keeps its exit code");
  const auto options = std::make_shared<Options>();
  command->add_option("COMMAND", options->command, "the program and its arguments, after --")->required();
  command->add_option("-o,--output", options->output, "recording to write")->capture_default_str();
  command
      ->add_option("--steps", options->how.steps,
                   "what is recorded, each time a step: all, cudaProfilerApi (between its start and stop), "
                   "nvtx:RANGE; "
                   "auto: all, steps being the launch pattern that repeats")
      ->capture_default_str();
  command->add_option("--level", options->how.level, "how much is recorded")
      ->check(CLI::IsMember({"operations", "runtime", "sync", "driver"}))
      ->capture_default_str();
  command
      ->add_option("--graphs", options->how.graphs, "CUDA graphs: each of their nodes, or the whole as one")
      ->check(CLI::IsMember({"nodes", "whole"}))
      ->capture_default_str();
  command->add_option("--delay-ms", options->how.delay_ms, "record from so long after the first CUDA call");
  command->add_option("--duration-ms", options->how.duration_ms, "record for so long; 0: to the end");
  CLI::Option* const counters = add_counters(*command, options->counters);
  command->add_option("--counters-gpu", options->how.counted_gpu, "CUDA's number of the GPU that is sampled")
      ->needs(counters)
      ->capture_default_str();
  add_keeping(*command, options->keeping);
  command->callback([options, &context] {
    options->how.counters = options->counters.request();
    try {
      context.exit_code = profile(*options, context);
    } catch (const std::exception& error) {
      std::cerr << fmt::format("offledger: {}\n", error.what());
      context.exit_code = kOwnFailure;
    }
  });
}

}  // namespace offledger::cli
