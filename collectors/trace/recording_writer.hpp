// SPDX-License-Identifier: Apache-2.0
//
// Writes a recording as it happens, so that a process that dies leaves all but its last moments. Every
// append() is in the file (in the system's cache: safe from a dying process, not from a dying machine) when
// it returns; close() adds the end chunk, without which the file loads as incomplete.
//
//     RecordingWriter out(path);
//     ... out.append(timeline); timeline.clear_records(); ...
//     out.close();

#pragma once

#include <array>
#include <string>

#include "collectors/trace/columns.hpp"
#include "collectors/trace/recording_file.hpp"
#include "collectors/trace/timeline.hpp"

namespace offledger::trace {

/// Turns Timelines into chunks. The tables that records point into (strings, devices, processes, threads,
/// streams, counters, samples) are remembered by size: each delta's tables must begin with those of the delta
/// before; every other record of a delta is new.
class ChunkEncoder {
 public:
  /// A version before the last one holds only the tables that it knows.
  explicit ChunkEncoder(std::uint32_t version = kRecordingVersion) : version_(version) {}

  /// Magic and version.
  static std::string header(std::uint32_t version = kRecordingVersion);
  /// The chunks of what is new. Equal calls give equal bytes.
  std::string append(const Timeline& delta);
  /// The end chunk, with the number of rows of each table.
  [[nodiscard]] std::string end() const;

 private:
  std::uint32_t version_;
  bool source_written_ = false;
  Provenance source_;
  Defects defects_;
  std::uint64_t strings_ = 1;  ///< the empty string needs no writing
  std::array<std::uint64_t, kTableCount> rows_{};
};

/// A recording open for writing. Threads: one at a time. A forked child must not use its parent's writer.
class RecordingWriter {
 public:
  /// Creates or empties the file. Throws Error(kNotMeasured) with the system's reason, as do append() and
  /// close().
  explicit RecordingWriter(std::string path);
  /// Closes the file as it is: without close(), an incomplete recording.
  ~RecordingWriter();
  RecordingWriter(const RecordingWriter&) = delete;
  RecordingWriter& operator=(const RecordingWriter&) = delete;

  /// Writes the rows that `delta` adds (see ChunkEncoder).
  void append(const Timeline& delta);
  /// Ends the recording. Nothing may be appended after it.
  void close();
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  void write(std::string_view bytes);

  std::string path_;
  ChunkEncoder encoder_;
  int file_ = -1;
};

}  // namespace offledger::trace
