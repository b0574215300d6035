// SPDX-License-Identifier: Apache-2.0
//
// From a text to its row in a list of different texts: open addressing over row numbers, so that no text is
// stored twice and a look-up touches one line of memory and one string.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace offledger::trace {

/// Derived from the list that it is used with: two tables always compare equal.
/// Cost: O(1) expected; eight bytes a slot, at most half of them taken. Threads: as the list's.
class IdTable {
 public:
  /// The row of `text` in `rows`. Where it has none: that of the row after the last, which the caller then
  /// adds.
  std::uint32_t find_or_add(std::string_view text, const std::vector<std::string>& rows) {
    if (2 * (taken_ + 1) > slots_.size()) grow();
    const auto hash = static_cast<std::uint32_t>(std::hash<std::string_view>{}(text));
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
      Slot& slot = slots_[at];
      if (slot.row == kFree) {
        slot = {hash, static_cast<std::uint32_t>(rows.size())};
        ++taken_;
        return slot.row;
      }
      if (slot.hash == hash && rows[slot.row] == text) return slot.row;
    }
  }

  bool operator==(const IdTable&) const noexcept { return true; }

 private:
  static constexpr std::uint32_t kFree = 0xFFFFFFFF;
  struct Slot {
    std::uint32_t hash = 0, row = kFree;
  };

  void grow() {
    constexpr std::size_t kLeast = 64;
    std::vector<Slot> bigger(slots_.empty() ? kLeast : 2 * slots_.size());
    const std::size_t mask = bigger.size() - 1;
    for (const Slot& slot : slots_) {
      if (slot.row == kFree) continue;
      std::size_t at = slot.hash & mask;
      while (bigger[at].row != kFree) at = (at + 1) & mask;
      bigger[at] = slot;
    }
    slots_ = std::move(bigger);
  }

  std::vector<Slot> slots_;  ///< a power of two of them, or none
  std::size_t taken_ = 0;
};

}  // namespace offledger::trace
