// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "cli/artifacts.hpp"
#include "cli/command.hpp"
#include "reports/history/store.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {
namespace {

struct Options {
  std::string subject, database, output;
};

void write_trace(const trace::Timeline& timeline, const std::string& path) {
  const std::string temporary = path + ".part";
  const auto failed = [&] {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    return Error(ErrorKind::kNotMeasured, fmt::format("{}: cannot write; is the folder there and the disk not full?", path));
  };
  {
    std::ofstream file(temporary, std::ios::binary);
    if (!file) throw failed();
    if (path.ends_with(".gz")) {
      render::GzipStream zipped(file);
      render::chrome_trace(timeline, zipped);
      zipped.close();
    } else {
      render::chrome_trace(timeline, file);
    }
    file.close();
    if (!file) throw failed();
  }
  std::error_code error;
  std::filesystem::rename(temporary, path, error);
  if (error) throw failed();
}

}  // namespace

void add_trace(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("trace", "a Chrome trace of a run or recording, for Perfetto or chrome://tracing");
  const auto options = std::make_shared<Options>();
  command->add_option("RUN|FILE", options->subject, "as `offledger explain` takes it")->required();
  command->add_option("-o,--output", options->output, "out.json or out.json.gz")->required();
  options->database = history::default_path();
  command->add_option("--db", options->database, "history database");
  command->callback([options, &context] {
    const Subject subject = open_subject(options->subject, options->database, context.stderr_terminal);
    write_trace(subject.timeline, options->output);
    std::cerr << fmt::format("{}: {} GPU operations of {}\n", options->output, subject.timeline.gpu_op_count(), subject.name);
  });
}

}  // namespace offledger::cli
