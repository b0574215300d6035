// SPDX-License-Identifier: Apache-2.0
#include "collectors/trace/recording_writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>

#include "collectors/trace/chunk.hpp"
#include "collectors/trace/column_codec.hpp"

namespace offledger::trace {
namespace {

/// Rows and text a chunk: what a dying process can lose of a chunk stays small, and deflate's window is used
/// well.
constexpr std::size_t kRowsPerChunk = 4096;
constexpr std::size_t kTextPerChunk = std::size_t{256} << 10;

template <typename Record>
std::string rows_chunk(ChunkKind kind, std::span<const Record> rows) {
  ByteWriter payload;
  encode_rows(payload, rows);
  return frame(kind, payload.bytes());
}

template <typename Record>
std::string one_row_chunk(ChunkKind kind, const Record& row) {
  return rows_chunk(kind, std::span<const Record>(&row, 1));
}

std::string string_chunks(const std::vector<std::string>& strings, std::size_t from) {
  std::string out;
  while (from < strings.size()) {
    std::size_t to = from;
    for (std::size_t bytes = 0; to < strings.size() && bytes < kTextPerChunk; ++to)
      bytes += strings[to].size() + 1;
    ByteWriter payload;
    payload.varint(to - from);
    for (; from < to; ++from) payload.text(strings[from]);
    out += frame(ChunkKind::kStrings, payload.bytes());
  }
  return out;
}

}  // namespace

std::string ChunkEncoder::header(std::uint32_t version) {
  ByteWriter word;
  word.word(version);
  return std::string(kRecordingMagic) + word.bytes();
}

std::string ChunkEncoder::append(const Timeline& delta) {
  std::string out;
  if (!source_written_ || source_ != delta.source) out += one_row_chunk(ChunkKind::kSource, delta.source);
  if (!source_written_ || defects_ != delta.defects) out += one_row_chunk(ChunkKind::kDefects, delta.defects);
  source_written_ = true;
  source_ = delta.source;
  defects_ = delta.defects;
  assert(delta.strings().size() >= strings_ && "a delta's tables begin with those of the delta before");
  out += string_chunks(delta.strings(), strings_);
  strings_ = delta.strings().size();
  std::size_t table = 0;
  for_each_table(delta, [&]<typename Record>(ChunkKind kind, const char*, const std::vector<Record>& rows) {
    assert((rows.empty() || version_of(kind) <= version_) && "this version has no such table");
    const std::size_t from = is_key_table(kind) ? std::min<std::size_t>(rows_[table], rows.size()) : 0;
    for (std::size_t at = from; at < rows.size(); at += kRowsPerChunk) {
      const std::span<const Record> all(rows);
      out += rows_chunk(kind, all.subspan(at, std::min(kRowsPerChunk, rows.size() - at)));
    }
    rows_[table++] += rows.size() - from;
  });
  return out;
}

std::string ChunkEncoder::end() const {
  ByteWriter payload;
  payload.varint(strings_);
  std::size_t table = 0;
  const Timeline none;
  for_each_table(none, [&](ChunkKind kind, const char*, const auto&) {
    if (version_of(kind) <= version_) payload.varint(rows_[table]);
    ++table;
  });
  return frame(ChunkKind::kEnd, payload.bytes());
}

RecordingWriter::RecordingWriter(std::string path) : path_(std::move(path)) {
  file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file_ < 0) {
    throw Error(ErrorKind::kNotMeasured, fmt::format("{}: cannot write: {}", path_, std::strerror(errno)));
  }
  write(ChunkEncoder::header());
}

RecordingWriter::~RecordingWriter() {
  if (file_ >= 0) ::close(file_);
}

void RecordingWriter::append(const Timeline& delta) {
  write(encoder_.append(delta));
}

void RecordingWriter::close() {
  write(encoder_.end());
  const int result = ::close(file_);
  file_ = -1;
  if (result != 0) {
    throw Error(ErrorKind::kNotMeasured, fmt::format("{}: cannot write: {}", path_, std::strerror(errno)));
  }
}

void RecordingWriter::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      throw Error(ErrorKind::kNotMeasured, fmt::format("{}: cannot write: {}", path_, std::strerror(errno)));
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace offledger::trace
