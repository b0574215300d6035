// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "schedules/base/json.hpp"

namespace offledger::json {
namespace {

struct Close {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

std::string reason() {
  return std::strerror(errno);
}

}  // namespace

std::string read_file(const std::string& path, std::size_t most_bytes) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    throw Error(ErrorKind::kUsage, fmt::format("{}: expected a file, found a directory", path));
  }
  const File file(std::fopen(path.c_str(), "rb"));
  if (!file) throw Error(ErrorKind::kUsage, fmt::format("{}: cannot open: {}", path, reason()));
  std::string contents;
  char block[1 << 16];
  while (const std::size_t n = std::fread(block, 1, sizeof block, file.get())) {
    contents.append(block, n);
    if (contents.size() > most_bytes) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("{}: expected at most {} MiB, found more", path, most_bytes >> 20));
    }
  }
  if (std::ferror(file.get()))
    throw Error(ErrorKind::kUsage, fmt::format("{}: cannot read: {}", path, reason()));
  return contents;
}

void write_file_atomically(const std::string& path, std::string_view contents) {
  const std::string temporary = fmt::format("{}.{}.part", path, ::getpid());
  {
    File file(std::fopen(temporary.c_str(), "wb"));
    if (!file) throw Error(ErrorKind::kNotMeasured, fmt::format("{}: cannot write: {}", path, reason()));
    const bool written = std::fwrite(contents.data(), 1, contents.size(), file.get()) == contents.size();
    const bool flushed = std::fflush(file.get()) == 0;
    if (!written || !flushed) {
      const std::string why = reason();
      file.reset();
      std::remove(temporary.c_str());
      throw Error(ErrorKind::kNotMeasured, fmt::format("{}: cannot write: {}", path, why));
    }
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    const std::string why = reason();
    std::remove(temporary.c_str());
    throw Error(ErrorKind::kNotMeasured, fmt::format("{}: cannot write: {}", path, why));
  }
}

}  // namespace offledger::json
