// SPDX-License-Identifier: Apache-2.0
//
// Google Benchmark's JSON in and out.
#include "reports/history/google_benchmark.hpp"

#include <fmt/format.h>

#include "reports/history/google_benchmark_context.hpp"
#include "reports/history/identity.hpp"
#include "reports/history/tables.hpp"
#include "tests/unit/history/run_fixture.hpp"

namespace offledger::history {
namespace {

using namespace history::testing;

std::string document(const std::string& entries,
                     const std::string& context = R"("host_name": "box", "num_cpus": 8)") {
  return fmt::format(R"({{"context": {{{}}}, "benchmarks": [{}]}})", context, entries);
}
std::string entry(const std::string& name, int repetition, const std::string& rest) {
  return fmt::format(
      R"({{"name": "{}", "run_name": "{}", "run_type": "iteration", "repetition_index": {}, {}}})", name,
      name, repetition, rest);
}
std::string timed(const std::string& name, int repetition, double real, const std::string& unit = "us") {
  return entry(name, repetition,
               fmt::format(R"("real_time": {}, "cpu_time": {}, "time_unit": "{}")", real, real / 2, unit));
}
history::Run read(const std::string& text) {
  const NamedText file{"bench.json", text};
  return run_of_google_benchmark(std::span(&file, 1));
}
void expect_refused(const std::string& text, ErrorKind kind, const std::string& says) {
  try {
    (void)read(text);
    ADD_FAILURE() << "expected an error that says '" << says << "'";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    EXPECT_NE(std::string(error.what()).find(says), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("bench.json"), std::string::npos) << error.what();
  }
}

TEST(GoogleBenchmark, EntriesBecomeRepetitions) {
  const history::Run run = read(document(
      timed("BM_copy/1024/manual_time", 0, 2.5) + "," + timed("BM_copy/1024/manual_time", 1, 3.5) + "," +
          R"({"name": "BM_copy/1024/manual_time_mean", "run_name": "BM_copy/1024/manual_time", "run_type": "aggregate",
              "real_time": 3.0, "cpu_time": 1.5, "time_unit": "us"},)" +
          entry(
              "BM_more", 0,
              R"("iterations": 10, "threads": 1, "label": "x", "real_time": 1, "cpu_time": 1, "time_unit": "ms",
                   "h2d_bytes": 1024, "overlap": 5e-1, "tokens": NaN, "items_per_second": 7)"),
      R"("date": "2026-01-31T02:00:00+01:00", "host_name": "box", "num_cpus": 8, "mhz_per_cpu": 2300,
         "caches": [{"type": "Unified", "level": 2, "size": 2097152, "num_sharing": 1}], "load_avg": [0.5, 1, 2])"));
  ASSERT_EQ(run.cells.size(), 2U);
  const Cell& copy = run.cells[0];
  EXPECT_EQ(copy.key, (CellKey{"BM_copy/1024/manual_time", "google-benchmark", "host", "google-benchmark"}));
  EXPECT_FALSE(copy.deterministic);
  ASSERT_EQ(copy.reps.size(), 2U);
  EXPECT_EQ(copy.reps[1].number, 1U);
  EXPECT_EQ(copy.reps[1].values.at("wall_ns"), 3500.0);
  EXPECT_EQ(copy.reps[1].values.at("cpu_time_ns"), 1750.0);
  ASSERT_EQ(copy.findings.size(), 1U);
  EXPECT_EQ(copy.findings[0].id, "one_process");
  EXPECT_FALSE(copy.findings[0].disqualifies);
  const std::map<std::string, std::optional<double>> expected{
      {"wall_ns", 1e6}, {"cpu_time_ns", 1e6},     {"h2d_bytes", 1024.0},
      {"overlap", 0.5}, {"tokens", std::nullopt}, {"items_per_second", 7.0}};
  EXPECT_EQ(run.cells[1].reps.at(0).values, expected);
  EXPECT_EQ(run.machine_class, (MachineClass{"host", "host", 0, "", "8 CPUs, L2 Unified 2048 KiB"}));
  EXPECT_EQ(run.environment.instance, "box");
  EXPECT_EQ(run.started_at_unix, 1769821200);  // 2026-01-31 01:00 UTC
  ASSERT_EQ(run.env_samples.size(), 2U);
  EXPECT_EQ(run.env_samples[0], (EnvSample{"before", "cpu.mhz", 2300.0}));
}

TEST(GoogleBenchmark, EveryUnitOfTime) {
  for (const auto& [unit, ns] :
       std::map<std::string, double>{{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}})
    EXPECT_EQ(read(document(timed("BM", 0, 2, unit))).cells[0].reps[0].values.at("wall_ns"), 2 * ns);
}

TEST(GoogleBenchmark, ErrorsFailTheirRepetitionAndSkipsHaveNone) {
  const history::Run run = read(document(
      timed("BM", 0, 2) + "," + entry("BM", 1, R"("error_occurred": true, "error_message": "no GPU")") + "," +
      entry("skipped", 0, R"("skipped": true, "skip_message": "not here")")));
  ASSERT_EQ(run.cells.size(), 1U);
  EXPECT_EQ(run.cells[0].reps.at(1).exit_code, 1);
  EXPECT_TRUE(run.cells[0].reps.at(1).values.empty());
  ASSERT_GE(run.cells[0].findings.size(), 1U);
  EXPECT_EQ(run.cells[0].findings[0].id, "benchmark_error");
  EXPECT_EQ(run.cells[0].findings[0].detail, "no GPU");
  EXPECT_TRUE(run.cells[0].findings[0].disqualifies);
}

TEST(GoogleBenchmark, ADebugLibraryIsANote) {
  const auto finding =
      read(document(timed("BM", 0, 2), R"("library_build_type": "debug")")).cells.at(0).findings.at(0);
  EXPECT_EQ(finding.id, "debug_library");
  EXPECT_FALSE(finding.disqualifies);
  EXPECT_TRUE(
      read(document(timed("BM", 0, 2), R"("library_build_type": "release")")).cells.at(0).findings.empty());
}

TEST(GoogleBenchmark, FilesAreProcessesAndEachIsOneRepetition) {
  const std::vector<NamedText> files{
      {"0.json",
       document(timed("BM", 0, 1, "ns") + "," + timed("BM", 1, 3, "ns") + "," + timed("BM", 2, 8, "ns"))},
      {"1.json", document(timed("BM", 0, 4, "ns"))}};
  const history::Run run = run_of_google_benchmark(files);
  ASSERT_EQ(run.cells.at(0).reps.size(), 2U);
  EXPECT_EQ(run.cells[0].reps[0].values.at("wall_ns"), 3.0);
  EXPECT_EQ(run.cells[0].reps[1].values.at("wall_ns"), 4.0);
  EXPECT_TRUE(run.cells[0].findings.empty());
  const std::vector<NamedText> two_machines{
      {"0.json", document(timed("BM", 0, 1))},
      {"1.json", document(timed("BM", 0, 1), R"("host_name": "other")")}};
  expect_error([&] { (void)run_of_google_benchmark(two_machines); },
               "1.json: expected the machine of 0.json");
}

TEST(GoogleBenchmark, WhatIsNotThatFormatIsPlaced) {
  expect_refused("{", ErrorKind::kUsage, "JSON");
  expect_refused("[]", ErrorKind::kUsage, "object");
  expect_refused(R"({"traceEvents": []})", ErrorKind::kUsage, "offledger import");
  expect_refused(R"({"context": 1, "benchmarks": []})", ErrorKind::kUsage, "object");
  expect_refused(document(R"({"run_type": "iteration"})"), ErrorKind::kUsage, "'name'");
  expect_refused(document(R"({"name": "BM"})"), ErrorKind::kUsage, "run_type");
  expect_refused(document(R"({"name": "", "run_type": "iteration"})"), ErrorKind::kUsage, "name");
  expect_refused(document(entry("BM", 0, R"("real_time": 1, "time_unit": "ns")")), ErrorKind::kUsage,
                 "cpu_time");
  expect_refused(document(entry("BM", 0, R"("real_time": 1, "cpu_time": 1, "time_unit": "days")")),
                 ErrorKind::kUsage, "us");
  expect_refused(document(entry("BM", 0, R"("real_time": "fast", "cpu_time": 1, "time_unit": "ns")")),
                 ErrorKind::kUsage, "real_time");
  expect_refused(document(entry("BM", -1, R"("real_time": 1)")), ErrorKind::kUsage, "repetition_index");
  expect_refused(document(timed("BM", 0, 1) + "," + timed("BM", 0, 2)), ErrorKind::kUsage, "once");
}

TEST(GoogleBenchmark, NothingMeasuredIsNoRun) {
  expect_refused(document(""), ErrorKind::kNotMeasured, "none");
  expect_refused(document(R"({"name": "BM_mean", "run_type": "aggregate", "real_time": 1})"),
                 ErrorKind::kNotMeasured, "aggregates");
  expect_refused(document(entry("BM", 0, R"("skipped": true)")), ErrorKind::kNotMeasured, "skipped");
}

TEST(GoogleBenchmark, NanOutsideOfStringsIsNull) {
  EXPECT_EQ(without_nan(R"({"NaN \" -NaN": NaN, "b": [-NaN, Infinity, -Infinity, -1]})"),
            R"({"NaN \" -NaN": null, "b": [null, null, null, -1]})");
  EXPECT_EQ(without_nan("N-I"), "N-I");
  EXPECT_EQ(without_nan("\"\\"), "\"\\");
}

