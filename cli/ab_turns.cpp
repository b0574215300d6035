// SPDX-License-Identifier: Apache-2.0
#include "cli/ab_turns.hpp"

#include "cli/artifacts.hpp"
#include "cli/environment_watch.hpp"
#include "cli/measure.hpp"

namespace offledger::cli {
namespace {

void add_rep(history::Store& store, history::Run& run, const Taken& taken, const Turn& turn,
             std::uint32_t order) {
  history::Cell& cell = run.cells.at(turn.cell);
  const trace::Timeline& recording = taken.played.recording;
  const analysis::Report report = analysis::explain(recording, {.plan = taken.plan.get()});
  if (run.machine_class.device_name.empty()) run.machine_class.device_name = device_name(report);
  history::Rep rep = to_rep(report, turn.number);
  rep.process = taken.played.process;
  rep.block = turn.block;
  rep.order = order;
  cell.reps.push_back(std::move(rep));
  add_findings(cell, to_findings(report));
  if (cell.artifacts.empty()) cell.artifacts.push_back(keep_recording(store, recording));
}

}  // namespace

std::vector<Turn> order_blocks(std::size_t cells, std::uint32_t reps, std::uint64_t seed) {
  const std::uint32_t blocks = (reps + 1) / 2;
  const std::vector<suite::Turn> rounds = suite::order_turns(cells, blocks, seed);
  std::vector<Turn> turns;
  for (std::uint32_t block = 0; block < blocks; ++block) {
    for (std::size_t place = 0; place < cells; ++place) {
      const std::size_t cell = rounds.at(block * cells + place).cell;
      // Which of the two begins: the order of two cells in that round of a suite's sitting.
      const std::size_t first = suite::order_turns(2, block + 1, seed + cell).at(std::size_t{2} * block).cell;
      const std::array<std::size_t, 4> sides{first, 1 - first, 1 - first, first};
      const std::size_t count = 2 * block + 1 < reps ? 4 : 2;
      for (std::size_t i = 0; i < count; ++i)
        turns.push_back({cell, sides.at(i), static_cast<std::uint32_t>(2 * block + i / 2), block});
    }
  }
  return turns;
}

void take_turns(Sides& runs, const std::vector<Turn>& turns, std::uint32_t& order, const Take& take,
                history::Store& store, EnvironmentWatch* watch) {
  for (const Turn& turn : turns) {
    history::Run& run = runs.at(turn.side);
    history::Cell& cell = run.cells.at(turn.cell);
    Taken taken;
    const auto work = [&](const Started& started) { taken = take(turn, order, started); };
    if (watch != nullptr) {
      add_findings(cell, watch->around(name_of(cell, turn.number), run.env_samples, work));
    } else {
      work({});
    }
    add_rep(store, run, taken, turn, order);
    ++order;
  }
}

}  // namespace offledger::cli
