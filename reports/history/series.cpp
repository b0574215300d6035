// SPDX-License-Identifier: Apache-2.0
//
// The history as series over time, and the changes found in them.
#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>

#include <algorithm>

#include "reports/history/run_rows.hpp"
#include "reports/history/store_impl.hpp"
#include "schedules/base/median.hpp"

namespace offledger::history {
namespace {

/// Runs' heads by rowid, read once: the values' rows would repeat them a thousand times.
struct Head {
  SeriesPoint point;
  std::int64_t machine_class = 0;
  std::string device;
};
std::vector<std::pair<std::int64_t, Head>> read_heads(SQLite::Database& db) {
  SQLite::Statement row(
      db,
      "SELECT run.rowid, run.id, commit_sha, instance, driver, cuda, kernel, started_at, machine_class, "
      "device_name FROM run JOIN machine ON machine.id = run.machine JOIN machine_class ON "
      "machine_class.id = machine.machine_class JOIN environment ON environment.id = run.environment "
      "WHERE complete = 1 AND side <> 'base' ORDER BY started_at, run.rowid");
  std::vector<std::pair<std::int64_t, Head>> heads;
  while (row.executeStep()) {
    Head head;
    head.point.run = row.getColumn(1).getString();
    head.point.commit = row.getColumn(2).getString();
    head.point.instance = row.getColumn(3).getString();
    head.point.environment = {head.point.instance, row.getColumn(4).getString(), row.getColumn(5).getString(),
                              row.getColumn(6).getString()};
    head.point.started_at_unix = row.getColumn(7).getInt64();
    head.machine_class = row.getColumn(8).getInt64();
    head.device = row.getColumn(9).getString();
    heads.emplace_back(row.getColumn(0).getInt64(), std::move(head));
  }
  return heads;
}

using Key = std::tuple<CellKey, std::string, std::int64_t>;

void add_run(SQLite::Statement& row, const Head& head, std::map<Key, Series>& all) {
  std::map<std::pair<CellKey, std::string>, std::vector<double>> values;
  while (row.executeStep()) {
    const CellKey cell{row.getColumn(0).getString(), row.getColumn(1).getString(),
                       row.getColumn(2).getString(), row.getColumn(3).getString()};
    values[{cell, row.getColumn(4).getString()}].push_back(row.getColumn(5).getDouble());
  }
  for (auto& [where, samples] : values) {
    auto& series = all[{where.first, where.second, head.machine_class}];
    series.cell = where.first;
    series.metric = where.second;
    series.machine_class = head.machine_class;
    series.device = head.device;
    series.points.push_back(head.point);
    series.points.back().value = median(std::move(samples));
  }
}

}  // namespace

std::vector<Series> Store::series(std::size_t least_points) const {
  return impl_->connection.read("read its series", [&](SQLite::Database& db) {
    SQLite::Statement row(
        db,
        "SELECT schedule, workload, device_profile, protocol, metric, value.value FROM run_schedule "
        "JOIN cell ON cell.id = run_schedule.cell JOIN rep ON rep.run_schedule = run_schedule.id AND "
        "rep.exit_code = 0 JOIN value ON value.rep = rep.id WHERE run_schedule.run = ? AND "
        "value.value IS NOT NULL");
    std::map<Key, Series> all;
    for (const auto& [rowid, head] : read_heads(db)) {
      row.reset();
      row.bind(1, head.point.run);
      add_run(row, head, all);
    }
    std::vector<Series> long_enough;
    for (auto& [key, series] : all) {
      if (series.points.size() >= least_points) long_enough.push_back(std::move(series));
    }
    return long_enough;
  });
}

void Store::insert(const std::vector<Changepoint>& changes) {
  impl_->connection.write("add the changes", [&](SQLite::Database& db) {
    SQLite::Statement row(
        db,
        "INSERT OR IGNORE INTO changepoint (machine_class, cell, metric, kind, run, range_first, "
        "range_last, shift, shift_low, shift_high, p, environment) VALUES (?, ?, ?, ?, ?, nullif(?, ''), "
        "nullif(?, ''), ?, ?, ?, ?, ?)");
    for (const auto& change : changes) {
      row.reset();
      row.clearBindings();
      SQLite::bind(row, change.machine_class, cell_row(db, change.cell), change.metric, change.kind,
                   change.run, change.range_first, change.range_last, change.shift);
      if (change.shift_low) row.bind(9, *change.shift_low);
      if (change.shift_high) row.bind(10, *change.shift_high);
      row.bind(11, change.p);
      row.bind(12, change.environment);
      row.exec();
    }
  });
}

std::vector<Changepoint> Store::changepoints() const {
  return impl_->connection.read("list its changes", [](SQLite::Database& db) {
    SQLite::Statement row(
        db,
        "SELECT schedule, workload, device_profile, protocol, metric, machine_class, kind, run, "
        "coalesce(range_first, ''), coalesce(range_last, ''), shift, shift_low, shift_high, p, "
        "environment FROM changepoint JOIN cell ON cell.id = changepoint.cell ORDER BY changepoint.id");
    std::vector<Changepoint> all;
    while (row.executeStep()) {
      const auto text = [&](int i) { return row.getColumn(i).getString(); };
      auto& change = all.emplace_back();
      change.cell = {text(0), text(1), text(2), text(3)};
      change.metric = text(4);
      change.machine_class = row.getColumn(5).getInt64();
      change.kind = text(6);
      change.run = text(7);
      change.range_first = text(8);
      change.range_last = text(9);
      change.shift = row.getColumn(10).getDouble();
      if (!row.getColumn(11).isNull()) change.shift_low = row.getColumn(11).getDouble();
      if (!row.getColumn(12).isNull()) change.shift_high = row.getColumn(12).getDouble();
      change.p = row.getColumn(13).getDouble();
      change.environment = text(14);
    }
    return all;
  });
}

}  // namespace offledger::history
