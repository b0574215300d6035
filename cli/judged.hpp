// SPDX-License-Identifier: Apache-2.0
//
// A verdict with the runs it is about, in the forms that the user asked for. `gate` and `ab` print the same.

#pragma once

#include <string>
#include <vector>

#include "ci/gate/gate.hpp"
#include "cli/command.hpp"
#include "reports/history/store.hpp"
#include "reports/render/render.hpp"

namespace offledger::cli {

/// The runs are empty for samples of a CSV file.
struct Judged {
  history::Verdict verdict;
  history::Run base, candidate;
};

/// The cell of a run that a row is about; null where the run has none.
const history::Cell* find_cell(const history::Run& run, const history::VerdictCell& row);

/// Where a verdict goes: one form to stdout, any to files, and traces beside them.
struct VerdictOutput {
  std::string format;
  std::vector<std::string> files;  ///< "FORM=FILE"
  std::string traces, trace_url;
};
/// --format, --write, --traces, --trace-url.
void add_verdict_output(CLI::App& command, VerdictOutput& output);
/// Error(kUsage) for a FORM that is none and a FILE in no folder, before anything is measured.
void check(const VerdictOutput& output);
/// Prints, and writes the files whole or not at all. `store` may be null: then there are no traces.
void put_out(const VerdictOutput& output, const Judged& judged, const history::Store* store,
             const Context& context);

/// The file's configuration; the defaults where `file` is empty.
gate::Config load_gate_config(const std::string& file);

}  // namespace offledger::cli
