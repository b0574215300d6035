// SPDX-License-Identifier: Apache-2.0
#include "reports/history/connection.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>

#include "reports/history/migrations.hpp"

namespace offledger::history {
namespace {

bool is_busy(const SQLite::Exception& error) {
  return error.getErrorCode() == SQLITE_BUSY || error.getErrorCode() == SQLITE_LOCKED;
}

/// A cleanly closed WAL file in a folder that cannot be written: SQLite needs to be told that nobody changes
/// it.
bool needs_immutable(const std::string& path, const SQLite::Exception& error) {
  std::error_code ignored;
  const int code = error.getErrorCode();
  return (code == SQLITE_CANTOPEN || code == SQLITE_READONLY) &&
         std::filesystem::is_regular_file(path, ignored) && !std::filesystem::exists(path + "-wal", ignored);
}

std::string immutable_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '?' || c == '#' || c == '%') {
      uri += fmt::format("%{:02X}", static_cast<unsigned>(c));
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

SQLite::Database open(const std::string& path, Mode mode, const StoreOptions& options) {
  const int busy = static_cast<int>(options.busy.count());
  std::error_code failure;
  if (mode == Mode::kReadOnly) {
    if (!std::filesystem::exists(path, failure)) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("history {}: there is no such file. `offledger run` writes one; name "
                              "another with --db or OFFLEDGER_DB",
                              path));
    }
    try {
      SQLite::Database db(path, SQLite::OPEN_READONLY, busy);
      db.execAndGet("PRAGMA application_id");
      return db;
    } catch (const SQLite::Exception& error) {
      if (!needs_immutable(path, error)) throw;
    }
    return {immutable_uri(path), SQLite::OPEN_READONLY | SQLite::OPEN_URI, busy};
  }
  const auto folder = std::filesystem::path(path).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder, failure);
  if (failure) {
    throw Error(ErrorKind::kUsage,
                fmt::format("history {}: cannot make the folder {}: {}. Name another file with --db", path,
                            folder.string(), failure.message()));
  }
  return {path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, busy};
}

SQLite::Database open_or_explain(const std::string& path, Mode mode, const StoreOptions& options) {
  try {
    return open(path, mode, options);
  } catch (const SQLite::Exception& error) {
    throw explain(error, path, "open it");
  }
}

}  // namespace

Connection::Connection(const std::string& path, Mode mode, const StoreOptions& options)
    : path_(path), options_(options), db_(open_or_explain(path, mode, options)) {
  try {
    check_owner();
    db_.exec("PRAGMA foreign_keys = ON");
    if (options.max_pages > 0) db_.exec(fmt::format("PRAGMA max_page_count = {}", options.max_pages));
    const int version = file_version(db_);
    refuse_newer(version, schema_version(), path_);
    if (mode == Mode::kReadOnly) {
      if (version < schema_version()) {
        throw Error(
            ErrorKind::kUsage,
            fmt::format(
                "history {}: expected schema version {}, found {}: an older offledger wrote it, and it "
                "is opened for reading only. Any command that writes migrates it and keeps a backup",
                path_, schema_version(), version));
      }
      return;
    }
    use_wal();
    db_.exec("PRAGMA synchronous = NORMAL");
    if (version == schema_version()) return;
  } catch (const SQLite::Exception& error) {
    throw explain(error, path_, "open it");
  }
  write("bring its schema up to date", [&](SQLite::Database& db) { migrate(db, path_, migrations()); });
}

void Connection::check_owner() const {
  const int owner = db_.execAndGet("PRAGMA application_id").getInt();
  if (owner == kApplicationId) return;
  const bool fresh = owner == 0 && file_version(db_) == 0 &&
                     db_.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
  if (fresh) return;
  // Another process may have created the schema between the two looks.
  if (db_.execAndGet("PRAGMA application_id").getInt() == kApplicationId) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("history {}: expected an offledger history (application id {:#x}), found "
                          "another program's SQLite database (id {:#x}). Name another file with --db",
                          path_, kApplicationId, owner));
}

void Connection::execute_patiently(const std::string& sql) const {
  for (int attempt = 1;; ++attempt) {
    try {
      db_.exec(sql);
      return;
    } catch (const SQLite::Exception& error) {
      if (!is_busy(error) || attempt >= options_.attempts) throw;
      // Switching to WAL reports "busy" at once, without waiting for SQLite's own timeout.
      sqlite3_sleep(attempt);
    }
  }
}

void Connection::use_wal() const {
  if (db_.execAndGet("PRAGMA journal_mode").getString() == "wal") return;
  execute_patiently("PRAGMA journal_mode = WAL");
}

Connection::Transaction::Transaction(const Connection& connection, const char* begin)
    : connection_(connection) {
  connection_.execute_patiently(begin);
}

Connection::Transaction::~Transaction() {
  // SQLite has rolled back by itself after a full disk or an I/O error.
  if (open_ && sqlite3_get_autocommit(connection_.db_.getHandle()) == 0) connection_.db_.tryExec("ROLLBACK");
}

void Connection::Transaction::commit() {
  connection_.execute_patiently("COMMIT");
  open_ = false;
}

}  // namespace offledger::history
