// SPDX-License-Identifier: Apache-2.0
//
// The migration machinery on schemas of its own: an older file, a newer one, a step that fails.
#include "reports/history/migrations.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include "reports/history/connection.hpp"
#include "tests/unit/history/run_fixture.hpp"

namespace offledger::history {
namespace {

using namespace history::testing;

const Migrations kOld = {"CREATE TABLE note (text TEXT NOT NULL) STRICT; INSERT INTO note VALUES ('kept');"};
const Migrations kNew = {kOld[0], "ALTER TABLE note ADD COLUMN author TEXT NOT NULL DEFAULT 'nobody';"};
const Migrations kBroken = {kOld[0], kNew[1], "CREATE TABLE other (a) STRICT; SELECT * FROM nothing;"};

std::optional<std::string> migrate_in_transaction(SQLite::Database& db, const std::string& path,
                                                  const Migrations& steps) {
  db.exec("BEGIN IMMEDIATE");
  auto backup = migrate(db, path, steps);
  db.exec("COMMIT");
  return backup;
}

SQLite::Database create(const std::string& path, const Migrations& steps) {
  SQLite::Database db(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  EXPECT_FALSE(migrate_in_transaction(db, path, steps));  // nothing to back up
  return db;
}

TEST(Migrations, BringAnOlderFileUpToDateAfterABackup) {
  TemporaryFolder folder;
  const std::string path = folder.file("a.sqlite");
  auto db = create(path, kOld);
  EXPECT_EQ(file_version(db), 1);
  const auto backup = migrate_in_transaction(db, path, kNew);
  EXPECT_EQ(file_version(db), 2);
  EXPECT_EQ(db.execAndGet("SELECT text || ' by ' || author FROM note").getString(), "kept by nobody");
  ASSERT_TRUE(backup);
  SQLite::Database before(*backup);
  EXPECT_EQ(file_version(before), 1);
  EXPECT_EQ(before.execAndGet("SELECT text FROM note").getString(), "kept");
  EXPECT_EQ(before.execAndGet("PRAGMA application_id").getInt(), kApplicationId);
  EXPECT_FALSE(migrate_in_transaction(db, path, kNew));  // nothing to do
}

TEST(Migrations, NeverOverwriteABackup) {
  TemporaryFolder folder;
  const std::string path = folder.file("a.sqlite");
  for (const auto* name : {"a.sqlite.schema1.bak", "a.sqlite.schema1-2.bak"}) {
    std::filesystem::remove(path);
    auto db = create(path, kOld);
    EXPECT_EQ(migrate_in_transaction(db, path, kNew), folder.file(name));
  }
}

TEST(Migrations, LeaveTheFileAsItWasWhereAStepFails) {
  TemporaryFolder folder;
  const std::string path = folder.file("a.sqlite");
  auto db = create(path, kOld);
  db.exec("BEGIN IMMEDIATE");
  EXPECT_THROW(migrate(db, path, kBroken), SQLite::Exception);
  db.exec("ROLLBACK");
  EXPECT_EQ(file_version(db), 1);
  EXPECT_EQ(db.execAndGet("SELECT count(*) FROM sqlite_schema WHERE name = 'other'").getInt(), 0);
}

TEST(Migrations, RefuseANewerFile) {
  TemporaryFolder folder;
  const std::string path = folder.file("a.sqlite");
  Store(path, Mode::kReadWrite).insert(make_run());
  {
    SQLite::Database db(path, SQLite::OPEN_READWRITE);
    db.exec("PRAGMA user_version = 999");
  }
  expect_error([&] { Store(path, Mode::kReadWrite); }, "a newer offledger wrote it");
  expect_error([&] { Store(path, Mode::kReadOnly); }, "found 999");
  SQLite::Database db(path);
  EXPECT_EQ(db.execAndGet("SELECT count(*) FROM run").getInt(), 1);
}

TEST(Schema, HasTheTablesOfTheSpecificationAllStrict) {
  TemporaryFolder folder;
  const std::string path = folder.file("a.sqlite");
  Store(path, Mode::kReadWrite);
  SQLite::Database db(path);
  EXPECT_EQ(
      db.execAndGet(
            "SELECT group_concat(name) FROM (SELECT name FROM pragma_table_list WHERE schema = 'main' AND "
            "type = 'table' AND name NOT LIKE 'sqlite_%' AND strict = 1 ORDER BY name)")
          .getString(),
      "artifact,baseline,cause,cell,changepoint,env_sample,environment,finding,machine,machine_class,rep,run,"
      "run_schedule,value,verdict,waiver");
  EXPECT_EQ(
      db.execAndGet(
            "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 "
            "AND name NOT LIKE 'sqlite_%'")
          .getInt(),
      0);
  EXPECT_EQ(db.execAndGet("PRAGMA journal_mode").getString(), "wal");
  EXPECT_EQ(db.execAndGet("PRAGMA application_id").getInt(), kApplicationId);
}

}  // namespace
}  // namespace offledger::history
