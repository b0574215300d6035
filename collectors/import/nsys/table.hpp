// SPDX-License-Identifier: Apache-2.0
//
// Reading a table whose columns depend on the version that wrote it: a column that is not there reads as
// NULL.

#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3_stmt;

namespace offledger::importers::nsys {

/// A row of the columns that for_each() asked for, in that order. Valid within the call.
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) noexcept : statement_(statement) {}
  /// NULL is nothing; text and reals convert as SQLite does.
  [[nodiscard]] std::optional<std::int64_t> integer(int column) const noexcept;
  [[nodiscard]] std::int64_t integer_or(int column, std::int64_t fallback) const noexcept {
    return integer(column).value_or(fallback);
  }
  [[nodiscard]] std::string_view text(int column) const noexcept;  ///< empty for NULL

 private:
  sqlite3_stmt* statement_;
};

/// An export, open for reading only. Errors of SQLite come out as SQLite::Exception.
/// Threads: one at a time.
class Export {
 public:
  explicit Export(const std::string& path);

  [[nodiscard]] const std::set<std::string>& tables() const noexcept { return tables_; }
  [[nodiscard]] bool has(const std::string& table) const { return tables_.contains(table); }
  /// Calls `take` for each row; nothing happens where the table is not there. Gives the number of rows.
  std::uint64_t for_each(const std::string& table, std::initializer_list<const char*> columns,
                         const std::function<void(const Row&)>& take);

 private:
  [[nodiscard]] std::set<std::string> columns_of(const std::string& table);

  SQLite::Database database_;
  std::set<std::string> tables_;
};

}  // namespace offledger::importers::nsys
