// SPDX-License-Identifier: Apache-2.0
//
// Losses that somebody answers for until a day, and what a waiver may name.
#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>
#include <fmt/format.h>

#include "reports/history/store_impl.hpp"
#include "schedules/base/calendar.hpp"

namespace offledger::history {

void Store::set_waiver(const Waiver& waiver) {
  require(path(), "a reason for the waiver", waiver.reason, "Say why the loss is accepted");
  require(path(), "an owner of the waiver", waiver.owner, "Say who answers for it");
  if (!days_of(waiver.expires)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("history {}: expected the waiver's last day as YYYY-MM-DD, found '{}'", path(),
                            waiver.expires));
  }
  impl_->connection.write("set the waiver", [&](SQLite::Database& db) {
    SQLite::Statement row(
        db,
        "INSERT INTO waiver (schedule, workload, metric, reason, owner, expires) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET reason = excluded.reason, owner = excluded.owner, "
        "expires = excluded.expires");
    SQLite::bind(row, waiver.schedule, waiver.workload, waiver.metric, waiver.reason, waiver.owner,
                 waiver.expires);
    row.exec();
  });
}

std::vector<Waiver> Store::waivers() const {
  return impl_->connection.read("list its waivers", [](SQLite::Database& db) {
    SQLite::Statement row(
        db, "SELECT schedule, workload, metric, reason, owner, expires FROM waiver ORDER BY id");
    std::vector<Waiver> all;
    while (row.executeStep()) {
      all.push_back({row.getColumn(0).getString(), row.getColumn(1).getString(), row.getColumn(2).getString(),
                     row.getColumn(3).getString(), row.getColumn(4).getString(),
                     row.getColumn(5).getString()});
    }
    return all;
  });
}

bool Store::remove_waiver(const std::string& schedule, const std::string& workload,
                          const std::string& metric) {
  bool removed = false;
  impl_->connection.write("remove the waiver", [&](SQLite::Database& db) {
    SQLite::Statement row(db, "DELETE FROM waiver WHERE schedule = ? AND workload = ? AND metric = ?");
    SQLite::bind(row, schedule, workload, metric);
    removed = row.exec() > 0;
  });
  return removed;
}

std::vector<CellKey> Store::cells() const {
  return impl_->connection.read("list its cells", [](SQLite::Database& db) {
    SQLite::Statement row(
        db,
        "SELECT schedule, workload, device_profile, protocol FROM cell ORDER BY schedule, workload, "
        "device_profile, protocol");
    std::vector<CellKey> all;
    while (row.executeStep()) {
      all.push_back({row.getColumn(0).getString(), row.getColumn(1).getString(), row.getColumn(2).getString(),
                     row.getColumn(3).getString()});
    }
    return all;
  });
}

bool Store::holds_metric(const std::string& metric) const {
  return impl_->connection.read("look up a metric", [&](SQLite::Database& db) {
    SQLite::Statement row(db, "SELECT 1 FROM value WHERE metric = ? LIMIT 1");
    row.bind(1, metric);
    return row.executeStep();
  });
}

}  // namespace offledger::history
