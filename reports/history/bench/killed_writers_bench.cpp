// SPDX-License-Identifier: Apache-2.0
//
// Eight processes write to one history at once and are killed at random, 200 times over. Afterwards every run
// that a writer was told is stored must be there, whole, and the file must be sound. The counters are the
// count of each.
#include <SQLiteCpp/SQLiteCpp.h>
#include <benchmark/benchmark.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "reports/history/store.hpp"

namespace {

using namespace offledger::history;

constexpr int kRounds = 200;
constexpr int kWriters = 8;
constexpr int kReps = 20;

Run make_run(int round, int writer, int number) {
  Run run;
  run.label = std::to_string(round) + "/" + std::to_string(writer) + "/" + std::to_string(number);
  run.machine_class = {"sim", "sim:h200", 0, "", ""};
  auto& cell = run.cells.emplace_back();
  cell.key = {"schedule", "workload", "sim:h200", "1"};
  for (std::uint32_t i = 0; i < kReps; ++i) {
    auto& rep = cell.reps.emplace_back();
    rep.number = i;
    for (int m = 0; m < 5; ++m) rep.values["metric" + std::to_string(m)] = i + m;
  }
  return run;
}

/// Writes until killed; tells the parent each id once insert() has returned.
[[noreturn]] void write_until_killed(const std::string& path, int round, int writer, int report) {
  try {
    Store store(path, Mode::kReadWrite);
    for (int number = 0;; ++number) {
      const std::string id = store.insert(make_run(round, writer, number));
      if (write(report, id.data(), id.size()) != static_cast<ssize_t>(id.size())) _exit(1);
    }
  } catch (const offledger::Error& error) {
    fprintf(stderr, "%s\n", error.what());
    _exit(1);
  }
}

/// One round; appends the ids that were reported, returns how many writers failed by themselves.
int run_round(const std::string& path, int round, std::vector<std::string>& stored) {
  int report[2];
  if (pipe(report) != 0) return kWriters;
  std::vector<pid_t> children;
  for (int writer = 0; writer < kWriters; ++writer) {
    const pid_t child = fork();
    if (child == 0) write_until_killed(path, round, writer, report[1]);
    children.push_back(child);
  }
  close(report[1]);
  int failed = 0;
  for (const pid_t child : children) {
    usleep(static_cast<useconds_t>(std::rand() % 8000));
    kill(child, SIGKILL);
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    failed += WIFSIGNALED(status) ? 0 : 1;
  }
  char id[32];
  std::string bytes;
  for (ssize_t n = 0; (n = read(report[0], id, sizeof id)) > 0;)
    bytes.append(id, static_cast<std::size_t>(n));
  close(report[0]);
  for (std::size_t at = 0; at + 32 <= bytes.size(); at += 32) stored.push_back(bytes.substr(at, 32));
  return failed;
}

void killed_writers(benchmark::State& state) {
  const auto path =
      (std::filesystem::temp_directory_path() / ("offledger-killed-" + std::to_string(getpid()) + ".sqlite"))
          .string();
  for (auto _ : state) {
    std::srand(1);
    std::vector<std::string> stored;
    int failed = 0;
    for (int round = 0; round < kRounds; ++round) failed += run_round(path, round, stored);
    SQLite::Database db(path);
    SQLite::Statement present(db, "SELECT count(*) FROM run WHERE id = ?");
    int lost = 0;
    for (const auto& id : stored) {
      present.reset();
      present.bind(1, id);
      present.executeStep();
      lost += present.getColumn(0).getInt() == 1 ? 0 : 1;
    }
    const int half = db.execAndGet(
                           "SELECT count(*) FROM run WHERE (SELECT count(*) FROM run_schedule JOIN rep ON "
                           "rep.run_schedule = run_schedule.id JOIN value ON value.rep = rep.id WHERE "
                           "run_schedule.run = run.id) <> 100")
                         .getInt();
    const bool sound = db.execAndGet("PRAGMA integrity_check").getString() == "ok" &&
                       db.execAndGet("SELECT count(*) FROM pragma_foreign_key_check").getInt() == 0;
    state.counters["stored"] = static_cast<double>(stored.size());
    state.counters["lost"] = lost;
    state.counters["half_there"] = half;
    state.counters["writers_that_failed"] = failed;
    if (lost != 0 || half != 0 || failed != 0 || !sound)
      state.SkipWithError("the history lost something or is damaged");
  }
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
}
BENCHMARK(killed_writers)->Iterations(1)->Unit(benchmark::kSecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
