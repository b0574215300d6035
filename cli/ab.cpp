// SPDX-License-Identifier: Apache-2.0
//
// Base and candidate measured alternately in one sitting, and judged: what the gate asks of figures from real
// devices. Repetitions come in ABBA blocks; which side begins a block is drawn from the seed.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>
#include <iostream>

#include "cli/artifacts.hpp"
#include "cli/command.hpp"
#include "cli/judged.hpp"
#include "cli/measure.hpp"
#include "cli/recorded_program.hpp"
#include "cli/recorded_run.hpp"
#include "cli/version.hpp"
#include "harness/suite/sitting.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {
namespace {

struct Options {
  std::array<std::string, 2> schedules, commands;  ///< base, candidate; one of the two is given
  std::string cell = "command/ab";                 ///< of commands
  Recording how;
  std::string workload = "llama70b-prefill-8k", device = "sim", database, format, config_file;
  std::uint32_t reps = 0;
  std::uint64_t seed = 1;
};

constexpr std::uint32_t kNoisyReps = 10;
constexpr int kOwnFailure = 125;  ///< where commands are compared

struct Turn {
  std::size_t side = 0;
  std::uint32_t number = 0, block = 0;
};

/// ABBA or BAAB, two repetitions a side and block; an odd last one is a pair.
std::vector<Turn> order_turns(std::uint32_t reps, std::uint64_t seed) {
  std::vector<Turn> turns;
  for (std::uint32_t block = 0; 2 * block < reps; ++block) {
    // The order of two cells in that round of a suite's sitting: 0 or 1 first.
    const std::size_t first = suite::order_turns(2, block + 1, seed).at(std::size_t{2} * block).cell;
    const std::size_t sides[] = {first, 1 - first, 1 - first, first};
    const std::size_t count = 2 * block + 1 < reps ? 4 : 2;
    for (std::size_t i = 0; i < count; ++i)
      turns.push_back({sides[i], static_cast<std::uint32_t>(2 * block + i / 2), block});
  }
  return turns;
}

/// Two runs of one cell. It bears both schedules' names where they differ: the gate pairs cells by name.
std::array<history::Run, 2> empty_runs(const Options& options, const device::Identity& device) {
  std::array<history::Run, 2> runs;
  std::array<std::unique_ptr<language::Schedule>, 2> schedules;
  for (std::size_t side = 0; side < 2; ++side)
    schedules.at(side) = language::find_schedule(options.schedules.at(side));
  const std::string name = schedules[0]->name() == schedules[1]->name()
                               ? schedules[0]->name()
                               : fmt::format("{} v {}", schedules[0]->name(), schedules[1]->name());
  const std::time_t now = std::time(nullptr);
  for (std::size_t side = 0; side < 2; ++side) {
    history::Run& run = runs.at(side);
    run.side = side == 0 ? "base" : "cand";
    run.label = schedules.at(side)->name();
    run.tool_version = kVersion;
    run.started_at_unix = now;
    run.sitting = fmt::format("ab/{}/seed {}", now, options.seed);
    run.machine_class.device_kind = trace::name_of(device.kind);
    run.machine_class.device_name =
        device.kind == trace::DeviceKind::kCuda ? device.description : device.name;
    run.environment.instance = device.profile_hash;
    history::Cell cell;
    cell.key = {name, model::find_workload(options.workload).name, device.name,
                std::string(suite::kProtocol)};
    cell.schedule_hash = schedules.at(side)->content_hash();
    cell.deterministic = device.deterministic;
    run.cells.push_back(std::move(cell));
  }
  return runs;
}

/// Two runs of two commands, of a device that their first recordings will name.
std::array<history::Run, 2> empty_runs(const Options& options) {
  std::array<history::Run, 2> runs;
  const std::time_t now = std::time(nullptr);
  for (std::size_t side = 0; side < 2; ++side) {
    history::Run& run = runs.at(side);
    run.side = side == 0 ? "base" : "cand";
    run.label = options.commands.at(side);
    run.tool_version = kVersion;
    run.started_at_unix = now;
    run.sitting = fmt::format("ab/{}/seed {}", now, options.seed);
    run.machine_class.device_kind = trace::name_of(trace::DeviceKind::kCuda);
    history::Cell& cell = run.cells.emplace_back();
    cell.key = parse_cell(options.cell);
    cell.key.device_profile = run.machine_class.device_kind;
  }
  return runs;
}

/// A fresh process on a real device; on a simulated one a play of its own noise for every turn.
suite::Played play(const Options& options, const Turn& turn, std::uint32_t order,
                   const suite::DeviceMaker& make_device, bool in_child) {
  const suite::Case one{options.schedules.at(turn.side), options.workload};
  if (in_child)
    return suite::play_in_child(std::filesystem::read_symlink("/proc/self/exe"), one, options.device);
  const auto schedule = language::find_schedule(one.schedule);
  return {suite::play(*schedule, model::find_workload(one.workload), *make_device(order)), 0};
}

void add_rep(history::Store& store, history::Cell& cell, const suite::Played& played, const Turn& turn,
             std::uint32_t order) {
  const analysis::Report report = analysis::explain(played.recording);
  history::Rep rep = to_rep(report, turn.number);
  rep.process = played.process;
  rep.block = turn.block;
  rep.order = order;
  cell.reps.push_back(std::move(rep));
  for (history::FindingRow& finding : to_findings(report)) {
    const auto same = [&](const history::FindingRow& row) { return row.id == finding.id; };
    if (std::ranges::none_of(cell.findings, same)) cell.findings.push_back(std::move(finding));
  }
  if (cell.artifacts.empty()) cell.artifacts.push_back(keep_recording(store, played.recording));
}

/// Stores both runs and prints the verdict.
void judge(const Options& options, history::Store& store, std::array<history::Run, 2>& runs,
           Context& context) {
  gate::Config config = load_gate_config(options.config_file);
  for (history::Run& run : runs) run.id = store.insert(run);
  for (history::Waiver& waiver : store.waivers()) config.waivers.push_back(std::move(waiver));
  Judged judged{gate::compare(runs[0], runs[1], config), runs[0], runs[1]};
  judged.verdict.base_why = "measured in the same sitting";
  store.insert(judged.verdict);
  std::cout << render_as(options.format, judged, context.style);
  std::cerr << fmt::format("base {} and candidate {} in {}\n", runs[0].id.substr(0, 12),
                           runs[1].id.substr(0, 12), options.database);
  context.exit_code = judged.verdict.exit_code();
}

void compare_schedules(const Options& options, Context& context) {
  (void)load_gate_config(options.config_file);  // a mistake in it shows before the measurement
  const suite::DeviceMaker make_device = suite::find_device(options.device);
  const device::Identity device = suite::identify(options.device);
  const std::uint32_t reps = options.reps != 0 ? options.reps : device.deterministic ? 1 : kNoisyReps;
  std::array<history::Run, 2> runs = empty_runs(options, device);
  history::Store store(options.database, history::Mode::kReadWrite);
  {
    const std::vector<Turn> turns = order_turns(reps, options.seed);
    render::Progress progress(fmt::format("A/B on {}", device.name), turns.size(), context.stderr_terminal,
                              std::cerr);
    for (std::uint32_t order = 0; order < turns.size(); ++order) {
      const Turn& turn = turns[order];
      progress.step(fmt::format("{} {}", runs.at(turn.side).side, options.schedules.at(turn.side)));
      const suite::Played played =
          play(options, turn, order, make_device, device.kind == trace::DeviceKind::kCuda);
      add_rep(store, runs.at(turn.side).cells.front(), played, turn, order);
    }
  }
  judge(options, store, runs, context);
}

/// Both commands under the recorder, through the shell. A command that fails ends the sitting with its exit
/// code.
void compare_commands(const Options& options, Context& context) {
  (void)load_gate_config(options.config_file);
  std::array<history::Run, 2> runs = empty_runs(options);
  check_recording(options.how);
  history::Store store(options.database, history::Mode::kReadWrite);
  const std::vector<Turn> turns = order_turns(options.reps != 0 ? options.reps : kNoisyReps, options.seed);
  for (std::uint32_t order = 0; order < turns.size(); ++order) {
    const Turn& turn = turns[order];
    const std::string& command = options.commands.at(turn.side);
    std::cerr << fmt::format("{} of {}: {}\n", order + 1, turns.size(), command);
    const Recorded recorded = record_program({"/bin/sh", "-c", command}, options.how);
    for (const std::string& problem : recorded.problems) std::cerr << fmt::format("offledger: {}\n", problem);
    if (recorded.exit_code != 0) {
      std::cerr << fmt::format("offledger: {}: ended with exit code {}\n", command, recorded.exit_code);
      context.exit_code = recorded.exit_code;
      return;
    }
    history::Run& run = runs.at(turn.side);
    add_rep(store, run.cells.front(), {recorded.timeline, 0}, turn, order);
    run.machine_class.device_name = recorded.timeline.source.device_profile;
  }
  judge(options, store, runs, context);
}

void ab(const Options& options, Context& context) {
  const bool schedules = !options.schedules[0].empty() && !options.schedules[1].empty();
  const bool commands = !options.commands[0].empty() && !options.commands[1].empty();
  if (schedules == commands) {
    throw Error(ErrorKind::kUsage, "expected --base-schedule and --cand-schedule, or --base and --cand");
  }
  if (schedules) return compare_schedules(options, context);
  try {
    compare_commands(options, context);
  } catch (const std::exception& error) {
    std::cerr << fmt::format("offledger: {}\n", error.what());
    context.exit_code = kOwnFailure;
  }
}

}  // namespace