TEST(GoogleBenchmark, Dates) {
  EXPECT_EQ(unix_of_date("1970-01-02T00:00:01+00:00"), 86401);
  EXPECT_EQ(unix_of_date("1970-01-01T00:00:00-02:30"), 9000);
  EXPECT_EQ(unix_of_date("1970/01/01-00:00:09"), 0);
  EXPECT_EQ(unix_of_date("1970-01-01 00:00:09"), 9);
  for (const char* bad :
       {"", "yesterday", "2026-02-30T00:00:00+00:00", "2026-01-01T25:00:00+00:00", "2026-01"})
    EXPECT_EQ(unix_of_date(bad), 0) << bad;
}

TEST(GoogleBenchmark, ARunComesBackWithTheSameValues) {
  history::Run run = make_run();
  run.cells[0].reps[1].exit_code = 3;
  run.cells[0].reps[2].values["wall_ns"] = 0.1 + 0.2;  // no short decimal
  const history::Run back = read(google_benchmark_json(run));
  ASSERT_EQ(back.cells.size(), run.cells.size());
  for (std::size_t i = 0; i < run.cells.size(); ++i) {
    EXPECT_EQ(back.cells[i].key.schedule, name_of(run.cells[i].key));
    ASSERT_EQ(back.cells[i].reps.size(), run.cells[i].reps.size());
    for (std::size_t j = 0; j < run.cells[i].reps.size(); ++j) {
      const Rep& before = run.cells[i].reps[j];
      const Rep& after = back.cells[i].reps[j];
      EXPECT_EQ(after.number, before.number);
      EXPECT_EQ(after.exit_code != 0, before.exit_code != 0);
      if (before.exit_code != 0) continue;
      EXPECT_EQ(after.values.at("wall_ns"), before.values.at("wall_ns"));
      EXPECT_EQ(after.values.at("overlap"), before.values.at("overlap"));
      EXPECT_FALSE(after.values.contains("cpu_time_ns"));
      EXPECT_FALSE(after.values.contains("bound_ns"));  // null before
    }
  }
  EXPECT_EQ(back.started_at_unix, run.started_at_unix);
  EXPECT_EQ(back.machine_class.device_name, "sim:h200");
}

TEST(InsertOnce, TheSameContentIsStoredOnce) {
  TemporaryFolder folder;
  Store store(folder.file("a.sqlite"), Mode::kReadWrite);
  const auto first = store.insert_once(make_run());
  EXPECT_TRUE(first.added);
  history::Run later = make_run();
  later.started_at_unix += 100;
  const auto again = store.insert_once(later);
  EXPECT_FALSE(again.added);
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(store.list().size(), 1U);
  EXPECT_TRUE(store.insert_once(make_run("other")).added);
}

}  // namespace
}  // namespace offledger::history
