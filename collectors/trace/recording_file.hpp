// SPDX-License-Identifier: Apache-2.0
//
// A Timeline in a file: docs/recording-format.md is the specification. A header, then chunks (kind, length,
// checksum, deflated payload), then an end chunk with the totals. A file that lacks its end chunk was cut
// short: it loads as what was whole, marked incomplete. Any other damage is refused.

#pragma once

#include <string>
#include <string_view>

#include "collectors/trace/timeline.hpp"
#include "schedules/base/error.hpp"

namespace offledger::trace {

/// The versions that are read. What an older one can hold is written in it.
inline constexpr std::uint32_t kRecordingVersion = 2, kOldestRecordingVersion = 1;
/// First bytes of every recording.
inline constexpr std::string_view kRecordingMagic = "OFFLEDG\n";

/// The file's bytes: the same Timeline gives the same bytes.
std::string encode(const Timeline& timeline);

/// Reads what encode() wrote. `name` stands in errors. Throws Error(kUsage) for a foreign file, a newer
/// version, a chunk whose checksum differs, or rows that point outside their tables. Never allocates more
/// than the input's bytes can inflate to and the rows that those bytes hold.
Timeline decode(std::string_view bytes, const std::string& name);

/// Writes atomically / reads whole. Errors name the path.
void save(const Timeline& timeline, const std::string& path);
Timeline load(const std::string& path);

/// Whether bytes begin as a recording does.
bool is_recording(std::string_view bytes) noexcept;

}  // namespace offledger::trace
