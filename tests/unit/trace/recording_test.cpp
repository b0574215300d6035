// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "collectors/trace/chunk.hpp"
#include "collectors/trace/column_codec.hpp"
#include "collectors/trace/recording_file.hpp"
#include "collectors/trace/recording_writer.hpp"

namespace offledger::trace {
namespace {

using namespace std::chrono_literals;

Timeline one_kernel() {
  Timeline t;
  t.source.tool = "test";
  const StreamRow stream = t.stream(t.process(1), DeviceId{0}, 0, 7);
  t.kernels.push_back({100ns, 250ns, stream, t.intern("gemm"), Correlation{9}});
  return t;
}

std::string message_of(const std::string& bytes) {
  try {
    (void)decode(bytes, "run.rec");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return error.what();
  }
  return "decoded";
}

/// A recording of the given chunks and the end that fits them not: for damage that checksums cannot see.
std::string recording_of(const std::vector<std::pair<ChunkKind, std::string>>& chunks) {
  std::string bytes = ChunkEncoder::header();
  for (const auto& [kind, payload] : chunks) bytes += frame(kind, payload);
  return bytes;
}

std::string payload(const std::function<void(ByteWriter&)>& write) {
  ByteWriter out;
  write(out);
  return out.bytes();
}

TEST(Varint, EveryLengthReadsBack) {
  for (int bits = 0; bits <= 64; ++bits) {
    const std::uint64_t v = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
    const std::string bytes = payload([&](ByteWriter& out) { out.varint(v); });
    EXPECT_EQ(bytes.size(), std::max(1, (bits + 6) / 7));
    ByteReader in(bytes);
    EXPECT_EQ(in.varint(), v);
    EXPECT_EQ(unzigzag(zigzag(v)), v);
  }
}

TEST(Varint, OverlongAndCutIntegersAreDamage) {
  for (const std::string& bytes : {std::string(10, '\xFF'), std::string("\x80"), std::string()}) {
    ByteReader in(bytes);
    EXPECT_THROW(in.varint(), Damage);
  }
}

// The format is a contract: these bytes are what docs/recording-format.md says of them.
TEST(Recording, HeaderAndFirstChunkHaveTheDocumentedLayout) {
  const std::string bytes = encode(one_kernel());
  EXPECT_EQ(bytes.substr(0, 12), std::string("OFFLEDG\n\x01\0\0\0", 12));
  EXPECT_EQ(bytes.substr(12, 4), std::string("\x01\0\0\0", 4));  // kind 1: source
  ByteReader in(std::string_view(bytes).substr(12));
  std::vector<ChunkKind> kinds;
  while (const auto chunk = unframe(in)) kinds.push_back(chunk->kind);
  EXPECT_EQ(kinds,
            (std::vector{ChunkKind::kSource, ChunkKind::kDefects, ChunkKind::kStrings, ChunkKind::kProcesses,
                         ChunkKind::kStreams, ChunkKind::kKernels, ChunkKind::kEnd}));
}

TEST(Recording, KernelColumnsHaveTheDocumentedLayout) {
  const Timeline t = one_kernel();
  ByteWriter out;
  encode_rows<Kernel>(out, t.kernels);
  // rows, zigzag(100), zigzag(150), stream, name, zigzag(9), kind, graph, zigzag(node)
  EXPECT_EQ(out.bytes(), std::string("\x01\xC8\x01\xAC\x02\0\x01\x12\0\0\0", 11));
}

/// One sampled counter, beside the kernel.
Timeline one_value() {
  Timeline t = one_kernel();
  t.counters.push_back({DeviceId{0}, t.intern("pcie_read"), t.intern("m"), CounterUnit::kBytes, 4096});
  t.samples.push_back({100ns, 20'100ns, DeviceId{0}});
  t.counter_values.push_back({CounterRow{0}, SampleRow{0}, 250});
  return t;
}

TEST(Recording, OnlyWhatNeedsVersionTwoIsWrittenInIt) {
  EXPECT_EQ(encode(one_kernel())[8], 1);
  EXPECT_EQ(encode(one_value())[8], 2);
  Timeline noted = one_kernel();
  noted.note("counters_unavailable", "held by DCGM");
  const std::string bytes = encode(noted);
  EXPECT_EQ(bytes[8], 2);
  const Timeline back = decode(bytes, "x");
  EXPECT_EQ(back.text(back.notes.at(0).text), "held by DCGM");
}

TEST(Recording, VersionOneHasNoCounters) {
  std::string bytes = encode(one_value());
  bytes[8] = 1;
  EXPECT_NE(message_of(bytes).find("chunk kind 16 is unknown"), std::string::npos) << message_of(bytes);
}

TEST(Recording, ValuesOfNoCounterAndNoSampleAreRefused) {
  Timeline t = one_value();
  t.counter_values[0].sample = SampleRow{1};
  EXPECT_NE(message_of(encode(t)).find("counter value 0: sample 1 is not in its table of 1"),
            std::string::npos);
  t.counter_values[0] = {CounterRow{7}, SampleRow{0}, 1};
  EXPECT_NE(message_of(encode(t)).find("counter value 0: counter 7 is not in its table of 1"),
            std::string::npos);
}

TEST(Recording, ForeignAndNewerFilesAreNamedAsSuch) {
  EXPECT_NE(message_of("").find("expected a recording"), std::string::npos);
  EXPECT_NE(message_of("OFFLEDG\n").find("expected a recording"), std::string::npos);
  EXPECT_NE(message_of("{\"traceEvents\": []}").find("expected a recording"), std::string::npos);
  std::string newer = encode(one_kernel());
  newer[8] = 3;
  EXPECT_EQ(message_of(newer),
            "run.rec: expected recording version 1 to 2, found 3: read it with the offledger that wrote it");
  newer[8] = 0;
  EXPECT_NE(message_of(newer).find("found 0"), std::string::npos);
}

TEST(Recording, ChangedByteNamesItsChunk) {
  std::string bytes = encode(one_kernel());
  bytes[40] = static_cast<char>(bytes[40] ^ 1);
  EXPECT_EQ(message_of(bytes),
            "run.rec: damaged recording: its checksum differs (chunk at byte 12); record it again");
}

TEST(Recording, RowOutsideItsTableIsNamed) {
  Timeline t = one_kernel();
  t.kernels[0].stream = StreamRow{3};
  EXPECT_NE(message_of(encode(t)).find("kernel 0: stream 3 is not in its table of 1"), std::string::npos);
  t.kernels[0].stream = StreamRow::kNone;
  EXPECT_EQ(message_of(encode(t)), "decoded");
  t.kernels[0].name = StringId{2};
  EXPECT_NE(message_of(encode(t)).find("kernel 0: name 2 is not in its table of 2"), std::string::npos);
  t.kernels[0].name = StringId{};
  t.streams[0].process = ProcessRow{0xFFFFFFFF};
  EXPECT_NE(message_of(encode(t)).find("stream 0: process 4294967295"), std::string::npos);
}

TEST(Recording, DamageThatChecksumsCannotSeeIsRefused) {
  const auto bad = [](ChunkKind kind, const std::string& bytes) {
    return message_of(recording_of({{kind, bytes}}));
  };
  const auto has = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  // A thousand million rows in two bytes must not be allocated.
  EXPECT_TRUE(
      has(bad(ChunkKind::kKernels, payload([](ByteWriter& o) { o.varint(1'000'000'000); })), "more rows"));
  EXPECT_TRUE(
      has(bad(ChunkKind::kStrings, payload([](ByteWriter& o) { o.varint(1ULL << 60); })), "more texts"));
  EXPECT_TRUE(has(bad(ChunkKind::kStrings, std::string("\x01\x7F", 2)), "ends inside a text"));
  EXPECT_TRUE(has(bad(ChunkKind::kStrings, std::string("\x02\x01"
                                                       "a\x01"
                                                       "a",
                                                       5)),
                  "repeats another"));
  EXPECT_TRUE(has(bad(ChunkKind::kStrings, std::string("\x01\0", 2)), "repeats another"));
  EXPECT_TRUE(has(bad(ChunkKind::kSource, std::string(1, '\0')), "0 rows, not one"));
  EXPECT_TRUE(has(bad(ChunkKind{77}, "x"), "chunk kind 77 is unknown"));
  EXPECT_TRUE(has(bad(ChunkKind::kDevices, std::string("\0x", 2)), "left over"));
  // An enumerator that does not exist: a kernel of class 2.
  EXPECT_TRUE(has(bad(ChunkKind::kKernels, std::string("\x01\0\0\0\0\0\x02\0\0", 9)), "no such value"));
}

TEST(Recording, MissingChunkShowsInTheTotals) {
  const Timeline t = one_kernel();
  ChunkEncoder encoder;
  const std::string chunks = encoder.append(t);
  Timeline without = t;
  without.kernels.clear();
  ChunkEncoder other;
  const std::string bytes = ChunkEncoder::header() + other.append(without) + encoder.end();
  EXPECT_NE(message_of(bytes).find("1 kernel records were written, 0 are here"), std::string::npos);
  EXPECT_NE(message_of(encode(t) + "x").find("follow its end chunk"), std::string::npos);
}

class WriterTest : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }
  std::string path_ = testing::TempDir() + "offledger-writer-" +
                      testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(WriterTest, WhatWasAppendedIsInTheFileBeforeClose) {
  Timeline t = one_kernel();
  RecordingWriter writer(path_);
  writer.append(t);
  EXPECT_EQ(load(path_).kernels.size(), 1U);
  EXPECT_FALSE(load(path_).source.complete);
  t.clear_records();
  t.memsets.push_back({1ns, 2ns, t.stream(t.process(1), DeviceId{0}, 0, 8)});
  t.counters.push_back({DeviceId{0}, t.intern("sm_active")});
  t.samples.push_back({1ns, 2ns, DeviceId{0}});
  t.counter_values.push_back({CounterRow{0}, SampleRow{0}, 1});
  writer.append(t);
  t.clear_records();
  t.samples.push_back({2ns, 3ns, DeviceId{0}});
  t.counter_values.push_back({CounterRow{0}, SampleRow{1}, 1});
  t.defects.dropped_records = 5;
  writer.append(t);
  writer.close();
  const Timeline back = load(path_);
  EXPECT_TRUE(back.source.complete);
  EXPECT_EQ(back.kernels.size(), 1U);
  EXPECT_EQ(back.memsets.size(), 1U);
  EXPECT_EQ(back.counters.size(), 1U);
  EXPECT_EQ(back.samples.size(), 2U);
  EXPECT_EQ(back.counter_values.size(), 2U);
  EXPECT_EQ(back.at(back.memsets[0].stream).native_id, 8U);
  EXPECT_EQ(back.defects.dropped_records, 5U);
}

TEST_F(WriterTest, SaveAndLoadAreInverse) {
  const Timeline t = one_kernel();
  save(t, path_);
  EXPECT_TRUE(load(path_) == t);
}

TEST_F(WriterTest, FolderThatIsNotThereIsNamed) {
  try {
    RecordingWriter writer("/nonexistent/x.rec");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "/nonexistent/x.rec: cannot write: No such file or directory");
  }
}

}  // namespace
}  // namespace offledger::trace
