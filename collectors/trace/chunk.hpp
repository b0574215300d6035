// SPDX-License-Identifier: Apache-2.0
//
// The frame around every piece of a recording: five 32-bit little-endian words (kind, length, stored length,
// CRC-32 of the stored bytes, CRC-32 of the four words before), then the payload, deflated. The second
// checksum tells a damaged length from a file that was cut short.

#pragma once

#include <optional>

#include "collectors/trace/byte_codec.hpp"
#include "collectors/trace/columns.hpp"

namespace offledger::trace {

inline constexpr std::size_t kChunkHeaderSize = 20;

struct Chunk {
  ChunkKind kind{};
  std::string payload;  ///< inflated
};

/// A chunk's bytes. Throws Error(kNotMeasured) for a payload over 2 GiB and where zlib finds no memory.
std::string frame(ChunkKind kind, std::string_view payload);

/// The next chunk, or nothing where the input ends before the chunk does. Throws Damage for a checksum that
/// differs, and for a payload that does not inflate to its length; a length that its stored bytes cannot give
/// is refused before anything is allocated.
std::optional<Chunk> unframe(ByteReader& in);

}  // namespace offledger::trace
