// SPDX-License-Identifier: Apache-2.0
//
// What a Store owns, shared by the files that implement its parts: store.cpp, resolve.cpp, notes.cpp,
// series.cpp, artifacts.cpp, retention.cpp, exchange.cpp.

#pragma once

#include "reports/history/artifact_lock.hpp"
#include "reports/history/connection.hpp"

namespace offledger::history {

struct Store::Impl {
  Impl(const std::string& path, Mode mode, const StoreOptions& options)
      : connection(path, mode, options), artifacts(path) {}
  Connection connection;
  ArtifactLock artifacts;
};

/// The verdict's cells as the JSON array that the column `cells` holds, and back.
std::string cells_json(const std::vector<VerdictCell>& cells);
std::vector<VerdictCell> cells_from_json(const std::string& text);

/// Throws Error(kUsage) where a text that the history at `path` must have is empty.
void require(const std::string& path, const char* what, const std::string& text, const char* fix);

/// Inserts the verdict; `created_at` null means now.
void write_verdict(SQLite::Database& db, const Verdict& verdict, std::optional<std::int64_t> created_at);
void write_baseline(SQLite::Database& db, const Baseline& baseline);
/// The current row of each name.
std::vector<Baseline> read_baselines(SQLite::Database& db);

/// Whether it is a hash and nothing else: a history may come from anywhere, and a path made of "../.." leads
/// elsewhere.
bool is_content_hash(std::string_view text);

/// Where the bytes of that hash lie for the history at `path`: PATH.artifacts/ab/abcdef…. Error(kUsage) for
/// what is none.
std::string artifact_path(const std::string& path, const std::string& content_hash);

}  // namespace offledger::history
