// SPDX-License-Identifier: Apache-2.0
#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <set>

#include "reports/history/store_impl.hpp"

namespace offledger::history {
namespace {

constexpr const char* kRemovable =
    "CREATE TEMP TABLE removable AS SELECT id FROM run WHERE id NOT IN (SELECT run FROM baseline) AND id NOT "
    "IN "
    "(SELECT id FROM run ORDER BY started_at DESC, rowid DESC LIMIT ?1) AND (?2 IS NULL OR started_at < ?2)";

std::set<std::string> hashes(SQLite::Database& db) {
  SQLite::Statement row(db, "SELECT DISTINCT content_hash FROM artifact");
  std::set<std::string> all;
  while (row.executeStep()) all.insert(row.getColumn(0).getString());
  return all;
}

std::size_t count(SQLite::Database& db, const char* sql) {
  return static_cast<std::size_t>(db.execAndGet(sql).getInt64());
}

/// Removes the bytes that no row names any longer. A crash before this leaves bytes that the next prune
/// removes.
std::size_t remove_files(const std::string& path, const std::set<std::string>& gone) {
  std::size_t removed = 0;
  for (const auto& hash : gone) {
    std::error_code ignored;
    if (is_content_hash(hash) && std::filesystem::remove(artifact_path(path, hash), ignored)) ++removed;
  }
  return removed;
}

}  // namespace

PruneReport Store::prune(const Retention& retention) {
  PruneReport report;
  std::set<std::string> gone;
  impl_->connection.write("prune it", [&](SQLite::Database& db) {
    const auto before = hashes(db);
    {
      SQLite::Statement removable(db, kRemovable);
      removable.bind(1, static_cast<std::int64_t>(std::min<std::size_t>(retention.newest, INT64_MAX)));
      if (retention.since_unix) removable.bind(2, *retention.since_unix);
      removable.exec();
    }
    report.runs_removed = count(db, "SELECT count(*) FROM removable");
    report.runs_kept = count(db, "SELECT count(*) FROM run") - report.runs_removed;
    if (!retention.dry_run) {
      db.exec("DELETE FROM run WHERE id IN removable");
      gone = before;
      for (const auto& hash : hashes(db)) gone.erase(hash);
    }
    db.exec("DROP TABLE removable");
  });
  report.artifacts_removed = remove_files(path(), gone);
  // Gives the space back; another process at work keeps it for now, and that is no failure.
  if (report.runs_removed > 0 && !retention.dry_run) impl_->connection.db().tryExec("VACUUM");
  return report;
}

}  // namespace offledger::history
