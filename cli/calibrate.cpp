// SPDX-License-Identifier: Apache-2.0
//
// Measures a GPU for the simulated device and writes a profile: sim:FILE is then that machine. With --aa, the
// gate's margins instead, from the history.

#include <fmt/format.h>

#include <cctype>
#include <iostream>

#include "cli/calibrate_margins.hpp"
#include "cli/command.hpp"
#include "harness/suite/cuda_devices.hpp"
#include "reports/history/store.hpp"
#include "schedules/base/error.hpp"
#include "schedules/base/json.hpp"

namespace offledger::cli {
namespace {

struct Options {
  std::string device = "cuda", name, output;
  std::vector<std::string> workloads;
};

/// Those that were asked for, or every shipped one that the reference core can compute.
std::vector<model::Workload> choose_workloads(const Options& options) {
  std::vector<model::Workload> chosen;
  for (const std::string& name : options.workloads) {
    chosen.push_back(model::find_workload(name));
    if (chosen.back().architecture) continue;
    throw Error(
        ErrorKind::kUsage,
        fmt::format("workload '{}' has no \"architecture\": it can be simulated, not computed", name));
  }
  if (!options.workloads.empty()) return chosen;
  for (const EmbeddedFile& file : model::workload_files()) {
    model::Workload workload = model::parse_workload(file.text, std::string(file.name));
    if (workload.architecture) chosen.push_back(std::move(workload));
  }
  return chosen;
}

/// "NVIDIA H200" is h200.
std::string default_name(std::string_view gpu) {
  std::string name(gpu.substr(gpu.rfind(' ') + 1));
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

void calibrate(const Options& options) {
  if (options.output.empty()) throw Error(ErrorKind::kUsage, "expected -o FILE, the profile to write");
  const auto ordinal = suite::cuda_ordinal(options.device);
  if (!ordinal) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("--device {}: expected cuda or cuda:N: a profile is measured on a GPU", options.device));
  }
  const std::vector<model::Workload> workloads = choose_workloads(options);
  const std::string gpu = suite::identify(options.device).description;
  const auto say = [](std::string_view what) { std::cerr << "measuring " << what << '\n'; };
  const suite::Calibrated found = suite::cuda_calibrate(
      *ordinal, options.name.empty() ? default_name(gpu) : options.name, workloads, say);
  json::write_file_atomically(options.output, sim::to_json(found.profile));
  std::cout << fmt::format(
      "{}: {}, {} workloads; H2D {:.1f} GB/s pinned, {:.1f} pageable; {:.0f} % of a pageable copy "
      "holds its call; {} launches before a stream's queue blocks\n",
      options.output, gpu, found.profile.compute.size(),
      static_cast<double>(found.profile.h2d_pinned.back().bytes_per_s) * 1e-9,
      static_cast<double>(found.profile.h2d_pageable.back().bytes_per_s) * 1e-9,
      found.pageable_blocked_share * 100, found.profile.launch_queue);
}

}  // namespace

void add_calibrate(CLI::App& app, Context&) {
  auto* command = app.add_subcommand("calibrate",
                                     "measures a GPU and writes a profile to simulate it with; --aa: margins "
                                     "for the gate from A/A sittings");
  const auto options = std::make_shared<Options>();
  const auto margins = std::make_shared<MarginsOptions>();
  margins->database = history::default_path();
  auto* device = command->add_option("--device", options->device, "cuda[:N]")->capture_default_str();
  auto* workload =
      command->add_option("--workload", options->workloads,
                          "measure the kernels of this one; may be repeated; default: every shipped workload "
                          "of a real model");
  auto* name =
      command->add_option("--name", options->name, "the profile's; default: the GPU's last word, as in h200");
  command->add_option("-o,--output", options->output,
                      "profile to write, for --device sim:FILE; with --aa the gate's configuration (default: "
                      "standard output)");
  auto* aa = command->add_flag(
      "--aa", margins->wanted,
      "margins for `gate --config`: what differed in sittings of one program against itself");
  for (CLI::Option* of_profiles : {device, workload, name}) aa->excludes(of_profiles);
  command->add_option("--db", margins->database, "history database of the sittings")->needs(aa);
  command
      ->add_option("--config", margins->config_file,
                   "gate configuration to start from; its margins.metrics are floors")
      ->needs(aa);
  command->add_option("RUN", margins->runs, "with --aa: one side of each sitting; default: every A/A sitting")
      ->needs(aa);
  command->callback([options, margins] {
    margins->output = options->output;
    if (margins->wanted) return calibrate_margins(*margins);
    calibrate(*options);
  });
}

}  // namespace offledger::cli
