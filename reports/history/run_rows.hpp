// SPDX-License-Identifier: Apache-2.0
//
// A Run as rows, and back: load(write(run)) == run but for the id, which writing fills in. Both are to be
// called in a transaction of the caller's.

#pragma once

#include <SQLiteCpp/Database.h>

#include <string>

#include "reports/history/records.hpp"

namespace offledger::history {

/// Writes the run under the next free occurrence of its content and returns its id.
std::string write_run(SQLite::Database& db, const Run& run);
/// Writes the run under the id it has in another history; false where it is here already.
bool merge_run(SQLite::Database& db, const Run& run, const std::string& content, std::int64_t occurrence);
/// The run of that id, which must exist.
Run read_run(SQLite::Database& db, const std::string& id);

/// The row's id of the cell, added where it is new.
std::int64_t cell_row(SQLite::Database& db, const CellKey& key);

}  // namespace offledger::history
