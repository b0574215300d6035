// SPDX-License-Identifier: Apache-2.0
#include "collectors/trace/chunk.hpp"

#include <zlib.h>

#include "schedules/base/error.hpp"

namespace offledger::trace {
namespace {

/// Deflate cannot shrink anything further than this.
constexpr std::uint64_t kBestRatio = 1032;
constexpr int kLevel = 6;
constexpr std::size_t kLongestPayload = std::size_t{2} << 30;

std::uint32_t checksum(std::string_view bytes) noexcept {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<z_size_t>(bytes.size())));
}

std::string deflated(std::string_view payload) {
  uLongf size = compressBound(static_cast<uLong>(payload.size()));
  std::string out(size, '\0');
  const int status =
      compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(payload.data()),
                static_cast<uLong>(payload.size()), kLevel);
  if (status != Z_OK)
    throw Error(ErrorKind::kNotMeasured, "recording: zlib found no memory to compress with");
  out.resize(size);
  return out;
}

std::string inflated(std::string_view stored, std::size_t length) {
  std::string out(length, '\0');
  uLongf size = static_cast<uLongf>(length);
  uLong used = static_cast<uLong>(stored.size());
  const int status = uncompress2(reinterpret_cast<Bytef*>(out.data()), &size,
                                 reinterpret_cast<const Bytef*>(stored.data()), &used);
  if (status != Z_OK || size != length || used != stored.size()) throw Damage("its payload does not inflate");
  return out;
}

}  // namespace

std::string frame(ChunkKind kind, std::string_view payload) {
  if (payload.size() > kLongestPayload) {
    throw Error(ErrorKind::kNotMeasured, "recording: a text is longer than a chunk may be (2 GiB)");
  }
  const std::string stored = deflated(payload);
  ByteWriter head;
  head.word(static_cast<std::uint32_t>(kind));
  head.word(static_cast<std::uint32_t>(payload.size()));
  head.word(static_cast<std::uint32_t>(stored.size()));
  head.word(checksum(stored));
  head.word(checksum(head.bytes()));
  return head.bytes() + stored;
}

std::optional<Chunk> unframe(ByteReader& in) {
  if (in.left() < kChunkHeaderSize) return std::nullopt;
  const std::string_view head = in.take(kChunkHeaderSize);
  ByteReader words(head);
  const std::uint32_t kind = words.word();
  const std::uint32_t length = words.word();
  const std::uint32_t stored_length = words.word();
  const std::uint32_t stored_checksum = words.word();
  if (words.word() != checksum(head.substr(0, 16))) throw Damage("its header's checksum differs");
  if (stored_length > in.left()) return std::nullopt;
  const std::string_view stored = in.take(stored_length);
  if (checksum(stored) != stored_checksum) throw Damage("its checksum differs");
  if (length > stored_length * kBestRatio) throw Damage("its length is beyond what its bytes can inflate to");
  return Chunk{static_cast<ChunkKind>(kind), inflated(stored, length)};
}

}  // namespace offledger::trace
