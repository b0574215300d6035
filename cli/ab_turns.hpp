// SPDX-License-Identifier: Apache-2.0
//
// One sitting of two sides: repetitions in ABBA blocks, cell by cell, in an order drawn from a seed, so that
// a machine that drifts drifts for both alike.

#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/child_process.hpp"
#include "harness/suite/sitting.hpp"
#include "reports/history/store.hpp"
#include "schedules/plan/plan.hpp"

namespace offledger::cli {

/// Base and candidate, beginning with equal cells in equal order.
using Sides = std::array<history::Run, 2>;

struct Turn {
  std::size_t cell = 0, side = 0;
  std::uint32_t number = 0;  ///< of the repetition within its side of the cell
  std::uint32_t block = 0;
};

/// Blocks of two repetitions a side, ABBA or BAAB; in each round of blocks the cells come in an order of
/// their own. An odd last repetition is a pair.
std::vector<Turn> order_blocks(std::size_t cells, std::uint32_t reps, std::uint64_t seed);

struct Taken {
  suite::Played played;
  std::shared_ptr<const plan::Plan> plan;  ///< what was meant to run; null where nobody said
};

/// Takes one repetition; `order` is its place in the sitting. Calls `started`, where it is given, with the
/// process that it starts.
using Take = std::function<Taken(const Turn& turn, std::uint32_t order, const Started& started)>;

class EnvironmentWatch;

/// Takes every turn, `runs` having its cells without repetitions; keeps the first recording of each side of
/// each cell. `order` continues from where the sitting's earlier turns ended. `watch` looks at what surrounds
/// each repetition; null on a device that nothing surrounds.
void take_turns(Sides& runs, const std::vector<Turn>& turns, std::uint32_t& order, const Take& take,
                history::Store& store, EnvironmentWatch* watch);

}  // namespace offledger::cli
