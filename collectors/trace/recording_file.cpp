// SPDX-License-Identifier: Apache-2.0
#include "collectors/trace/recording_file.hpp"

#include <algorithm>
#include <limits>

#include "collectors/trace/recording_writer.hpp"
#include "schedules/base/json.hpp"

namespace offledger::trace {

std::string encode(const Timeline& timeline) {
  std::uint32_t version = kOldestRecordingVersion;
  for_each_table(timeline, [&](ChunkKind kind, const char*, const auto& rows) {
    if (!rows.empty()) version = std::max(version, version_of(kind));
  });
  ChunkEncoder encoder(version);
  std::string out = ChunkEncoder::header(version);
  out += encoder.append(timeline);
  out += encoder.end();
  return out;
}

void save(const Timeline& timeline, const std::string& path) {
  json::write_file_atomically(path, encode(timeline));
}

Timeline load(const std::string& path) {
  return decode(json::read_file(path, std::numeric_limits<std::size_t>::max()), path);
}

bool is_recording(std::string_view bytes) noexcept {
  return bytes.starts_with(kRecordingMagic);
}

}  // namespace offledger::trace