void add_ab(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "ab", "measures two schedules or commands alternately in one sitting, and gates the result");
  const auto options = std::make_shared<Options>();
  options->database = history::default_path();
  auto* base = command->add_option("--base-schedule", options->schedules[0],
                                   "a catalogue schedule or a schedule file");
  auto* cand = command->add_option("--cand-schedule", options->schedules[1], "the one to judge")->needs(base);
  base->needs(cand);
  auto* base_command = command->add_option("--base", options->commands[0],
                                           "or a command, run by the shell under the recorder");
  auto* cand_command =
      command->add_option("--cand", options->commands[1], "the one to judge")->needs(base_command);
  base_command->needs(cand_command)->excludes(base);
  command
      ->add_option("--steps", options->how.steps,
                   "of commands: all, cudaProfilerApi or nvtx:RANGE, as in profile")
      ->capture_default_str();
  command
      ->add_option("--cell", options->cell,
                   "of commands: the SCHEDULE/WORKLOAD that history keeps them under")
      ->capture_default_str();
  command->add_option("--workload", options->workload, "a workload or a workload file")
      ->capture_default_str();
  command->add_option("--device", options->device, "sim[:PROFILE] or cuda[:N]")->capture_default_str();
  command
      ->add_option("--reps", options->reps,
                   "repetitions a side; default: 1 where the device is exact, else 10")
      ->check(CLI::Range(1, 1000));
  command->add_option("--seed", options->seed, "of the order of repetitions")->capture_default_str();
  command->add_option("--db", options->database, "history database");
  command->add_option("--config", options->config_file, "gate configuration file");
  add_format(*command, options->format, kVerdictFormats);
  command->callback([options, &context] { ab(*options, context); });
}

}  // namespace offledger::cli
