// SPDX-License-Identifier: Apache-2.0
//
// One repetition: plays a schedule once and writes the recording. `offledger run` starts it in a fresh
// process for each repetition on a real device; it is a command of its own so that a single repetition can be
// looked at.

#include <fmt/format.h>

#include <iostream>

#include "cli/counter_options.hpp"
#include "collectors/trace/recording_file.hpp"
#include "harness/suite/suite.hpp"

namespace offledger::cli {

void add_play(CLI::App& app, Context&) {
  struct Options {
    std::string schedule, workload, device = "sim", output;
    CounterOptions counters;
  };
  auto* command = app.add_subcommand("play", "plays one schedule once and writes the recording");
  const auto options = std::make_shared<Options>();
  command->add_option("--schedule", options->schedule, "a catalogue schedule or a schedule file")->required();
  command->add_option("--workload", options->workload, "a workload or a workload file")->required();
  command->add_option("--device", options->device, "sim[:PROFILE] or cuda[:N]")->capture_default_str();
  command->add_option("-o,--output", options->output, "recording to write")->required();
  add_counters(*command, options->counters);
  command->callback([options] {
    const auto schedule = language::find_schedule(options->schedule);
    const model::Workload workload = model::find_workload(options->workload);
    const auto device = suite::find_device(options->device)(0);
    const trace::Timeline recording = suite::play(*schedule, workload, *device, options->counters.request());
    trace::save(recording, options->output);
    for (const trace::Note& note : recording.notes)
      std::cerr << fmt::format("{}\n", recording.text(note.text));
  });
}

}  // namespace offledger::cli
