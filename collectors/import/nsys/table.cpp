// SPDX-License-Identifier: Apache-2.0
#include "collectors/import/nsys/table.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <memory>

namespace offledger::importers::nsys {
namespace {

constexpr std::int64_t kMappedBytes = std::int64_t{1} << 30;

struct Finalize {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};

}  // namespace

std::optional<std::int64_t> Row::integer(int column) const noexcept {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
  return sqlite3_column_int64(statement_, column);
}

std::string_view Row::text(int column) const noexcept {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Export::Export(const std::string& path) : database_(path, SQLite::OPEN_READONLY) {
  // Rows are read once, in order: pages come straight from the system's cache.
  database_.exec(fmt::format("PRAGMA mmap_size = {}", kMappedBytes));
  SQLite::Statement names(database_, "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')");
  while (names.executeStep()) tables_.insert(names.getColumn(0).getString());
}

std::set<std::string> Export::columns_of(const std::string& table) {
  std::set<std::string> columns;
  SQLite::Statement names(database_, "SELECT name FROM pragma_table_info(?)");
  names.bind(1, table);
  while (names.executeStep()) columns.insert(names.getColumn(0).getString());
  return columns;
}

std::uint64_t Export::for_each(const std::string& table, std::initializer_list<const char*> columns,
                               const std::function<void(const Row&)>& take) {
  if (!has(table)) return 0;
  const std::set<std::string> present = columns_of(table);
  std::string sql = "SELECT ";
  for (const char* column : columns) {
    if (sql.size() > 7) sql += ", ";
    sql += present.contains(column) ? fmt::format("\"{}\"", column) : "NULL";
  }
  sql += fmt::format(" FROM \"{}\"", table);
  // SQLiteCpp makes a shared pointer a column a row; millions of rows are stepped through SQLite's own
  // functions.
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(database_.getHandle(), sql.c_str(), -1, &raw, nullptr) != SQLITE_OK) {
    throw SQLite::Exception(database_.getHandle());
  }
  const std::unique_ptr<sqlite3_stmt, Finalize> statement(raw);
  std::uint64_t rows = 0;
  for (;; ++rows) {
    const int status = sqlite3_step(raw);
    if (status == SQLITE_DONE) return rows;
    if (status != SQLITE_ROW) throw SQLite::Exception(database_.getHandle(), status);
    take(Row(raw));
  }
}

}  // namespace offledger::importers::nsys
