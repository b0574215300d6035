// SPDX-License-Identifier: Apache-2.0
//
// The parts of `offledger history`, a file each.

#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "cli/command.hpp"
#include "reports/history/store.hpp"

namespace offledger::cli {

/// `history export` and `history import`.
void add_history_exchange(CLI::App& history);
/// `history waiver add|list|remove`.
void add_history_waivers(CLI::App& history, Context& context);

/// Those that name a cell of the run.
std::vector<history::Waiver> waivers_of(const history::Run& run, const std::vector<history::Waiver>& waivers);

}  // namespace offledger::cli
