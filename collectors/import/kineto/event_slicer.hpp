// SPDX-License-Identifier: Apache-2.0
//
// Cuts the events array of a trace into slices of whole events, each a JSON array of its own: simdjson takes
// documents below 4 GB, traces are larger, and slices can be parsed on several cores.
//
// A cut is guessed first: the last "}, {" of a block, which in any trace but a strange one stands between two
// events. The guess is proved by parsing: from a known start, only a cut between two events leaves whole,
// balanced events. Where the proof fails, restart_exactly() takes the bytes back and cuts by JsonScan from
// there on.

#pragma once

#include <memory>

#include "collectors/import/kineto/byte_source.hpp"

namespace offledger::importers {

/// A JSON array in a buffer that simdjson may read beyond (its padding).
class Slice {
 public:
  [[nodiscard]] const char* data() const noexcept { return buffer_.get(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  /// The events' text as it stood in the file: without the brackets.
  [[nodiscard]] std::string_view events() const noexcept { return {buffer_.get() + 1, size_ - 2}; }
  [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }  ///< of events() in the file
  /// The array ends behind it; only the last slice may be blank.
  [[nodiscard]] bool last() const noexcept { return last_; }

 private:
  friend class EventSlicer;
  void reserve(std::size_t events);

  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;  ///< with simdjson's padding
  std::size_t size_ = 0;
  std::uint64_t offset_ = 0;
  char separator_ = '\0';  ///< what stood behind the events and was taken with them: ',' or ']' or nothing
  bool last_ = false;
};

/// Threads: one at a time.
class EventSlicer {
 public:
  /// `source` stands behind the '[' of the events array. A `bare` array is the whole file, and by the
  /// format's own rule may lack its ']'.
  EventSlicer(ByteSource& source, std::size_t block, bool bare)
      : source_(source), block_(block), bare_(bare) {}

  /// Puts the next slice into `slice`, whose buffer is used again; false behind the array's end, where the
  /// source then stands. Throws Error(kUsage) for a file that ends inside the array and for an event of 1 GiB
  /// or more; the source then stands where it stood, and what a wrong guess before it caused
  /// restart_exactly() mends.
  bool next(Slice& slice);
  /// Gives back the slices from the one that could not be parsed to the last one cut, oldest first; cuts
  /// exactly from now on. False where it did so before: then the slice was cut right and its JSON is wrong.
  bool restart_exactly(const std::string& events_given_back);
  /// What restart_exactly() wants of a slice.
  [[nodiscard]] static std::string given_back(const Slice& slice);
  /// A bare array ended without its ']'.
  [[nodiscard]] bool unclosed() const noexcept { return unclosed_; }

 private:
  enum class CutAt { kNowhere, kComma, kArrayEnd, kFileEnd, kStrayBrace };
  struct Cut {
    CutAt at = CutAt::kNowhere;
    std::size_t events_end = 0;  ///< the slice's events stand before it
    std::size_t rest = 0;        ///< what follows begins here
  };
  [[nodiscard]] static Cut guess(std::string_view text) noexcept;
  [[nodiscard]] static Cut scan(std::string_view text) noexcept;
  [[nodiscard]] Cut cut_of(std::string_view text, bool at_end) const;
  void finish(Slice& slice, std::string_view text, const Cut& cut);

  ByteSource& source_;
  std::size_t block_;
  bool bare_;
  bool exact_ = false;
  bool ended_ = false;
  bool unclosed_ = false;
};

}  // namespace offledger::importers
