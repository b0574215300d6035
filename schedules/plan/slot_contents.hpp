// SPDX-License-Identifier: Apache-2.0
//
// What a slot holds while a plan is verified: which copy wrote which bytes last, who has read them, and
// whether they were released since.

#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "schedules/plan/happens_before.hpp"

namespace offledger::plan {

/// Bytes written by one copy, or what later copies have left of them.
struct Written {
  UnitId unit{};
  std::uint64_t bytes = 0;
  Access copy;
  bool unread = true;
  bool released = false;  ///< its reader has given it up
};

struct Reader {
  UnitId unit{};
  std::uint64_t bytes = 0;
  Access compute;
};

struct SlotContents {
  std::map<std::uint64_t, Written> written;  ///< by offset, not overlapping
  std::vector<Reader> readers;               ///< of what was there before the copies since
  bool copied_since_read = false;
  bool allocated = false;
  std::uint32_t allocated_by = 0, allocated_step = 0;  ///< the op, and the step it was in
  std::uint32_t released_by = 0, released_step = 0;

  /// Calls `f(Written&)` for what overlaps [offset, offset + bytes), then replaces that part of it.
  template <typename F>
  void overwrite(std::uint64_t offset, const Written& by, F f) {
    const std::uint64_t end = offset + by.bytes;
    auto at = written.upper_bound(offset);
    if (at != written.begin()) --at;
    while (at != written.end() && at->first < end) {
      const std::uint64_t begin = at->first;
      const std::uint64_t stop = begin + at->second.bytes;
      if (stop <= offset) {
        ++at;
        continue;
      }
      f(at->second);
      if (begin == offset && stop == end) {
        at->second = by;
        return;
      }
      const Written old = at->second;
      at = written.erase(at);
      if (begin < offset) written[begin] = part(old, offset - begin);
      if (stop > end) at = written.emplace(end, part(old, stop - end)).first;
    }
    written[offset] = by;
  }

 private:
  static Written part(Written whole, std::uint64_t bytes) {
    whole.bytes = bytes;
    return whole;
  }
};

}  // namespace offledger::plan
