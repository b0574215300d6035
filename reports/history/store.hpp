// SPDX-License-Identifier: Apache-2.0
//
// The SQLite history: docs/history.md is its schema. WAL, STRICT tables, foreign keys, migrations by
// `PRAGMA user_version` after a backup. A run is written in one transaction; several writers at once lose nothing.
//
// Errors: Error(kUsage) that names the file and the fix for one that is not SQLite, is not ours, is read-only, full,
// from a newer version, or stays locked.
// Threads: one Store a thread; many processes may share the file.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reports/history/records.hpp"
#include "schedules/base/error.hpp"

namespace offledger::history {

enum class Mode { kReadOnly, kReadWrite };

class Store {
 public:
  /// Opens; kReadWrite creates the file and its folders, and migrates an older schema.
  Store(const std::string& path, Mode mode);
  ~Store();
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;

  /// Writes the run and returns its id (a hash of its content, not its time, and of its place where the same content
  /// was stored before, so that repeating a deterministic run gives a run of its own).
  std::string insert(const Run& run);

  /// Newest first.
  [[nodiscard]] std::vector<RunSummary> list(std::size_t limit = 50) const;
  /// A run's id, a unique prefix of it, `latest`, a baseline's name, a label, or a commit (newest of several). Throws
  /// Error(kUsage) that says what is there where nothing or more than one matches.
  [[nodiscard]] std::string resolve(const std::string& ref) const;
  [[nodiscard]] Run load(const std::string& id) const;

  void set_baseline(const Baseline& baseline);
  [[nodiscard]] std::optional<Baseline> baseline(const std::string& name) const;
  [[nodiscard]] std::vector<Baseline> baselines() const;

  void insert(const Verdict& verdict);

  [[nodiscard]] const std::string& path() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// `$XDG_DATA_HOME/offledger/history.sqlite` (or ~/.local/share/…), overridden by OFFLEDGER_DB.
std::string default_path();

}  // namespace offledger::history
