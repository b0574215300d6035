// SPDX-License-Identifier: Apache-2.0
//
// A file that a test writes and that goes with it.

#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

namespace offledger::importers {

class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view contents)
      : path_(fmt::format("{}offledger-{}-{}", testing::TempDir(), ::getpid(), next())) {
    write(contents);
  }
  ~TemporaryFile() { std::remove(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void write(std::string_view contents) const { std::ofstream(path_, std::ios::binary) << contents; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  static int next() {
    static int number = 0;
    return ++number;
  }
  std::string path_;
};

/// One gzip member.
inline std::string gzipped(std::string_view text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace offledger::importers
