// SPDX-License-Identifier: Apache-2.0
//
// Base and candidate measured alternately in one sitting, and judged: what the gate asks of figures from real
// devices. What the first look leaves open gets a second one, declared beforehand: fresh repetitions, judged
// alone.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>

#include "cli/ab_sides.hpp"
#include "cli/command.hpp"
#include "cli/defaults.hpp"
#include "cli/judged.hpp"
#include "cli/new_diagnoses.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {
namespace {

struct Options {
  Comparands what;
  std::string database, config_file, base_why = "measured in the same sitting";
  VerdictOutput output;
  std::uint32_t reps = 0;
  bool no_top_up = false;
};

/// The sitting's clock: what a look costs, said before and after where a repetition takes real time.
class Cost {
 public:
  explicit Cost(bool spoken) : spoken_(spoken) {}
  void before(std::size_t repetitions, const char* what) const {
    if (!spoken_) return;
    if (taken_ == 0) {
      std::cerr << fmt::format("{}: {} repetitions\n", what, repetitions);
    } else {
      std::cerr << fmt::format("{}: {} repetitions, about {:.1f} device minutes\n", what, repetitions,
                               minutes() / static_cast<double>(taken_) * static_cast<double>(repetitions));
    }
  }
  void taken() { ++taken_; }
  void after() const {
    if (spoken_) std::cerr << fmt::format("{} repetitions took {:.1f} device minutes\n", taken_, minutes());
  }

 private:
  [[nodiscard]] double minutes() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count() / 60;
  }
  bool spoken_;
  std::size_t taken_ = 0;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

struct Look {
  std::uint32_t reps = 0;
  std::uint64_t seed = 0;
  const char* title = "";
};

void measure(const Prepared& prepared, Sides& runs, const Look& look, std::uint32_t& order, Cost& cost,
             history::Store& store, const Context& context) {
  std::vector<Turn> turns = order_blocks(prepared.shared, look.reps, look.seed);
  // What one build's suite alone has is judged by being there.
  for (std::size_t side = 0; side < 2; ++side) {
    for (std::size_t cell = prepared.shared; cell < runs.at(side).cells.size(); ++cell)
      turns.push_back({cell, side, 0, 0});
  }
  cost.before(turns.size(), look.title);
  render::Progress progress(look.title, turns.size(), context.stderr_terminal, std::cerr);
  const auto take = [&](const Turn& turn, std::uint32_t place, const Started& started) {
    const history::CellKey& key = runs.at(turn.side).cells.at(turn.cell).key;
    progress.step(fmt::format("{} {} / {}", runs.at(turn.side).side, key.schedule, key.workload));
    Taken taken = prepared.take(turn, place, started);
    cost.taken();
    return taken;
  };
  take_turns(runs, turns, order, take, store, prepared.watch.get());
  for (history::Run& run : runs) run.id = store.insert(run);
}

/// The cells of `runs` that the verdict left open, without repetitions; and what takes those.
std::pair<Prepared, Sides> open_part(const Prepared& prepared, const std::vector<gate::Selector>& open) {
  Prepared part = prepared;
  Sides runs = prepared.runs;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < prepared.shared; ++i) {
    const history::CellKey& key = prepared.runs[0].cells[i].key;
    const auto is_it = [&](const gate::Selector& one) {
      return one.schedule == key.schedule && one.workload == key.workload;
    };
    if (std::ranges::any_of(open, is_it)) places.push_back(i);
  }
  for (std::size_t side = 0; side < 2; ++side) {
    runs.at(side).cells.clear();
    for (const std::size_t place : places) runs.at(side).cells.push_back(prepared.runs.at(side).cells[place]);
  }
  part.shared = places.size();
  part.take = [take = prepared.take, places](Turn turn, std::uint32_t order, const Started& started) {
    turn.cell = places.at(turn.cell);
    return take(turn, order, started);
  };
  return {std::move(part), std::move(runs)};
}

/// Whether that many repetitions a side can settle anything.
bool can_settle(std::uint32_t reps, const gate::Config& config) {
  return reps >= gate::least_repetitions(1, config.q / 2);
}

