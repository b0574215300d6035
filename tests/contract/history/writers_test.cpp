// SPDX-License-Identifier: Apache-2.0
//
// Several writers at once lose nothing, and a writer that is killed leaves nothing half there.
#include <SQLiteCpp/SQLiteCpp.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "tests/unit/history/run_fixture.hpp"

namespace offledger::history {
namespace {

using namespace history::testing;

constexpr int kWriters = 4;

void expect_sound(const std::string& path) {
  SQLite::Database db(path);
  EXPECT_EQ(db.execAndGet("PRAGMA integrity_check").getString(), "ok");
  EXPECT_EQ(db.execAndGet("SELECT count(*) FROM pragma_foreign_key_check").getInt(), 0);
  // Every run has all of its repetitions, and every repetition all of its values.
  EXPECT_EQ(db.execAndGet("SELECT count(*) FROM run WHERE (SELECT count(*) FROM run_schedule JOIN rep ON "
                          "rep.run_schedule = run_schedule.id WHERE run_schedule.run = run.id) <> 4")
                .getInt(),
            0);
  EXPECT_EQ(db.execAndGet(
                  "SELECT count(*) FROM rep WHERE (SELECT count(*) FROM value WHERE value.rep = rep.id) <> 3")
                .getInt(),
            0);
}

TEST(Writers, AsThreadsLoseNothing) {
  TemporaryFolder folder;
  const std::string path = folder.file("a.sqlite");
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&, writer] {
      Store store(path, Mode::kReadWrite);  // the file's creation races too
      for (int i = 0; i < 5; ++i) store.insert(make_run("writer" + std::to_string(writer), i % 2));
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(Store(path, Mode::kReadOnly).list(1000).size(), std::size_t{kWriters} * 5);
  expect_sound(path);
}

pid_t start_writer(const std::string& path, int number, int runs) {
  const pid_t child = fork();
  if (child != 0) return child;
  try {
    Store store(path, Mode::kReadWrite);
    for (int i = 0; i < runs; ++i) store.insert(make_run("writer" + std::to_string(number), i));
  } catch (const Error& error) {
    fprintf(stderr, "%s\n", error.what());
    _exit(1);
  }
  _exit(0);
}

TEST(Writers, AsProcessesLoseNothing) {
  TemporaryFolder folder;
  const std::string path = folder.file("a.sqlite");
  std::vector<pid_t> children;
  for (int writer = 0; writer < kWriters; ++writer) children.push_back(start_writer(path, writer, 5));
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  EXPECT_EQ(Store(path, Mode::kReadOnly).list(1000).size(), std::size_t{kWriters} * 5);
  expect_sound(path);
}

TEST(Writers, KilledMidwayLeaveNothingHalfThere) {
  TemporaryFolder folder;
  const std::string path = folder.file("a.sqlite");
  for (int round = 0; round < 10; ++round) {
    const pid_t child = start_writer(path, round, 1000);
    usleep(3000 * static_cast<useconds_t>(round));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    const std::size_t before = Store(path, Mode::kReadWrite).list(100'000).size();
    Store(path, Mode::kReadWrite).insert(make_run("survivor", round));
    EXPECT_EQ(Store(path, Mode::kReadOnly).list(100'000).size(), before + 1);
  }
  expect_sound(path);
}

}  // namespace
}  // namespace offledger::history
