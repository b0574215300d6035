// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with a file, said in terms of the fix; and nothing half written.
#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "reports/history/connection.hpp"
#include "schedules/base/json.hpp"
#include "tests/unit/history/run_fixture.hpp"

namespace offledger::history {
namespace {

using namespace history::testing;

void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

TEST(Errors, AFileThatIsNotThere) {
  TemporaryFolder folder;
  expect_error([&] { Store(folder.file("none.sqlite"), Mode::kReadOnly); }, "there is no such file");
  EXPECT_FALSE(std::filesystem::exists(folder.file("none.sqlite")));
}

TEST(Errors, AFileThatIsNotSqlite) {
  TemporaryFolder folder;
  write_bytes(folder.file("text"), std::string(5000, 'x'));
  expect_error([&] { Store(folder.file("text"), Mode::kReadOnly); }, "expected a SQLite database");
  expect_error([&] { Store(folder.file("text"), Mode::kReadWrite); }, "expected a SQLite database");
}

TEST(Errors, AFolderInTheFilesPlace) {
  TemporaryFolder folder;
  expect_error([&] { Store(folder.file(""), Mode::kReadWrite); }, "cannot open it");
  write_bytes(folder.file("file"), "x");
  expect_error([&] { Store(folder.file("file/below/history.sqlite"), Mode::kReadWrite); },
               "cannot make the folder");
}

TEST(Errors, AnotherProgramsDatabaseIsLeftAlone) {
  TemporaryFolder folder;
  const std::string path = folder.file("other.sqlite");
  {
    SQLite::Database other(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    other.exec("CREATE TABLE run (id INTEGER)");
  }
  expect_error([&] { Store(path, Mode::kReadWrite); }, "another program's SQLite database");
  SQLite::Database other(path);
  EXPECT_EQ(other.execAndGet("SELECT count(*) FROM sqlite_schema").getInt(), 1);
}

TEST(Errors, AnEmptyFileBecomesAHistoryOnlyWhereItMayBeWritten) {
  TemporaryFolder folder;
  write_bytes(folder.file("empty"), "");
  expect_error([&] { Store(folder.file("empty"), Mode::kReadOnly); }, "schema version");
  EXPECT_TRUE(Store(folder.file("empty"), Mode::kReadWrite).list().empty());
}

TEST(Errors, AFileOpenedForReading) {
  TemporaryFolder folder;
  const std::string path = folder.file("a.sqlite");
  Store(path, Mode::kReadWrite).insert(make_run());
  Store store(path, Mode::kReadOnly);
  expect_error([&] { store.insert(make_run()); }, "read-only");
  EXPECT_EQ(store.list().size(), 1U);
}

/// What `work` says as a user without rights; empty where it says nothing. Skips nothing: where the test has
/// no rights to give up, it has none already.
std::string as_nobody(const std::function<void()>& work) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  const pid_t child = fork();
  if (child == 0) {
    std::string said;
    if (geteuid() == 0 && setuid(65'534) != 0) _exit(2);
    try {
      work();
    } catch (const Error& error) {
      said = error.what();
    }
    const auto written = write(ends[1], said.data(), said.size());
    _exit(written == static_cast<ssize_t>(said.size()) ? 0 : 3);
  }
  close(ends[1]);
  std::string said;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(ends[0], buffer, sizeof buffer)) > 0;)
    said.append(buffer, static_cast<std::size_t>(n));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? said : "the child failed";
}

TEST(Errors, AFileWithoutPermissionToWrite) {
  TemporaryFolder folder;
  const std::string path = folder.file("a.sqlite");
  const std::string id = Store(path, Mode::kReadWrite).insert(make_run());
  std::filesystem::permissions(path, std::filesystem::perms(0444));
  std::filesystem::permissions(folder.file(""), std::filesystem::perms(0555));
  const std::string writing = as_nobody([&] { Store(path, Mode::kReadWrite).insert(make_run()); });
  EXPECT_NE(writing.find("read-only"), std::string::npos) << writing;
  // Reading needs no right to write, although WAL would like files beside it.
  const std::string reading = as_nobody([&] { (void)Store(path, Mode::kReadOnly).load(id); });
  EXPECT_EQ(reading, "");
  std::filesystem::permissions(folder.file(""), std::filesystem::perms(0755));
}

TEST(Errors, AFullDiskLeavesNothingHalfWritten) {
  TemporaryFolder folder;
  const std::string path = folder.file("a.sqlite");
  StoreOptions options;
  options.max_pages = 80;
  Store store(path, Mode::kReadWrite, options);
  store.insert(make_run("fits"));
  history::Run large = make_run("does not fit");
  large.cells = {make_cell("history1", "tiny", 1, 5000)};
  expect_error([&] { store.insert(large); }, "is full");
  EXPECT_EQ(store.list().size(), 1U);
  store.insert(make_run("fits again"));
  SQLite::Database db(path);
  EXPECT_EQ(db.execAndGet("SELECT count(*) FROM rep").getInt(), 8);
  EXPECT_EQ(db.execAndGet("PRAGMA integrity_check").getString(), "ok");
  EXPECT_EQ(db.execAndGet("SELECT count(*) FROM pragma_foreign_key_check").getInt(), 0);
}

TEST(Errors, AFileThatStaysLocked) {
  TemporaryFolder folder;
  const std::string path = folder.file("a.sqlite");
  StoreOptions options;
  options.busy = std::chrono::milliseconds(5);
  options.attempts = 3;
  Store store(path, Mode::kReadWrite, options);
  SQLite::Database holder(path, SQLite::OPEN_READWRITE);
  holder.exec("BEGIN IMMEDIATE");
  expect_error([&] { store.insert(make_run()); }, "another process kept it locked");
  EXPECT_TRUE(store.list().empty());  // readers are not held up
  holder.exec("ROLLBACK");
  store.insert(make_run());
}

TEST(Errors, ADamagedFileNeverCrashes) {
  TemporaryFolder folder;
  const std::string path = folder.file("a.sqlite");
  {
    Store store(path, Mode::kReadWrite);
    for (int i = 0; i < 20; ++i) store.insert(make_run("run", 1000 + i));
  }
  const std::string bytes = json::read_file(path);
  const std::string damaged = folder.file("damaged.sqlite");
  int refused = 0;
  for (std::size_t page = 0; page * 4096 < bytes.size(); ++page) {
    std::string copy = bytes;
    for (std::size_t i = page * 4096 + 100; i < std::min(copy.size(), page * 4096 + 1000); ++i)
      copy[i] = '\x5a';
    write_bytes(damaged, copy);
    try {
      const Store store(damaged, Mode::kReadOnly);
      for (const auto& run : store.list()) (void)store.load(run.id);
      (void)store.series();
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 0);
}

TEST(Errors, ATruncatedFileNeverCrashes) {
  TemporaryFolder folder;
  const std::string path = folder.file("a.sqlite");
  Store(path, Mode::kReadWrite).insert(make_run());
  const auto size = std::filesystem::file_size(path);
  for (const std::uintmax_t keep : {std::uintmax_t{50}, std::uintmax_t{4096}, size / 2, size - 1}) {
    const std::string cut = folder.file("cut.sqlite");
    std::filesystem::copy_file(path, cut, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(cut, keep);
    try {
      const Store store(cut, Mode::kReadOnly);
      for (const auto& run : store.list()) (void)store.load(run.id);
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(cut), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace offledger::history
