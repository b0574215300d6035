// SPDX-License-Identifier: Apache-2.0
//
// The SQLite history: docs/history.md is its schema. WAL, STRICT tables, foreign keys, migrations by
// `PRAGMA user_version` after a backup. A run is written in one transaction; several writers at once lose
// nothing.
//
// Errors: Error(kUsage) that names the file and the fix for one that is not SQLite, is not ours, is
// read-only, full, from a newer version, or stays locked. Threads: one Store a thread; many processes may
// share the file.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reports/history/records.hpp"
#include "schedules/base/error.hpp"

namespace offledger::history {

enum class Mode { kReadOnly, kReadWrite };

struct StoreOptions {
  std::chrono::milliseconds busy{2000};  ///< how long one attempt waits for another writer
  int attempts = 10;                     ///< then the file "stays locked"
  std::uint32_t max_pages = 0;  ///< SQLite's limit on the file's size in pages of 4096 bytes; 0: the disk's
};

class Store {
 public:
  /// Opens; kReadWrite creates the file and its folders, and migrates an older schema after a backup beside
  /// it.
  Store(const std::string& path, Mode mode, const StoreOptions& options = {});
  ~Store();
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;

  /// Writes the run and returns its id (a hash of its content, not its time, and of its place where the same
  /// content was stored before, so that repeating a deterministic run gives a run of its own).
  std::string insert(const Run& run);
  /// The same where the content is new; else only says which run has it already.
  struct Inserted {
    std::string id;
    bool added = false;
  };
  Inserted insert_once(const Run& run);

  /// Newest first.
  [[nodiscard]] std::vector<RunSummary> list(std::size_t limit = 50) const;
  /// A run's id, a unique prefix of it, `latest`, a baseline's name, a label, or a commit (newest of
  /// several). Throws Error(kUsage) that says what is there where nothing or more than one matches.
  [[nodiscard]] std::string resolve(const std::string& ref) const;
  [[nodiscard]] Run load(const std::string& id) const;

  /// Appends: the newest row of a name holds, the older ones stay as the record of how it moved. `run` is an
  /// id; name and reason must not be empty.
  void set_baseline(const Baseline& baseline);
  [[nodiscard]] std::optional<Baseline> baseline(const std::string& name) const;
  [[nodiscard]] std::vector<Baseline> baselines() const;

  void insert(const Verdict& verdict);
  /// Newest first.
  [[nodiscard]] std::vector<Verdict> verdicts(std::size_t limit = 50) const;

  /// Replaces the waiver of the same schedule, workload and metric.
  void set_waiver(const Waiver& waiver);
  /// Oldest first.
  [[nodiscard]] std::vector<Waiver> waivers() const;
  /// False where there is no such waiver.
  bool remove_waiver(const std::string& schedule, const std::string& workload, const std::string& metric);
  /// Every cell that some run holds or held.
  [[nodiscard]] std::vector<CellKey> cells() const;
  /// Whether some repetition has a value of that name.
  [[nodiscard]] bool holds_metric(const std::string& metric) const;

  /// Every series with at least `least_points` points, ordered by cell and metric.
  [[nodiscard]] std::vector<Series> series(std::size_t least_points = 1) const;
  /// Remembers each once: one that is known already is left as it is.
  void insert(const std::vector<Changepoint>& changes);
  [[nodiscard]] std::vector<Changepoint> changepoints() const;

  /// Until this goes, no other process prunes bytes of this history: for who is about to store a run that
  /// names what an earlier one has. store_artifact() and import_from() do so themselves.
  void keep_artifacts();
  /// Stores the file's bytes under their hash beside the database, once however often they come.
  Artifact store_artifact(const std::string& kind, const std::string& file);
  /// Where an artifact's bytes lie. Throws Error(kNotMeasured) where they are absent or no longer what was
  /// stored.
  [[nodiscard]] std::string artifact_file(const Artifact& artifact) const;

  PruneReport prune(const Retention& retention);
  /// Writes the runs (all where none are named) with the baselines, verdicts and artifacts that belong to
  /// them as a history file of its own, with its artifacts beside it. Refuses a path that exists.
  void export_to(const std::string& path, const std::vector<std::string>& runs = {}) const;
  /// Adds what the other file holds and this one does not. A second time it adds nothing. A baseline's name
  /// that is known here keeps what it means here.
  ImportReport import_from(const std::string& path);

  [[nodiscard]] const std::string& path() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// `$XDG_DATA_HOME/offledger/history.sqlite` (or ~/.local/share/…), overridden by OFFLEDGER_DB.
std::string default_path();

}  // namespace offledger::history
