// SPDX-License-Identifier: Apache-2.0
#include "collectors/import/import.hpp"

#include <fmt/format.h>

#include <array>

#include "collectors/import/kineto/byte_source.hpp"
#include "collectors/import/kineto/load.hpp"
#include "collectors/import/nsys/load.hpp"
#include "collectors/trace/recording_file.hpp"
#include "schedules/base/error.hpp"

namespace offledger::importers {
namespace {

constexpr std::string_view kSqliteMagic("SQLite format 3\0", 16);
constexpr std::string_view kAccepted =
    "expected an offledger recording, PyTorch or Chrome trace JSON (plain or gzip), or an Nsight Systems "
    "SQLite export "
    "(nsys export --type sqlite)";

struct Head {
  std::string bytes;  ///< the first bytes, inflated where the file is gzip
  bool gzip = false;
};

Head head_of(const std::string& path) {
  ByteSource source(path);
  std::array<char, 256> block{};
  const std::size_t size = source.read(block.data(), block.size());
  return {std::string(block.data(), size), source.is_gzip()};
}

Format format_of(const Head& head) {
  std::string_view text = head.bytes;
  if (!head.gzip && trace::is_recording(text)) return Format::kRecording;
  if (!head.gzip && text.starts_with(kSqliteMagic)) return Format::kNsysSqlite;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool json = first != text.npos && (text[first] == '{' || text[first] == '[');
  return json ? Format::kKineto : Format::kUnknown;
}

struct Magic {
  std::string_view bytes;
  const char* what;
};
constexpr Magic kForeign[] = {
    {"PK\x03\x04", "a zip archive: unpack it first"},
    {"\x28\xB5\x2F\xFD", "zstd data: unpack it first"},
    {"\xFD"
     "7zXZ",
     "xz data: unpack it first"},
    {"\x7F"
     "ELF",
     "a program or library"},
    {"\xFF\xFE", "UTF-16 text: convert it to UTF-8"},
    {"\xFE\xFF", "UTF-16 text: convert it to UTF-8"},
    {"%PDF", "a PDF document"},
    {"<", "HTML or XML"},
    {std::string_view("\0\0\0", 3), "binary data that begins with zeros"},
};

std::string describe(const Head& head) {
  if (head.bytes.empty()) return head.gzip ? "empty gzip data" : "an empty file";
  if (trace::is_recording(head.bytes)) return "a gzipped recording: gunzip it first";
  if (head.bytes.starts_with(kSqliteMagic)) return "a gzipped SQLite database: gunzip it first";
  for (const Magic& magic : kForeign) {
    if (head.bytes.starts_with(magic.bytes)) return magic.what;
  }
  std::string first;
  bool text = true;
  for (const char c : head.bytes.substr(0, 16)) {
    const auto byte = static_cast<unsigned char>(c);
    text = text && (byte >= 0x20 || byte == '\n' || byte == '\r' || byte == '\t') && byte < 0x7F;
    first += fmt::format("{}{:02x}", first.empty() ? "" : " ", byte);
  }
  return text ? "text that is no JSON" : fmt::format("a file that begins with the bytes {}", first);
}

}  // namespace

Format detect(const std::string& path) {
  return format_of(head_of(path));
}

trace::Timeline load_any(const std::string& path, const Progress& progress) {
  const Head head = head_of(path);
  switch (format_of(head)) {
    case Format::kRecording: return trace::load(path);
    case Format::kKineto: return load_kineto(path, progress);
    case Format::kNsysSqlite: return load_nsys(path, progress);
    case Format::kUnknown: break;
  }
  throw Error(ErrorKind::kUsage, fmt::format("{}: {}, found {}", path, kAccepted, describe(head)));
}

trace::Timeline load_kineto(const std::string& path, const Progress& progress) {
  return kineto::load(path, progress);
}

trace::Timeline load_nsys(const std::string& path, const Progress& progress) {
  return nsys::load(path, progress);
}

}  // namespace offledger::importers
