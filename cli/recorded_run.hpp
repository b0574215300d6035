// SPDX-License-Identifier: Apache-2.0
//
// A recording of a program that we did not drive, as a run of the history: its warm steps are the repetitions
// of one cell, so that `gate` and `changes` work on any engine.

#pragma once

#include <string>

#include "reports/analysis/analysis.hpp"
#include "reports/history/store.hpp"

namespace CLI {
class App;
}

namespace offledger::cli {

/// "SCHEDULE/WORKLOAD", split at the first slash; both are names that the user chooses. Throws Error(kUsage).
history::CellKey parse_cell(const std::string& text);

/// How a run that a command wants kept is found again.
struct Keeping {
  std::string database, cell, label, commit;
};
/// The options that fill it: --db, --cell, --label, --commit.
void add_keeping(CLI::App& command, Keeping& keeping);
/// They are checked together: Error(kUsage) where one is there without what it
/// needs.
void check(const Keeping& keeping);

/// The run of a recording, with what names it. `report` is explain()'s of it.
history::Run run_of(const trace::Timeline& timeline, const analysis::Report& report, const Keeping& keeping);
/// Stores run and recording, and says on stderr what was stored.
void keep(const trace::Timeline& timeline, const analysis::Report& report, const Keeping& keeping);

}  // namespace offledger::cli