void compare(const Options& options, const Prepared& prepared, Context& context) {
  gate::Config config = load_gate_config(options.config_file);
  const std::uint32_t reps = options.reps != 0 ? options.reps : prepared.exact ? 1 : kNoisyReps;
  config.top_up = !options.no_top_up && !prepared.exact && can_settle(reps, config);
  history::Store store(options.database, history::Mode::kReadWrite);
  for (history::Waiver& waiver : store.waivers()) config.waivers.push_back(std::move(waiver));
  Cost cost(prepared.processes);
  std::uint32_t order = 0;
  Sides runs = prepared.runs;
  measure(prepared, runs, {reps, options.what.seed, "A/B"}, order, cost, store, context);
  history::Verdict verdict = gate::compare(runs[0], runs[1], config);
  const auto open = config.top_up ? gate::open_cells(verdict) : std::vector<gate::Selector>{};
  if (!open.empty()) {
    auto [part, fresh] = open_part(prepared, open);
    measure(part, fresh, {reps * gate::kSecondLook, options.what.seed + 1, "second look"}, order, cost, store,
            context);
    verdict = gate::top_up(verdict, fresh[0], fresh[1], config);
  }
  cost.after();
  verdict.base_why = options.base_why;
  name_new_diagnoses(store, verdict, runs[0], runs[1]);
  store.insert(verdict);
  put_out(options.output, {verdict, runs[0], runs[1]}, &store, context);
  std::cerr << fmt::format("base {} and candidate {} in {}\n", runs[0].id.substr(0, 12),
                           runs[1].id.substr(0, 12), options.database);
  context.exit_code = verdict.exit_code();
}

void ab(const Options& options, Context& context) {
  (void)load_gate_config(options.config_file);  // a mistake in it shows before the measurement
  check(options.output);
  const bool commands = !options.what.commands[0].empty() && !options.what.commands[1].empty();
  try {
    compare(options, prepare_sides(options.what), context);
  } catch (const CommandFailed& failed) {
    std::cerr << fmt::format("offledger: {}: ended with exit code {}\n", failed.command, failed.exit_code);
    context.exit_code = failed.exit_code;
  } catch (const std::exception& error) {
    if (!commands) throw;
    std::cerr << fmt::format("offledger: {}\n", error.what());
    context.exit_code = kOwnFailure;
  }
}

void add_sides(CLI::App& command, Comparands& what) {
  auto* base = command.add_option("--base-schedule", what.schedules[0],
                                  "a catalogue schedule or a schedule file; may be repeated");
  auto* cand =
      command
          .add_option("--cand-schedule", what.schedules[1], "the one to judge; the i-th with the i-th base")
          ->needs(base);
  base->needs(cand);
  auto* suite =
      command.add_option("--suite", what.suite, "or every cell of a suite, for two builds or for A/A")
          ->excludes(base);
  auto* base_command =
      command.add_option("--base", what.commands[0], "or a command, run by the shell under the recorder");
  auto* cand_command =
      command.add_option("--cand", what.commands[1], "the one to judge")->needs(base_command);
  base_command->needs(cand_command)->excludes(base)->excludes(suite);
  for (CLI::Option* build :
       {command.add_option("--base-binary", what.programs[0],
                           "another build of offledger takes the base's repetitions"),
        command.add_option("--cand-binary", what.programs[1], "and this the candidate's")}) {
    build->check(CLI::ExistingFile)->excludes(base_command);
  }
  command.add_option("--base-commit", what.commits[0], "the commit that the base was built from");
  command.add_option("--cand-commit", what.commits[1], "and the candidate");
  command.add_option("--workload", what.workloads, "a workload or a workload file; may be repeated")
      ->default_str(kDefaultWorkload);
  command.add_option("--device", what.device, "sim[:PROFILE] or cuda[:N]")->capture_default_str();
  command
      .add_option("--steps", what.how.steps, "of commands: all, cudaProfilerApi or nvtx:RANGE, as in profile")
      ->capture_default_str();
  command.add_option("--cell", what.cell, "of commands: the SCHEDULE/WORKLOAD that history keeps them under")
      ->capture_default_str();
  command.add_option("--seed", what.seed, "of the order of repetitions")->capture_default_str();
}

}  // namespace

void add_ab(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "ab", "measures two schedules, builds or commands alternately in one sitting, and gates the result");
  const auto options = std::make_shared<Options>();
  options->database = history::default_path();
  add_sides(*command, options->what);
  command
      ->add_option("--reps", options->reps,
                   "repetitions a side; default: 1 where the device is exact, else 10")
      ->check(CLI::Range(1, 1000));
  command->add_flag(
      "--no-top-up", options->no_top_up,
      "one look only; otherwise what it leaves open is measured again, three times as often, and each "
      "look has half of the false discovery rate");
  command->add_option("--db", options->database, "history database");
  command->add_option("--config", options->config_file, "gate configuration file");
  command->add_option("--base-why", options->base_why, "why this base, for the report")
      ->capture_default_str();
  add_verdict_output(*command, options->output);
  command->callback([options, &context] { ab(*options, context); });
}

}  // namespace offledger::cli
