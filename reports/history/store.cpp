// SPDX-License-Identifier: Apache-2.0
#include "reports/history/store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <cstdlib>

#include "reports/history/identity.hpp"
#include "reports/history/run_rows.hpp"
#include "reports/history/store_impl.hpp"

namespace offledger::history {

Store::Store(const std::string& path, Mode mode, const StoreOptions& options)
    : impl_(std::make_unique<Impl>(path, mode, options)) {}
Store::~Store() = default;
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;

const std::string& Store::path() const noexcept {
  return impl_->connection.path();
}

std::string Store::insert(const Run& run) {
  return impl_->connection.write("add the run", [&](SQLite::Database& db) { return write_run(db, run); });
}

Store::Inserted Store::insert_once(const Run& run) {
  return impl_->connection.write("add the run", [&](SQLite::Database& db) {
    SQLite::Statement present(db, "SELECT id FROM run WHERE content = ? ORDER BY occurrence LIMIT 1");
    present.bind(1, content_of(run));
    return present.executeStep() ? Inserted{present.getColumn(0).getString(), false}
                                 : Inserted{write_run(db, run), true};
  });
}

std::vector<RunSummary> Store::list(std::size_t limit) const {
  return impl_->connection.read("list its runs", [&](SQLite::Database& db) {
    SQLite::Statement row(
        db,
        "SELECT run.id, label, commit_sha, suite, device_name, started_at, complete, "
        "(SELECT count(*) FROM run_schedule WHERE run_schedule.run = run.id), "
        "(SELECT count(*) FROM run_schedule JOIN rep ON rep.run_schedule = run_schedule.id "
        "WHERE run_schedule.run = run.id) "
        "FROM run JOIN machine ON machine.id = run.machine JOIN machine_class ON machine_class.id = "
        "machine.machine_class ORDER BY started_at DESC, run.rowid DESC LIMIT ?");
    row.bind(1, static_cast<std::int64_t>(std::min<std::size_t>(limit, INT64_MAX)));
    std::vector<RunSummary> runs;
    while (row.executeStep()) {
      auto& run = runs.emplace_back();
      run.id = row.getColumn(0).getString();
      run.label = row.getColumn(1).getString();
      run.commit = row.getColumn(2).getString();
      run.suite = row.getColumn(3).getString();
      run.device = row.getColumn(4).getString();
      run.started_at_unix = row.getColumn(5).getInt64();
      run.complete = row.getColumn(6).getInt() != 0;
      run.cells = static_cast<std::size_t>(row.getColumn(7).getInt64());
      run.reps = static_cast<std::size_t>(row.getColumn(8).getInt64());
    }
    return runs;
  });
}

Run Store::load(const std::string& id) const {
  return impl_->connection.read("load a run", [&](SQLite::Database& db) {
    SQLite::Statement present(db, "SELECT 1 FROM run WHERE id = ?");
    present.bind(1, id);
    if (!present.executeStep()) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("history {}: expected the id of a run, found '{}', which it does not "
                              "hold. `offledger history list` shows the runs",
                              path(), id));
    }
    return read_run(db, id);
  });
}

std::string default_path() {
  if (const char* given = std::getenv("OFFLEDGER_DB"); given != nullptr && *given != '\0') return given;
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != '\0') {
    return fmt::format("{}/offledger/history.sqlite", data);
  }
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return "offledger-history.sqlite";
  return fmt::format("{}/.local/share/offledger/history.sqlite", home);
}

}  // namespace offledger::history
