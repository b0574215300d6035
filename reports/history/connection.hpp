// SPDX-License-Identifier: Apache-2.0
//
// One open history file: whose it is, which schema it has, how it is locked, and what each of SQLite's errors
// means to a person. Everything that touches SQL goes through read() or write(), so no SQLite exception
// leaves this folder and nothing is ever half written.

#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>
#include <string_view>
#include <utility>

#include "reports/history/store.hpp"

namespace offledger::history {

/// Marks the file as ours in its header: "OFLG".
inline constexpr int kApplicationId = 0x4f464c47;

/// What a SQLite error means for this file, and the fix. `doing` completes "cannot …".
Error explain(const SQLite::Exception& error, const std::string& path, std::string_view doing);

class Connection {
 public:
  /// Refuses what is not a history of ours or comes from a newer version; creates and migrates in kReadWrite.
  Connection(const std::string& path, Mode mode, const StoreOptions& options);

  [[nodiscard]] SQLite::Database& db() const noexcept { return db_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] const StoreOptions& options() const noexcept { return options_; }

  /// Runs `work` in one read transaction, so that it sees one state of the file.
  template <typename Work>
  auto read(std::string_view doing, Work&& work) const {
    return in_transaction("BEGIN", doing, std::forward<Work>(work));
  }
  /// Runs `work` in one write transaction: all of it, or on any exception nothing.
  template <typename Work>
  auto write(std::string_view doing, Work&& work) const {
    return in_transaction("BEGIN IMMEDIATE", doing, std::forward<Work>(work));
  }

 private:
  /// Rolls back on destruction unless committed. Beginning waits for other writers, within bounds.
  class Transaction {
   public:
    Transaction(const Connection& connection, const char* begin);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

   private:
    const Connection& connection_;
    bool open_ = true;
  };

  template <typename Work>
  auto in_transaction(const char* begin, std::string_view doing, Work&& work) const {
    try {
      Transaction transaction(*this, begin);
      if constexpr (std::is_void_v<decltype(work(db_))>) {
        work(db_);
        transaction.commit();
      } else {
        auto result = work(db_);
        transaction.commit();
        return result;
      }
    } catch (const SQLite::Exception& error) {
      throw explain(error, path_, doing);
    }
  }

  /// Executes, again while another process holds the lock, `options.attempts` times.
  void execute_patiently(const std::string& sql) const;
  void check_owner() const;
  void use_wal() const;

  std::string path_;
  StoreOptions options_;
  mutable SQLite::Database db_;
};

}  // namespace offledger::history
