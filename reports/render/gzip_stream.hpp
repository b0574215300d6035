// SPDX-License-Identifier: Apache-2.0
//
// An ostream that gzips what is written to it into another: traces compress about twentyfold, and Perfetto
// opens them as they are. No file name and no time of day in the header, so equal contents are equal bytes.

#pragma once

#include <memory>
#include <ostream>
#include <streambuf>

namespace offledger::render {

/// Threads: one.
class GzipStream : public std::ostream {
 public:
  /// `level` 1 (fast) to 9 (small), clamped. `sink` must outlive this.
  explicit GzipStream(std::ostream& sink, int level = 4);
  /// Calls close() where it was not.
  ~GzipStream() override;

  /// Writes what is left and the trailer. Sets badbit where `sink` took less than it was given: check it.
  void close();

 private:
  class Buffer;
  std::unique_ptr<Buffer> buffer_;
};

}  // namespace offledger::render
