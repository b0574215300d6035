// SPDX-License-Identifier: Apache-2.0
//
// The frame of a Chrome trace: an object whose `traceEvents` is the events array and whose other members say
// where it came from, or the events array alone. Members may stand before or behind the events and may be of
// any size.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "collectors/import/kineto/byte_source.hpp"

namespace offledger::importers {

/// Threads: one at a time.
class TraceOutline {
 public:
  explicit TraceOutline(ByteSource& source) : source_(source) {}

  /// Reads to the inside of the next events array: true where the source stands behind its '['; false behind
  /// the end of the object. Call it again behind each events array. Throws Error(kUsage) for what is no JSON
  /// object or array.
  bool next_events();
  /// The events array is the whole file.
  [[nodiscard]] bool bare() const noexcept { return bare_; }
  /// The JSON text of "deviceProperties" or "baseTimeNanoseconds", empty where absent or over a MiB.
  [[nodiscard]] const std::string& member(const std::string& key) const;
  /// Top-level keys in the file's order, the first few.
  [[nodiscard]] const std::vector<std::string>& keys() const noexcept { return keys_; }

 private:
  int peek();  ///< the next byte that is no space, -1 at the end
  int take();
  std::string take_string();
  std::string take_value();
  [[nodiscard]] bool refill();
  [[noreturn]] void refuse(std::string_view expected, int found) const;

  ByteSource& source_;
  std::string block_;
  std::size_t at_ = 0;
  bool opened_ = false;
  bool bare_ = false;
  std::map<std::string, std::string> members_;
  std::vector<std::string> keys_;
};

}  // namespace offledger::importers
