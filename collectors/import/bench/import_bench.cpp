// SPDX-License-Identifier: Apache-2.0
//
// Loading a Kineto trace of 1.08 M events (280 MB), plain and gzip, and an Nsight Systems export of 1 M rows.
// The files are written to the temporary folder first; each load is checked against what was written.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zlib.h>

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "collectors/import/import.hpp"

namespace offledger::importers {
namespace {

constexpr int kGroups = 120'000;
constexpr int kEventsPerGroup = 9;

std::string temporary(const char* name) {
  return (std::filesystem::temp_directory_path() / fmt::format("offledger-bench-{}-{}", ::getpid(), name))
      .string();
}

/// The events of one operator call, in the proportions and the spelling of a PyTorch trace: four operators, a
/// launch with its two flow ends, its kernel, and a copy.
void append_group(std::string& out, int i) {
  const long long at = 4'538'557'842'074LL + i * 40LL;
  for (int depth = 0; depth < 4; ++depth) {
    out += fmt::format(
        "  {{\n    \"ph\": \"X\", \"cat\": \"cpu_op\", \"name\": \"aten::linear\", \"pid\": 422, \"tid\": "
        "422,\n"
        "    \"ts\": {}.{:03}, \"dur\": {}.043,\n    \"args\": {{\n      \"External id\": {},\"Record "
        "function id\": 0, "
        "\"Ev Idx\": {}\n    }}\n  }},\n",
        at + depth, i % 1000, 30 - depth, i, i);
  }
  out += fmt::format(
      "  {{\n    \"ph\": \"X\", \"cat\": \"cuda_runtime\", \"name\": \"cudaLaunchKernel\", \"pid\": 422, "
      "\"tid\": 422,\n"
      "    \"ts\": {0}.100, \"dur\": 5.250,\n    \"args\": {{\n      \"External id\": {1}, \"cbid\": 211, "
      "\"correlation\": {1}\n    }}\n  }},\n"
      "  {{\n    \"ph\": \"s\", \"id\": {1}, \"pid\": 422, \"tid\": 422, \"ts\": {0}.100,\n    \"cat\": "
      "\"ac2g\", "
      "\"name\": \"ac2g\"\n  }},\n"
      "  {{\n    \"ph\": \"f\", \"id\": {1}, \"pid\": 0, \"tid\": 7, \"ts\": {2}.500,\n    \"cat\": "
      "\"ac2g\", \"name\": "
      "\"ac2g\", \"bp\": \"e\"\n  }},\n",
      at + 5, i + 1, at + 20);
  out += fmt::format(
      "  {{\n    \"ph\": \"X\", \"cat\": \"kernel\", \"name\": \"void "
      "at::native::vectorized_elementwise_kernel<8, "
      "at::native::CUDAFunctor_add<c10::BFloat16>, std::array<char*, 3ul> >(int, "
      "at::native::CUDAFunctor_add<c10::BFloat16>, std::array<char*, 3ul>)\", \"pid\": 0, \"tid\": 7,\n    "
      "\"ts\": "
      "{0}.500, \"dur\": 9.016,\n    \"args\": {{\n      \"External id\": {1}, \"queued\": 0, \"device\": 0, "
      "\"context\": 1,\n      \"stream\": 7, \"correlation\": {1},\n      \"registers per thread\": 34,\n    "
      "  "
      "\"shared memory\": 0,\n      \"blocks per SM\": 496.484863,\n      \"warps per SM\": 1985.939453,\n   "
      "   "
      "\"grid\": [65536, 1, 1],\n      \"block\": [128, 1, 1],\n      \"est. achieved occupancy %\": 75\n    "
      "}}\n  "
      "}},\n"
      "  {{\n    \"ph\": \"X\", \"cat\": \"gpu_memcpy\", \"name\": \"Memcpy HtoD (Pinned -> Device)\", "
      "\"pid\": 0, "
      "\"tid\": 29,\n    \"ts\": {0}.826, \"dur\": 20.664,\n    \"args\": {{\n      \"External id\": {1}, "
      "\"device\": "
      "0, \"context\": 1,\n      \"stream\": 29, \"correlation\": {1}, \"bytes\": 1048576, \"memory "
      "bandwidth "
      "(GB/s)\": 55.44\n    }}\n  }}{2}\n",
      at + 20, i + 1, i + 1 == kGroups ? "" : ",");
}

/// Writes the trace piece by piece: peak_MB is to be the importer's, not this program's.
void write_traces(const std::string& plain, const std::string& zipped) {
  std::ofstream out(plain, std::ios::binary);
  const gzFile gz = gzopen(zipped.c_str(), "wb6");
  const auto put = [&](const std::string& text) {
    out << text;
    gzwrite(gz, text.data(), static_cast<unsigned>(text.size()));
  };
  put("{\n  \"schemaVersion\": 1,\n  \"baseTimeNanoseconds\": 1790857026000000000,\n  \"traceEvents\": [\n");
  for (int i = 0; i < kGroups; ++i) {
    std::string group;
    append_group(group, i);
    put(group);
  }
  put("  ],\n  \"traceName\": \"bench\"\n}\n");
  gzclose(gz);
}

class Files {
 public:
  Files()
      : plain_(temporary("trace.json")),
        zipped_(temporary("trace.json.gz")),
        database_(temporary("nsys.sqlite")) {
    write_traces(plain_, zipped_);
    write_database();
  }
  ~Files() {
    for (const std::string& path : {plain_, zipped_, database_}) std::remove(path.c_str());
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  static const Files& get() {
    static const Files files;
    return files;
  }
  [[nodiscard]] const std::string& plain() const { return plain_; }
  [[nodiscard]] const std::string& zipped() const { return zipped_; }
  [[nodiscard]] const std::string& database() const { return database_; }
  static constexpr std::int64_t kDatabaseRows = 1'000'000;

 private:
  void write_database() const {
    SQLite::Database db(database_, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    db.exec(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
        "CREATE TABLE StringIds (id INTEGER PRIMARY KEY, value TEXT NOT NULL);"
        "INSERT INTO StringIds VALUES (1, 'elementwise_kernel'), (2, 'cudaLaunchKernel_v7000');"
        "CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start INTEGER, end INTEGER, deviceId INTEGER, contextId "
        "INTEGER,"
        " streamId INTEGER, correlationId INTEGER, globalPid INTEGER, demangledName INTEGER, gridX INTEGER);"
        "CREATE TABLE CUPTI_ACTIVITY_KIND_RUNTIME (start INTEGER, end INTEGER, eventClass INTEGER, globalTid "
        "INTEGER,"
        " correlationId INTEGER, nameId INTEGER, returnValue INTEGER);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500000)"
        " INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL SELECT 60000000000 + i * 5000, 60000004000 + i * 5000, 0, "
        "1, 7, i,"
        " 281477392629760, 1, 65536 FROM n;"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500000)"
        " INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME SELECT 59999990000 + i * 5000, 59999993000 + i * 5000, 0,"
        " 281477392629904, i, 2, 0 FROM n;");
  }

  std::string plain_, zipped_, database_;
};

double peak_megabytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

void check(benchmark::State& state, const trace::Timeline& t) {
  const bool right =
      t.kernels.size() == kGroups && t.copies.size() == kGroups && t.calls.size() == kGroups &&
      t.kernels.back().begin.count() == (4'538'557'842'094LL + (kGroups - 1) * 40LL) * 1000 + 500;
  if (!right) state.SkipWithError("the Timeline is not what was written");
}

void load_plain(benchmark::State& state) {
  const std::string& path = Files::get().plain();
  for (auto _ : state) check(state, load_any(path));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(std::filesystem::file_size(path)));
  state.SetItemsProcessed(state.iterations() * kGroups * kEventsPerGroup);
  state.counters["peak_MB"] = peak_megabytes();
}
BENCHMARK(load_plain)->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime();

void load_gzip(benchmark::State& state) {
  const std::string& path = Files::get().zipped();
  for (auto _ : state) check(state, load_any(path));
  state.SetItemsProcessed(state.iterations() * kGroups * kEventsPerGroup);
  state.counters["peak_MB"] = peak_megabytes();
}
BENCHMARK(load_gzip)->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime();

void load_nsys_export(benchmark::State& state) {
  const std::string& path = Files::get().database();
  for (auto _ : state) {
    const trace::Timeline t = load_any(path);
    if (t.kernels.size() + t.calls.size() != Files::kDatabaseRows) state.SkipWithError("rows are missing");
  }
  state.SetItemsProcessed(state.iterations() * Files::kDatabaseRows);
}
BENCHMARK(load_nsys_export)->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime();

}  // namespace
}  // namespace offledger::importers

BENCHMARK_MAIN();
