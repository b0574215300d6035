// SPDX-License-Identifier: Apache-2.0
//
// A file's bytes in order, inflated on the way where it is gzip. Nothing is held but one input block, so that
// a trace of many GB takes no more memory than a small one.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace offledger::importers {

/// Threads: one at a time.
class ByteSource {
 public:
  /// Throws Error(kUsage) where the path is a directory or cannot be opened.
  explicit ByteSource(std::string path);
  ~ByteSource();

  /// Fills `out` as far as there are bytes: less than `size` means that the end was reached. Throws
  /// Error(kUsage) for a read error and for gzip data that is damaged or cut short.
  std::size_t read(char* out, std::size_t size);
  /// Gives bytes back: the next read() begins with them.
  void unread(std::string_view bytes);

  [[nodiscard]] const std::string& path() const noexcept;
  [[nodiscard]] bool is_gzip() const noexcept;
  /// Bytes given out and not given back.
  [[nodiscard]] std::uint64_t offset() const noexcept;
  /// How far the file on disk was read, of how much.
  [[nodiscard]] std::size_t file_done() const noexcept;
  [[nodiscard]] std::size_t file_size() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace offledger::importers
