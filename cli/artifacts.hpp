// SPDX-License-Identifier: Apache-2.0
//
// Recordings kept beside a history database, named by their content, so that equal recordings are stored once:
// <database>.artifacts/<hash>.oflg.

#pragma once

#include <string>

#include "collectors/trace/timeline.hpp"
#include "reports/history/records.hpp"

namespace offledger::cli {

/// Writes the recording unless it is there, and gives the row that history keeps.
history::Artifact keep_recording(const std::string& database, const trace::Timeline& timeline);

/// What a command was pointed at: FILE (a recording or any trace that can be imported), or RUN[:CELL], a cell being
/// schedule/workload. RUN alone is the run's first cell when it has but one, otherwise the one whose schedules overlap
/// least, and the choice is said on stderr.
struct Subject {
  trace::Timeline timeline;
  std::string name;  ///< the file, or "run 3f2a…: history1/llama70b-prefill-8k"
  std::vector<history::FindingRow> findings;  ///< of the stored cell
};
Subject open_subject(const std::string& reference, const std::string& database, bool progress);

}  // namespace offledger::cli
