// SPDX-License-Identifier: Apache-2.0
#include "reports/history/migrations.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <filesystem>

#include "reports/history/connection.hpp"
#include "schedules/base/embedded.hpp"

namespace offledger::history {

std::span<const EmbeddedFile> migration_files();

const Migrations& migrations() {
  static const Migrations steps = [] {
    Migrations texts;
    for (const auto& file : migration_files()) texts.push_back(file.text);
    return texts;
  }();
  return steps;
}

int file_version(SQLite::Database& db) {
  return db.execAndGet("PRAGMA user_version").getInt();
}

void refuse_newer(int version, int known, const std::string& path) {
  if (version <= known) return;
  throw Error(
      ErrorKind::kUsage,
      fmt::format("history {}: expected schema version {} or older, found {}: a newer offledger wrote it. "
                  "Update offledger, or name another file with --db",
                  path, known, version));
}

namespace {

std::string back_up(const std::string& path, int version) {
  std::string backup = fmt::format("{}.schema{}.bak", path, version);
  for (int n = 2; std::filesystem::exists(backup); ++n)
    backup = fmt::format("{}.schema{}-{}.bak", path, version, n);
  SQLite::Database reader(path, SQLite::OPEN_READWRITE, 2000);
  SQLite::Statement copy(reader, "VACUUM INTO ?");
  copy.bind(1, backup);
  copy.exec();
  return backup;
}

}  // namespace

std::optional<std::string> migrate(SQLite::Database& db, const std::string& path, const Migrations& steps) {
  const int from = file_version(db);
  const int to = static_cast<int>(steps.size());
  refuse_newer(from, to, path);
  if (from == to) return std::nullopt;
  std::optional<std::string> backup;
  if (from > 0) backup = back_up(path, from);
  for (int step = from; step < to; ++step) db.exec(std::string(steps[static_cast<std::size_t>(step)]));
  db.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
  db.exec(fmt::format("PRAGMA user_version = {}", to));
  return backup;
}

}  // namespace offledger::history
