// SPDX-License-Identifier: Apache-2.0
//
// What people and the gate add to the runs: baselines and verdicts.
#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>
#include <fmt/format.h>

#include "reports/history/store_impl.hpp"

namespace offledger::history {

void require(const std::string& path, const char* what, const std::string& text, const char* fix) {
  if (!text.empty()) return;
  throw Error(ErrorKind::kUsage, fmt::format("history {}: expected {}, found none. {}", path, what, fix));
}

void write_baseline(SQLite::Database& db, const Baseline& baseline) {
  SQLite::Statement row(db, "INSERT INTO baseline (name, run, reason, accepted_at) VALUES (?, ?, ?, ?)");
  SQLite::bind(row, baseline.name, baseline.run, baseline.reason, baseline.accepted_at_unix);
  row.exec();
}

std::vector<Baseline> read_baselines(SQLite::Database& db) {
  SQLite::Statement row(
      db,
      "SELECT name, run, reason, accepted_at FROM baseline WHERE id IN (SELECT max(id) FROM baseline "
      "GROUP BY name) ORDER BY name");
  std::vector<Baseline> all;
  while (row.executeStep()) {
    all.push_back({row.getColumn(0).getString(), row.getColumn(1).getString(), row.getColumn(2).getString(),
                   row.getColumn(3).getInt64()});
  }
  return all;
}

void Store::set_baseline(const Baseline& baseline) {
  require(path(), "a name for the baseline", baseline.name, "Give one, for instance `nightly`");
  require(path(), "a reason for moving the baseline", baseline.reason, "Give one with --reason");
  impl_->connection.write("set the baseline", [&](SQLite::Database& db) {
    SQLite::Statement present(db, "SELECT 1 FROM run WHERE id = ?");
    present.bind(1, baseline.run);
    if (!present.executeStep()) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("history {}: expected the id of a run for baseline '{}', found '{}', "
                              "which it does not hold. `offledger history list` shows the runs",
                              path(), baseline.name, baseline.run));
    }
    write_baseline(db, baseline);
  });
}

std::vector<Baseline> Store::baselines() const {
  return impl_->connection.read("list its baselines", read_baselines);
}

std::optional<Baseline> Store::baseline(const std::string& name) const {
  for (auto& one : baselines()) {
    if (one.name == name) return std::move(one);
  }
  return std::nullopt;
}

void write_verdict(SQLite::Database& db, const Verdict& verdict, std::optional<std::int64_t> created_at) {
  SQLite::Statement row(
      db,
      "INSERT INTO verdict (created_at, base_run, cand_run, verdict, reason, base_commit, cand_commit, "
      "base_why, baseline_recorded, cells) VALUES (coalesce(?, unixepoch()), (SELECT id FROM run WHERE "
      "id = ?), (SELECT id FROM run WHERE id = ?), ?, ?, ?, ?, ?, ?, ?)");
  if (created_at) row.bind(1, *created_at);
  row.bind(2, verdict.base_run);
  row.bind(3, verdict.cand_run);
  row.bind(4, verdict.verdict);
  row.bind(5, verdict.reason);
  row.bind(6, verdict.base_commit);
  row.bind(7, verdict.cand_commit);
  row.bind(8, verdict.base_why);
  row.bind(9, int{verdict.baseline_recorded});
  row.bind(10, cells_json(verdict.cells));
  row.exec();
}

void Store::insert(const Verdict& verdict) {
  impl_->connection.write("add the verdict",
                          [&](SQLite::Database& db) { write_verdict(db, verdict, std::nullopt); });
}

std::vector<Verdict> Store::verdicts(std::size_t limit) const {
  return impl_->connection.read("list its verdicts", [&](SQLite::Database& db) {
    SQLite::Statement row(db,
                          "SELECT base_run, cand_run, verdict, reason, base_commit, cand_commit, base_why, "
                          "baseline_recorded, cells FROM verdict ORDER BY id DESC LIMIT ?");
    row.bind(1, static_cast<std::int64_t>(std::min<std::size_t>(limit, INT64_MAX)));
    std::vector<Verdict> all;
    while (row.executeStep()) {
      auto& verdict = all.emplace_back();
      int next = 0;
      for (auto* field : {&verdict.base_run, &verdict.cand_run, &verdict.verdict, &verdict.reason,
                          &verdict.base_commit, &verdict.cand_commit, &verdict.base_why}) {
        *field = row.getColumn(next++).getString();
      }
      verdict.baseline_recorded = row.getColumn(next++).getInt() != 0;
      verdict.cells = cells_from_json(row.getColumn(next++).getString());
    }
    return all;
  });
}

}  // namespace offledger::history
