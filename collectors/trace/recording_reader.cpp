// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "collectors/trace/chunk.hpp"
#include "collectors/trace/column_codec.hpp"
#include "collectors/trace/recording_file.hpp"

namespace offledger::trace {
namespace {

template <typename Record>
Record one_row(ByteReader& in) {
  std::vector<Record> rows;
  decode_rows(in, rows);
  if (rows.size() != 1) throw Damage(fmt::format("it holds {} rows, not one", rows.size()));
  return rows.front();
}

void read_strings(ByteReader& in, Timeline& timeline) {
  const std::uint64_t count = in.varint();
  if (count > in.left()) throw Damage("it says more texts than it can hold");
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::size_t id = timeline.strings().size();
    if (index(timeline.intern(in.text())) != id) throw Damage(fmt::format("string {} repeats another", id));
  }
}

/// Compares the totals that the writer left with what was read.
void read_end(ByteReader& in, const Timeline& timeline, std::uint32_t version) {
  const auto expect = [&](const char* name, std::size_t rows) {
    const std::uint64_t written = in.varint();
    if (written != rows) {
      throw Damage(fmt::format("{} {} records were written, {} are here", written, name, rows));
    }
  };
  expect("string", timeline.strings().size());
  for_each_table(timeline, [&](ChunkKind kind, const char* name, const auto& rows) {
    if (version_of(kind) <= version) expect(name, rows.size());
  });
}

void read_chunk(const Chunk& chunk, Timeline& timeline, std::uint32_t version) {
  ByteReader in(chunk.payload);
  bool known = true;
  switch (chunk.kind) {
    case ChunkKind::kSource: timeline.source = one_row<Provenance>(in); break;
    case ChunkKind::kDefects: timeline.defects = one_row<Defects>(in); break;
    case ChunkKind::kStrings: read_strings(in, timeline); break;
    case ChunkKind::kEnd: read_end(in, timeline, version); break;
    default:
      known = false;
      for_each_table(timeline, [&](ChunkKind kind, const char*, auto& rows) {
        if (kind != chunk.kind || version_of(kind) > version) return;
        decode_rows(in, rows);
        known = true;
      });
  }
  if (!known) throw Damage(fmt::format("chunk kind {} is unknown", static_cast<std::uint32_t>(chunk.kind)));
  if (in.left() != 0) throw Damage(fmt::format("{} bytes are left over", in.left()));
}

/// Refuses rows that point outside their tables. kNone points nowhere, and may.
class ReferenceCheck {
 public:
  explicit ReferenceCheck(const Timeline& timeline) : timeline_(timeline) {}

  void all() const {
    for_each_table(timeline_, [&](ChunkKind, const char* name, const auto& rows) { table(name, rows); });
  }

 private:
  template <typename Record>
  void table(const char* name, const std::vector<Record>& rows) const {
    const auto column = [&]<typename Field>(const Column<Record, Field>& c) {
      if constexpr (!std::is_same_v<decltype(limit(Field{})), std::nullptr_t>) {
        for (std::size_t row = 0; row < rows.size(); ++row) one(name, row, c.name, rows[row].*c.member);
      }
    };
    std::apply([&](const auto&... columns) { (column(columns), ...); }, ColumnsOf<Record>::list);
  }

  template <typename Field>
  void one(const char* name, std::size_t row, std::string_view column, Field value) const {
    if constexpr (requires { Field::kNone; }) {
      if (value == Field::kNone) return;
    }
    if (index(value) < limit(value)) return;
    throw Damage(
        fmt::format("{} {}: {} {} is not in its table of {}", name, row, column, index(value), limit(value)));
  }

  [[nodiscard]] std::size_t limit(StringId) const { return timeline_.strings().size(); }
  [[nodiscard]] std::size_t limit(ProcessRow) const { return timeline_.processes.size(); }
  [[nodiscard]] std::size_t limit(ThreadRow) const { return timeline_.threads.size(); }
  [[nodiscard]] std::size_t limit(StreamRow) const { return timeline_.streams.size(); }
  [[nodiscard]] std::size_t limit(CounterRow) const { return timeline_.counters.size(); }
  [[nodiscard]] std::size_t limit(SampleRow) const { return timeline_.samples.size(); }
  template <typename Other>
  [[nodiscard]] std::nullptr_t limit(Other) const {
    return nullptr;
  }

  const Timeline& timeline_;
};

/// The file's version.
std::uint32_t read_header(ByteReader& in, const std::string& name) {
  const std::size_t size = kRecordingMagic.size() + 4;
  if (!is_recording(in.take(std::min(in.left(), kRecordingMagic.size()))) || in.left() < 4) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: expected a recording, found none: its first {} bytes are not a "
                            "recording's header",
                            name, size));
  }
  const std::uint32_t version = in.word();
  if (version >= kOldestRecordingVersion && version <= kRecordingVersion) return version;
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: expected recording version {} to {}, found {}: read it with the "
                          "offledger that wrote it",
                          name, kOldestRecordingVersion, kRecordingVersion, version));
}

}  // namespace

Timeline decode(std::string_view bytes, const std::string& name) {
  ByteReader in(bytes);
  Timeline timeline;
  std::size_t chunk_at = 0;
  try {
    const std::uint32_t version = read_header(in, name);
    bool ended = false;
    while (!ended) {
      chunk_at = in.position();
      const std::optional<Chunk> chunk = unframe(in);
      if (!chunk) break;
      read_chunk(*chunk, timeline, version);
      ended = chunk->kind == ChunkKind::kEnd;
    }
    if (!ended) timeline.source.complete = false;
    if (ended && in.left() != 0) throw Damage(fmt::format("{} bytes follow its end chunk", in.left()));
    ReferenceCheck(timeline).all();
  } catch (const Damage& damage) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: damaged recording: {} (chunk at byte {}); record it again", name,
                            damage.what(), chunk_at));
  }
  return timeline;
}

}  // namespace offledger::trace
