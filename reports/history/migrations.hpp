// SPDX-License-Identifier: Apache-2.0
//
// The schema as a list of steps, one SQL file a version (schema/NNN_*.sql): step i takes a file from `PRAGMA
// user_version` i to i + 1. A file that is older than the list is backed up beside itself, then migrated in
// one transaction; one that is newer is refused.

#pragma once

#include <SQLiteCpp/Database.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offledger::history {

/// SQL of each step, the first one creating version 1.
using Migrations = std::vector<std::string_view>;

/// The schema this program writes.
const Migrations& migrations();
inline int schema_version() {
  return static_cast<int>(migrations().size());
}

/// The file's `PRAGMA user_version`; 0 for a new one.
int file_version(SQLite::Database& db);

/// Brings the file up to the last step, in one transaction that the caller has begun with BEGIN IMMEDIATE.
/// Returns the backup's path where there was something to back up (version 1 or later). The backup is read
/// through a second connection, so it holds exactly what was committed before.
std::optional<std::string> migrate(SQLite::Database& db, const std::string& path, const Migrations& steps);

/// Throws Error(kUsage) where the file's version is above what `known` steps make.
void refuse_newer(int version, int known, const std::string& path);

}  // namespace offledger::history
