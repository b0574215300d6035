// SPDX-License-Identifier: Apache-2.0
#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>

#include <cmath>

#include "reports/history/identity.hpp"
#include "reports/history/migrations.hpp"
#include "reports/history/run_rows.hpp"

namespace offledger::history {
namespace {

void bind(SQLite::Statement& statement, int index, std::optional<double> value) {
  if (value && !std::isnan(*value)) {
    statement.bind(index, *value);
  } else {
    statement.bind(index);
  }
}

/// The id of the row that `insert` adds unless it exists and `select` finds; both take the same parameters.
template <typename... Values>
std::int64_t row_of(SQLite::Database& db, const char* insert, const char* select, const Values&... values) {
  SQLite::Statement add(db, insert);
  SQLite::bind(add, values...);
  add.exec();
  SQLite::Statement find(db, select);
  SQLite::bind(find, values...);
  find.executeStep();
  return find.getColumn(0).getInt64();
}

std::int64_t machine_row(SQLite::Database& db, const Run& run) {
  const auto& key = run.machine_class;
  const auto machine_class = row_of(
      db,
      "INSERT OR IGNORE INTO machine_class (device_kind, device_name, device_memory_bytes, pcie, cpu) "
      "VALUES (?, ?, ?, ?, ?)",
      "SELECT id FROM machine_class WHERE device_kind = ? AND device_name = ? AND device_memory_bytes = ? "
      "AND pcie = ? AND cpu = ?",
      key.device_kind, key.device_name, static_cast<std::int64_t>(key.device_memory_bytes), key.pcie,
      key.cpu);
  return row_of(db, "INSERT OR IGNORE INTO machine (machine_class, instance) VALUES (?, ?)",
                "SELECT id FROM machine WHERE machine_class = ? AND instance = ?", machine_class,
                run.environment.instance);
}

std::int64_t environment_row(SQLite::Database& db, const Environment& environment) {
  return row_of(db, "INSERT OR IGNORE INTO environment (driver, cuda, kernel) VALUES (?, ?, ?)",
                "SELECT id FROM environment WHERE driver = ? AND cuda = ? AND kernel = ?", environment.driver,
                environment.cuda, environment.kernel);
}

/// The statements of one run's rows, each prepared once.
class RowWriter {
 public:
  explicit RowWriter(SQLite::Database& db)
      : db_(db),
        schedule_(db,
                  "INSERT INTO run_schedule (run, cell, schedule_hash, deterministic) VALUES (?, ?, ?, ?)"),
        rep_(db,
             "INSERT INTO rep (run_schedule, number, process, block, place, exit_code) VALUES (?, ?, ?, ?, "
             "?, ?)"),
        value_(db, "INSERT INTO value (rep, metric, value) VALUES (?, ?, ?)"),
        cause_(db, "INSERT INTO cause (rep, cause, ns) VALUES (?, ?, ?)"),
        finding_(db, "INSERT INTO finding (run_schedule, finding, detail, disqualifies) VALUES (?, ?, ?, ?)"),
        artifact_(db, "INSERT INTO artifact (run_schedule, kind, path, content_hash) VALUES (?, ?, ?, ?)") {}

  void cell(const std::string& run, const Cell& cell) {
    const auto row =
        insert(schedule_, run, cell_row(db_, cell.key), cell.schedule_hash, int{cell.deterministic});
    for (const auto& one : cell.reps) rep(row, one);
    for (const auto& one : cell.findings) insert(finding_, row, one.id, one.detail, int{one.disqualifies});
    for (const auto& one : cell.artifacts) insert(artifact_, row, one.kind, one.path, one.content_hash);
  }

 private:
  template <typename... Values>
  std::int64_t insert(SQLite::Statement& statement, const Values&... values) {
    statement.reset();
    SQLite::bind(statement, values...);
    statement.exec();
    return db_.getLastInsertRowid();
  }

  void rep(std::int64_t schedule, const Rep& rep) {
    const auto row = insert(rep_, schedule, rep.number, rep.process, rep.block, rep.order, rep.exit_code);
    for (const auto& [metric, value] : rep.values) measured(value_, row, metric, value);
    for (const auto& [cause, ns] : rep.causes_ns) measured(cause_, row, cause, ns);
  }

  static void measured(SQLite::Statement& statement, std::int64_t rep, const std::string& name,
                       std::optional<double> value) {
    statement.reset();
    statement.bind(1, rep);
    statement.bindNoCopy(2, name);
    bind(statement, 3, value);
    statement.exec();
  }

  SQLite::Database& db_;
  SQLite::Statement schedule_, rep_, value_, cause_, finding_, artifact_;
};

void write_rows(SQLite::Database& db, const Run& run, const std::string& id, const std::string& content,
                std::int64_t occurrence) {
  SQLite::Statement row(
      db,
      "INSERT INTO run (id, content, occurrence, started_at, sitting, side, label, commit_sha, "
      "merge_base, branch, dirty, complete, suite, tool_version, schema_version, machine, environment) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  SQLite::bind(row, id, content, occurrence, run.started_at_unix, run.sitting, run.side, run.label,
               run.commit, run.merge_base, run.branch, int{run.dirty}, int{run.complete}, run.suite,
               run.tool_version, schema_version(), machine_row(db, run),
               environment_row(db, run.environment));
  row.exec();
  RowWriter writer(db);
  for (const auto& cell : run.cells) writer.cell(id, cell);
  SQLite::Statement sample(db, "INSERT INTO env_sample (run, moment, name, value) VALUES (?, ?, ?, ?)");
  for (const auto& one : run.env_samples) {
    sample.reset();
    sample.bind(1, id);
    sample.bind(2, one.moment);
    sample.bind(3, one.name);
    bind(sample, 4, one.value);
    sample.exec();
  }
}

}  // namespace

std::int64_t cell_row(SQLite::Database& db, const CellKey& key) {
  return row_of(
      db, "INSERT OR IGNORE INTO cell (schedule, workload, device_profile, protocol) VALUES (?, ?, ?, ?)",
      "SELECT id FROM cell WHERE schedule = ? AND workload = ? AND device_profile = ? AND protocol = ?",
      key.schedule, key.workload, key.device_profile, key.protocol);
}

std::string write_run(SQLite::Database& db, const Run& run) {
  check_unique(run);
  const std::string content = content_of(run);
  SQLite::Statement next(db, "SELECT coalesce(max(occurrence) + 1, 0) FROM run WHERE content = ?");
  next.bind(1, content);
  next.executeStep();
  const std::int64_t occurrence = next.getColumn(0).getInt64();
  const std::string id = run_id(content, occurrence);
  write_rows(db, run, id, content, occurrence);
  return id;
}

bool merge_run(SQLite::Database& db, const Run& run, const std::string& content, std::int64_t occurrence) {
  SQLite::Statement present(db, "SELECT 1 FROM run WHERE id = ?");
  present.bind(1, run.id);
  if (present.executeStep()) return false;
  write_rows(db, run, run.id, content, occurrence);
  return true;
}

}  // namespace offledger::history
