// SPDX-License-Identifier: Apache-2.0
#include "cli/ab_turns.hpp"

#include <algorithm>

#include "cli/artifacts.hpp"
#include "cli/measure.hpp"

namespace offledger::cli {
namespace {

void add_rep(history::Store& store, history::Run& run, const Taken& taken, const Turn& turn,
             std::uint32_t order) {
  history::Cell& cell = run.cells.at(turn.cell);
  const trace::Timeline& recording = taken.played.recording;
  const analysis::Report report = analysis::explain(recording, {.plan = taken.plan.get()});
  history::Rep rep = to_rep(report, turn.number);
  rep.process = taken.played.process;
  rep.block = turn.block;
  rep.order = order;
  cell.reps.push_back(std::move(rep));
  for (history::FindingRow& finding : to_findings(report)) {
    const auto same = [&](const history::FindingRow& row) { return row.id == finding.id; };
    if (std::ranges::none_of(cell.findings, same)) cell.findings.push_back(std::move(finding));
  }
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
                history::Store& store, const std::function<void(const Turn&)>& before) {
  for (const Turn& turn : turns) {
    before(turn);
    add_rep(store, runs.at(turn.side), take(turn, order), turn, order);
    ++order;
  }
}

}  // namespace offledger::cli
