// SPDX-License-Identifier: Apache-2.0
//
// What people give an importer by mistake, and what it tells them.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "collectors/import/import.hpp"
#include "collectors/trace/recording_file.hpp"
#include "schedules/base/error.hpp"
#include "tests/unit/import/temporary_file.hpp"

namespace offledger::importers {
namespace {

struct Outcome {
  ErrorKind kind{};
  std::string message;
};

Outcome load_path(const std::string& path) {
  try {
    (void)load_any(path);
  } catch (const Error& error) {
    return {error.kind(), error.what()};
  }
  return {ErrorKind::kNotComparable, "loaded"};
}

Outcome load_text(std::string_view text) {
  const TemporaryFile file(text);
  Outcome outcome = load_path(file.path());
  if (const std::size_t at = outcome.message.find(file.path()); at == 0) {
    outcome.message.replace(0, file.path().size(), "FILE");
  }
  return outcome;
}

#define EXPECT_SAYS(outcome, expected_kind, part)                                 \
  do {                                                                            \
    const Outcome o = (outcome);                                                  \
    EXPECT_EQ(o.kind, ErrorKind::expected_kind) << o.message;                     \
    EXPECT_NE(o.message.find(part), std::string::npos) << "found: " << o.message; \
  } while (false)

constexpr std::string_view kKernel =
    R"({"ph":"X","cat":"kernel","name":"k","pid":0,"tid":7,"ts":1.5,"dur":2,"args":{"device":0,"stream":7}})";

std::string trace_of(std::string_view events) {
  return fmt::format("{{\"traceEvents\": [{}]}}", events);
}

TEST(BadInput, FilesThatCannotBeRead) {
  EXPECT_SAYS(load_path("/nonexistent/trace.json"), kUsage,
              "/nonexistent/trace.json: cannot open: No such file or directory");
  EXPECT_SAYS(load_path(testing::TempDir()), kUsage, "expected a trace file, found a directory");
  const TemporaryFile file(trace_of(kKernel));
  ::chmod(file.path().c_str(), 0);
  if (::geteuid() != 0) EXPECT_SAYS(load_path(file.path()), kUsage, "Permission denied");
}

TEST(BadInput, FilesThatAreSomethingElse) {
  EXPECT_SAYS(load_text(""), kUsage, "found an empty file");
  EXPECT_SAYS(load_text("PK\x03\x04rest"), kUsage, "a zip archive");
  EXPECT_SAYS(load_text("\x7F"
                        "ELF\x02"),
              kUsage, "a program or library");
  EXPECT_SAYS(load_text("<!DOCTYPE html>"), kUsage, "HTML or XML");
  EXPECT_SAYS(load_text("start,end\n1,2\n"), kUsage, "text that is no JSON");
  EXPECT_SAYS(load_text("\x0A\x80\x01"), kUsage, "begins with the bytes 0a 80 01");
  EXPECT_SAYS(load_text(gzipped("")), kUsage, "empty gzip data");
  EXPECT_SAYS(load_text(gzipped(trace::encode(trace::Timeline()))), kUsage, "a gzipped recording");
  EXPECT_SAYS(load_text("start,end"), kUsage,
              "expected an offledger recording, PyTorch or Chrome trace JSON");
}

TEST(BadInput, JsonThatIsNoTrace) {
  EXPECT_SAYS(load_text(R"({"schema": "offledger.verdict/1", "verdict": "pass"})"), kUsage,
              "found a JSON object with keys \"schema\", \"verdict\"");
  EXPECT_SAYS(load_text("{}"), kUsage, "with no keys");
  EXPECT_SAYS(load_text("[1, 2, \"three\", [4]]"), kUsage, "found 4 elements, none of which is one");
  EXPECT_SAYS(load_text(R"([{"name": "x", "value": 3}])"), kUsage, "found 1 elements, none of which is one");
  EXPECT_SAYS(load_text(R"({"traceEvents": {"a": 1}})"), kUsage, "with keys \"traceEvents\"");
  EXPECT_SAYS(load_text("{\"a\" 1}"), kUsage, "expected ':' at byte 5, found '1'");
  EXPECT_SAYS(load_text("{\"a\": 1"), kUsage, "found the end of the file");
  EXPECT_SAYS(load_text("{a: 1}"), kUsage, "expected a key at byte 1, found 'a'");
}

TEST(BadInput, TracesWithoutGpuWork) {
  const Outcome cpu = load_text(trace_of(R"({"ph":"X","cat":"cpu_op","name":"aten::mm","ts":1,"dur":1},
    {"ph":"X","cat":"cpu_op","name":"aten::mm","ts":1,"dur":1},{"ph":"X","cat":"python_function","name":"f","ts":1,"dur":1})"));
  EXPECT_SAYS(cpu, kNotMeasured, "found none in 3 events (2 cpu_op, 1 python_function)");
  EXPECT_SAYS(cpu, kNotMeasured, "ProfilerActivity.CUDA");
  EXPECT_SAYS(load_text(trace_of("")), kNotMeasured, "the trace holds no events");
  EXPECT_SAYS(load_text(trace_of(R"({"ph":"X","cat":"kernel","name":"k","ts":1,"dur":-1})")), kNotMeasured,
              "some of them without usable times");
}

TEST(BadInput, TracesThatAreCut) {
  EXPECT_SAYS(load_text(trace_of(kKernel).substr(0, 60)), kUsage,
              "found the end of the file at byte 60: it was cut short");
  const std::string zipped = gzipped(trace_of(kKernel));
  for (std::size_t size = 3; size + 1 < zipped.size(); ++size) {
    EXPECT_SAYS(load_text(zipped.substr(0, size)), kUsage, "FILE: its gzip data ends early");
  }
  std::string damaged = zipped;
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x55);
  EXPECT_SAYS(load_text(damaged), kUsage, "FILE: ");
}

TEST(BadInput, BrokenJsonInside) {
  const auto with_name = [](std::string_view name) {
    return trace_of(
        fmt::format(R"({{"ph":"X","cat":"kernel","name":"{}","pid":0,"tid":7,"ts":1,"dur":1}})", name));
  };
  EXPECT_SAYS(load_text(with_name("\xC3(")), kUsage, "not valid JSON near byte");
  EXPECT_SAYS(load_text(with_name("\xFF\xFF")), kUsage, "UTF-8");
  EXPECT_SAYS(load_text(with_name("line\nbreak")), kUsage, "not valid JSON");
  EXPECT_SAYS(load_text(trace_of(R"({"ph":"X" "cat":"kernel"})")), kUsage, "not valid JSON");
  EXPECT_SAYS(load_text(trace_of(fmt::format("{0},{{\"ph\": ]}},{0}", kKernel))), kUsage, "");
  // An escape that stands for nothing costs the name, not the event.
  const TemporaryFile file(with_name("\\ud800x"));
  const trace::Timeline t = load_any(file.path());
  ASSERT_EQ(t.kernels.size(), 1U);
  EXPECT_EQ(t.text(t.kernels[0].name), "");
}

TEST(BadInput, DeepNestingIsSteppedOver) {
  const std::string open(100'000, '['), close(100'000, ']');
  const TemporaryFile file(fmt::format(
      R"({{"before": {0}{1}, "traceEvents": [{{"args": {{"deep": {0}{1}, "device": 0, "stream": 7}}, "ph": "X",)"
      R"( "cat": "kernel", "name": "k", "ts": 1, "dur": 1}}, {2}], "after": {0}{1}}})",
      open, close, kKernel));
  EXPECT_EQ(load_any(file.path()).kernels.size(), 2U);
}

TEST(BadInput, EventsWithoutSenseAreCountedNotLost) {
  const TemporaryFile file(
      trace_of(fmt::format(R"({}, 7, null, [], {{}}, {{"ph": 5}}, {{"ph":"X","cat":"kernel"}},
      {{"ph":"X","cat":"kernel","name":7,"pid":{{}},"tid":[],"ts":2,"dur":3,"args":"none"}})",
                           kKernel)));
  const trace::Timeline t = load_any(file.path());
  EXPECT_EQ(t.kernels.size(), 2U);
  EXPECT_EQ(t.defects.bad_timestamps, 1U);
  EXPECT_EQ(t.defects.orphan_references, 1U);
  EXPECT_EQ(t.defects.unknown_records, 4U);
}

TEST(Input, ByteOrderMarkAndGzipMembersAreTaken) {
  const std::string text = "\xEF\xBB\xBF" + trace_of(kKernel);
  const TemporaryFile two(gzipped(text.substr(0, 40)) + gzipped(text.substr(40)) + std::string(512, '\0'));
  EXPECT_EQ(detect(two.path()), Format::kKineto);
  EXPECT_EQ(load_any(two.path()).kernels.size(), 1U);
}

TEST(Input, ProgressEndsAtTheWhole) {
  const TemporaryFile file(trace_of(kKernel));
  std::size_t last = 0, whole = 0;
  (void)load_any(file.path(), [&](std::size_t done, std::size_t total) {
    EXPECT_GE(done, last);
    last = done;
    whole = total;
  });
  EXPECT_EQ(last, std::filesystem::file_size(file.path()));
  EXPECT_EQ(whole, last);
}

TEST(Input, RecordingsLoadAsTheyWere) {
  trace::Timeline t;
  t.source.tool = "test";
  const TemporaryFile file(trace::encode(t));
  EXPECT_EQ(detect(file.path()), Format::kRecording);
  EXPECT_TRUE(load_any(file.path()) == t);
}

class Database : public testing::Test {
 protected:
  Outcome load_sql(const std::string& sql) {
    const TemporaryFile file("");
    SQLite::Database(file.path(), SQLite::OPEN_READWRITE).exec(sql);
    return load_path(file.path());
  }
};

TEST_F(Database, ThatIsNoExport) {
  EXPECT_SAYS(load_sql("CREATE TABLE run (id TEXT); CREATE TABLE value (x REAL)"), kUsage,
              "expected an Nsight Systems export, found a SQLite database with tables run, value");
  EXPECT_SAYS(load_sql("PRAGMA user_version = 3"), kUsage, "with no tables");
}

TEST_F(Database, WithoutGpuWork) {
  EXPECT_SAYS(
      load_sql(
          "CREATE TABLE StringIds (id INTEGER, value TEXT); CREATE TABLE NVTX_EVENTS (start, end, eventType);"
          "INSERT INTO NVTX_EVENTS VALUES (1, 2, 59); CREATE TABLE OSRT_API (start);"),
      kNotMeasured, "the export holds 0 CUDA calls, 1 NVTX ranges and OS calls");
}

TEST_F(Database, WithColumnsOfOtherKinds) {
  EXPECT_SAYS(load_sql("CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start TEXT, end BLOB, deviceId TEXT);"
                       "INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL VALUES ('soon', x'00ff', 'gpu'), (1, 'x', -5),"
                       " (9e300, -9e300, 1e30)"),
              kNotMeasured, "found none");
}

TEST_F(Database, ThatIsCutOrDamaged) {
  const TemporaryFile file("");
  {
    SQLite::Database db(file.path(), SQLite::OPEN_READWRITE);
    db.exec(
        "CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start, end, deviceId, name);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
        " INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL SELECT i, i + 1, 0, hex(randomblob(20)) FROM n");
  }
  const auto size = std::filesystem::file_size(file.path());
  std::filesystem::resize_file(file.path(), size / 2);
  EXPECT_SAYS(load_path(file.path()), kUsage, "cannot be read as SQLite: database disk image is malformed");
  file.write("SQLite format 3" + std::string(200, '\0'));
  EXPECT_SAYS(load_path(file.path()), kUsage, "cannot be read as SQLite");
}

}  // namespace
}  // namespace offledger::importers
