// SPDX-License-Identifier: Apache-2.0
//
// Exchanging runs between machines: an export is a history file like any other, and an import is the union,
// by id.
#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>
#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "reports/history/run_rows.hpp"
#include "reports/history/store_impl.hpp"

namespace offledger::history {
namespace {

struct RunRow {
  std::string id, content;
  std::int64_t occurrence = 0;
};
std::vector<RunRow> entries(SQLite::Database& db) {
  SQLite::Statement row(db, "SELECT id, content, occurrence FROM run ORDER BY started_at, rowid");
  std::vector<RunRow> all;
  while (row.executeStep()) {
    all.push_back({row.getColumn(0).getString(), row.getColumn(1).getString(), row.getColumn(2).getInt64()});
  }
  return all;
}

bool has_run(SQLite::Database& db, const std::string& id) {
  SQLite::Statement row(db, "SELECT 1 FROM run WHERE id = ?");
  row.bind(1, id);
  return row.executeStep();
}

std::size_t copy_baselines(SQLite::Database& from, SQLite::Database& to) {
  std::set<std::string> known;
  for (const auto& baseline : read_baselines(to)) known.insert(baseline.name);
  std::size_t added = 0;
  for (const auto& baseline : read_baselines(from)) {
    if (known.contains(baseline.name) || !has_run(to, baseline.run)) continue;
    write_baseline(to, baseline);
    ++added;
  }
  return added;
}

/// Verdicts whose candidate came along; the same verdict of the same second is the same one.
std::size_t copy_verdicts(SQLite::Database& from, SQLite::Database& to) {
  SQLite::Statement row(
      from,
      "SELECT created_at, base_run, cand_run, verdict, reason, base_commit, cand_commit, base_why, "
      "baseline_recorded, cells FROM verdict WHERE cand_run IS NOT NULL ORDER BY id");
  SQLite::Statement present(
      to,
      "SELECT 1 FROM verdict WHERE created_at = ? AND base_run IS nullif(?, '') AND cand_run = ? "
      "AND verdict = ? AND reason = ?");
  std::size_t added = 0;
  while (row.executeStep()) {
    const auto text = [&](int i) { return row.getColumn(i).getString(); };
    Verdict verdict{text(3),
                    text(4),
                    text(1),
                    text(2),
                    text(5),
                    text(6),
                    text(7),
                    row.getColumn(8).getInt() != 0,
                    cells_from_json(text(9))};
    if (!has_run(to, verdict.cand_run)) continue;
    if (!has_run(to, verdict.base_run)) verdict.base_run.clear();
    const std::int64_t created_at = row.getColumn(0).getInt64();
    present.reset();
    SQLite::bind(present, created_at, verdict.base_run, verdict.cand_run, verdict.verdict, verdict.reason);
    if (present.executeStep()) continue;
    write_verdict(to, verdict, created_at);
    ++added;
  }
  return added;
}

/// Copies the bytes of the run's artifacts that are there and not yet here.
std::size_t copy_artifacts(const Run& run, const std::string& from, const std::string& to) {
  std::size_t added = 0;
  for (const auto& cell : run.cells) {
    for (const auto& artifact : cell.artifacts) {
      const std::filesystem::path source = artifact_path(from, artifact.content_hash);
      const std::filesystem::path place = artifact_path(to, artifact.content_hash);
      std::error_code failure;
      if (!std::filesystem::exists(source, failure) || std::filesystem::exists(place, failure)) continue;
      std::filesystem::create_directories(place.parent_path(), failure);
      const std::filesystem::path partial = place.string() + ".partial";
      std::filesystem::copy_file(source, partial, std::filesystem::copy_options::overwrite_existing, failure);
      if (!failure) std::filesystem::rename(partial, place, failure);
      if (failure) {
        throw Error(ErrorKind::kUsage, fmt::format("history {}: cannot copy the artifact {}: {}", to,
                                                   source.string(), failure.message()));
      }
      ++added;
    }
  }
  return added;
}

ImportReport merge(const Connection& from, const Connection& to, const std::set<std::string>* only) {
  ImportReport report;
  from.read("read it", [&](SQLite::Database& source) {
    to.write("add the other history's runs", [&](SQLite::Database& target) {
      for (const auto& entry : entries(source)) {
        if (only != nullptr && !only->contains(entry.id)) continue;
        if (has_run(target, entry.id)) {
          ++report.runs_present;
          continue;
        }
        const Run run = read_run(source, entry.id);
        merge_run(target, run, entry.content, entry.occurrence);
        ++report.runs_added;
        report.artifacts_added += copy_artifacts(run, from.path(), to.path());
      }
      report.baselines_added = copy_baselines(source, target);
      report.verdicts_added = copy_verdicts(source, target);
    });
  });
  return report;
}

}  // namespace

void Store::export_to(const std::string& path, const std::vector<std::string>& runs) const {
  if (std::filesystem::exists(path)) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("history export {}: expected a path where nothing is, found a file. Name another", path));
  }
  if (std::filesystem::exists(this->path() + ".artifacts"))
    impl_->artifacts.share();  // while they are copied
  const std::set<std::string> only(runs.begin(), runs.end());
  try {
    const Connection target(path, Mode::kReadWrite, impl_->connection.options());
    merge(impl_->connection, target, runs.empty() ? nullptr : &only);
    // One file to send: no write-ahead log beside it.
    target.db().tryExec("PRAGMA journal_mode = DELETE");
  } catch (const Error&) {
    std::error_code ignored;
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix, ignored);
    throw;
  }
}

ImportReport Store::import_from(const std::string& path) {
  const Connection source(path, Mode::kReadOnly, impl_->connection.options());
  keep_artifacts();
  return merge(source, impl_->connection, nullptr);
}

}  // namespace offledger::history
