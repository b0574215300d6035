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

/// Whether a file of the artifacts' folder is the bytes of a hash that no row names, or what a process that
/// died left of such: HASH.PID.part, HASH.partial.
bool is_unwanted(const std::string& name, const std::set<std::string>& named) {
  if (is_content_hash(name)) return !named.contains(name);
  return is_content_hash(name.substr(0, name.find('.'))) &&
         (name.ends_with(".part") || name.ends_with(".partial"));
}

/// Removes them; returns how many. Nobody writes meanwhile.
std::size_t remove_unwanted(const std::string& path, const std::set<std::string>& named) {
  std::size_t removed = 0;
  std::error_code ignored;
  auto entry = std::filesystem::recursive_directory_iterator(path + ".artifacts", ignored);
  for (; entry != std::filesystem::recursive_directory_iterator(); entry.increment(ignored)) {
    const std::filesystem::path file = entry->path();
    if (is_unwanted(file.filename().string(), named) && std::filesystem::remove(file, ignored)) ++removed;
  }
  return removed;
}

/// Holds the artifacts alone where no writer is at work.
class Alone {
 public:
  explicit Alone(ArtifactLock& lock) : lock_(lock), held_(lock.take()) {}
  ~Alone() {
    if (held_) lock_.release();
  }
  Alone(const Alone&) = delete;
  Alone& operator=(const Alone&) = delete;
  [[nodiscard]] bool held() const noexcept { return held_; }

 private:
  ArtifactLock& lock_;
  bool held_;
};

}  // namespace

PruneReport Store::prune(const Retention& retention) {
  PruneReport report;
  impl_->connection.write("prune it", [&](SQLite::Database& db) {
    {
      SQLite::Statement removable(db, kRemovable);
      removable.bind(1, static_cast<std::int64_t>(std::min<std::size_t>(retention.newest, INT64_MAX)));
      if (retention.since_unix) removable.bind(2, *retention.since_unix);
      removable.exec();
    }
    report.runs_removed = count(db, "SELECT count(*) FROM removable");
    report.runs_kept = count(db, "SELECT count(*) FROM run") - report.runs_removed;
    if (!retention.dry_run) db.exec("DELETE FROM run WHERE id IN removable");
    db.exec("DROP TABLE removable");
  });
  if (retention.dry_run) return report;
  if (const Alone alone(impl_->artifacts); alone.held()) {
    const auto named = impl_->connection.read("prune it", [](SQLite::Database& db) { return hashes(db); });
    report.artifacts_removed = remove_unwanted(path(), named);
  } else {
    report.artifacts_in_use = true;
  }
  // Gives the space back; another process at work keeps it for now, and that is no failure.
  if (report.runs_removed > 0) impl_->connection.db().tryExec("VACUUM");
  return report;
}

}  // namespace offledger::history
