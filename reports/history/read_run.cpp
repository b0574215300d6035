// SPDX-License-Identifier: Apache-2.0
#include <SQLiteCpp/SQLiteCpp.h>

#include <unordered_map>

#include "reports/history/run_rows.hpp"

namespace offledger::history {
namespace {

std::optional<double> number(const SQLite::Column& column) {
  return column.isNull() ? std::nullopt : std::optional(column.getDouble());
}

/// Where each row's children go. Pointers stay good because each level is complete before the next is read.
using Cells = std::unordered_map<std::int64_t, Cell*>;
using Reps = std::unordered_map<std::int64_t, Rep*>;

SQLite::Statement rows_of(SQLite::Database& db, const char* sql, const std::string& run) {
  SQLite::Statement rows(db, sql);
  rows.bind(1, run);
  return rows;
}

void read_head(SQLite::Database& db, Run& run) {
  auto row = rows_of(
      db,
      "SELECT sitting, label, commit_sha, merge_base, branch, side, dirty, complete, suite, tool_version, "
      "started_at, device_kind, device_name, device_memory_bytes, pcie, cpu, instance, driver, cuda, kernel "
      "FROM run JOIN machine ON machine.id = run.machine JOIN machine_class ON machine_class.id = "
      "machine.machine_class JOIN environment ON environment.id = run.environment WHERE run.id = ?",
      run.id);
  row.executeStep();
  int next = 0;
  const auto text = [&] { return row.getColumn(next++).getString(); };
  const auto integer = [&] { return row.getColumn(next++).getInt64(); };
  for (auto* field : {&run.sitting, &run.label, &run.commit, &run.merge_base, &run.branch, &run.side})
    *field = text();
  run.dirty = integer() != 0;
  run.complete = integer() != 0;
  run.suite = text();
  run.tool_version = text();
  run.started_at_unix = integer();
  run.machine_class.device_kind = text();
  run.machine_class.device_name = text();
  run.machine_class.device_memory_bytes = static_cast<std::uint64_t>(integer());
  for (auto* field : {&run.machine_class.pcie, &run.machine_class.cpu, &run.environment.instance,
                      &run.environment.driver, &run.environment.cuda, &run.environment.kernel}) {
    *field = text();
  }
}

Cells read_cells(SQLite::Database& db, Run& run) {
  auto row = rows_of(
      db,
      "SELECT run_schedule.id, schedule, workload, device_profile, protocol, schedule_hash, deterministic "
      "FROM run_schedule JOIN cell ON cell.id = run_schedule.cell WHERE run = ? ORDER BY run_schedule.id",
      run.id);
  std::vector<std::int64_t> ids;
  while (row.executeStep()) {
    ids.push_back(row.getColumn(0).getInt64());
    auto& cell = run.cells.emplace_back();
    cell.key = {row.getColumn(1).getString(), row.getColumn(2).getString(), row.getColumn(3).getString(),
                row.getColumn(4).getString()};
    cell.schedule_hash = row.getColumn(5).getString();
    cell.deterministic = row.getColumn(6).getInt() != 0;
  }
  Cells cells;
  for (std::size_t i = 0; i < ids.size(); ++i) cells[ids[i]] = &run.cells[i];
  return cells;
}

Reps read_reps(SQLite::Database& db, const std::string& run, const Cells& cells) {
  auto row = rows_of(
      db,
      "SELECT rep.id, run_schedule, number, process, block, place, exit_code FROM rep JOIN run_schedule "
      "ON run_schedule.id = rep.run_schedule WHERE run = ? ORDER BY rep.id",
      run);
  std::vector<std::pair<std::int64_t, std::pair<Cell*, std::size_t>>> places;
  while (row.executeStep()) {
    Cell* cell = cells.at(row.getColumn(1).getInt64());
    places.push_back({row.getColumn(0).getInt64(), {cell, cell->reps.size()}});
    auto& rep = cell->reps.emplace_back();
    rep.number = row.getColumn(2).getUInt();
    rep.process = row.getColumn(3).getUInt();
    rep.block = row.getColumn(4).getUInt();
    rep.order = row.getColumn(5).getUInt();
    rep.exit_code = row.getColumn(6).getInt();
  }
  Reps reps;
  for (const auto& [id, place] : places) reps[id] = &place.first->reps[place.second];
  return reps;
}

void read_values(SQLite::Database& db, const std::string& run, const Reps& reps) {
  auto value =
      rows_of(db,
              "SELECT value.rep, metric, value.value FROM run_schedule JOIN rep ON rep.run_schedule = "
              "run_schedule.id JOIN value ON value.rep = rep.id WHERE run_schedule.run = ?",
              run);
  while (value.executeStep()) {
    reps.at(value.getColumn(0).getInt64())->values[value.getColumn(1).getString()] =
        number(value.getColumn(2));
  }
  auto cause =
      rows_of(db,
              "SELECT cause.rep, cause, ns FROM run_schedule JOIN rep ON rep.run_schedule = run_schedule.id "
              "JOIN cause ON cause.rep = rep.id WHERE run_schedule.run = ? AND ns IS NOT NULL",
              run);
  while (cause.executeStep()) {
    reps.at(cause.getColumn(0).getInt64())->causes_ns[cause.getColumn(1).getString()] =
        cause.getColumn(2).getDouble();
  }
}

void read_findings(SQLite::Database& db, const std::string& run, const Cells& cells) {
  auto finding =
      rows_of(db,
              "SELECT run_schedule, finding, detail, disqualifies FROM finding JOIN run_schedule ON "
              "run_schedule.id = finding.run_schedule WHERE run = ? ORDER BY finding.id",
              run);
  while (finding.executeStep()) {
    cells.at(finding.getColumn(0).getInt64())
        ->findings.push_back({finding.getColumn(1).getString(), finding.getColumn(2).getString(),
                              finding.getColumn(3).getInt() != 0});
  }
  auto artifact = rows_of(db,
                          "SELECT run_schedule, kind, path, content_hash FROM artifact JOIN run_schedule ON "
                          "run_schedule.id = artifact.run_schedule WHERE run = ? ORDER BY artifact.id",
                          run);
  while (artifact.executeStep()) {
    cells.at(artifact.getColumn(0).getInt64())
        ->artifacts.push_back({artifact.getColumn(1).getString(), artifact.getColumn(2).getString(),
                               artifact.getColumn(3).getString()});
  }
}

}  // namespace

Run read_run(SQLite::Database& db, const std::string& id) {
  Run run;
  run.id = id;
  read_head(db, run);
  const Cells cells = read_cells(db, run);
  read_values(db, id, read_reps(db, id, cells));
  read_findings(db, id, cells);
  auto sample = rows_of(db, "SELECT moment, name, value FROM env_sample WHERE run = ? ORDER BY id", id);
  while (sample.executeStep()) {
    run.env_samples.push_back(
        {sample.getColumn(0).getString(), sample.getColumn(1).getString(), number(sample.getColumn(2))});
  }
  return run;
}

}  // namespace offledger::history
