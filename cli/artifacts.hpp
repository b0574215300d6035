// SPDX-License-Identifier: Apache-2.0
//
// Recordings: kept beside a history database, and found again by what a user calls them.

#pragma once

#include <optional>
#include <string>

#include "collectors/trace/timeline.hpp"
#include "reports/history/store.hpp"

namespace offledger::cli {

/// Keeps the recording with the history, once however often equal ones come.
history::Artifact keep_recording(history::Store& store, const trace::Timeline& timeline);

/// What a command was pointed at: FILE (a recording or any trace that can be imported), or RUN[:CELL], a cell
/// being schedule/workload. RUN alone is the run's first cell when it has but one, otherwise the one whose
/// schedules overlap least, and the choice is said on stderr.
struct Subject {
  trace::Timeline timeline;
  std::string name;                           ///< the file, or "run 3f2a…: history1/llama70b-prefill-8k"
  std::vector<history::FindingRow> findings;  ///< of the stored cell
  std::string schedule_hash;                  ///< of what the stored cell ran; empty for a file
  std::string run, schedule, workload;        ///< which cell of the history it is; empty for a file
};
/// A stored cell's recording; absent where it was not kept, or cannot be read.
std::optional<trace::Timeline> kept_recording(const history::Store& store, const history::Cell& cell);
Subject open_subject(const std::string& reference, const std::string& database, bool progress);

}  // namespace offledger::cli
