// SPDX-License-Identifier: Apache-2.0
//
// Correlation -> row, for a million of them: open addressing with the id itself as hash, so that the
// consecutive ids that CUDA hands out stay consecutive in memory.

#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "collectors/trace/timeline.hpp"

namespace offledger::analysis {

inline constexpr std::uint32_t kNoRow32 = 0xFFFFFFFF;

/// The first row inserted for an id stands. Cost: 16 bytes a slot, three slots for two rows at least.
class CorrelationMap {
 public:
  explicit CorrelationMap(std::size_t rows)
      : slots_(std::bit_ceil(rows + rows / 2 + 16)), mask_(slots_.size() - 1) {}

  void insert(trace::Correlation id, std::uint32_t row) noexcept {
    if (id == trace::Correlation::kNone) return;
    for (std::size_t i = hash(id);; ++i) {
      Slot& slot = slots_[i & mask_];
      if (slot.id == id) return;
      if (slot.id != trace::Correlation::kNone) continue;
      slot = {id, row};
      return;
    }
  }

  /// kNoRow32 where absent.
  [[nodiscard]] std::uint32_t find(trace::Correlation id) const noexcept {
    if (id == trace::Correlation::kNone) return kNoRow32;
    for (std::size_t i = hash(id);; ++i) {
      const Slot& slot = slots_[i & mask_];
      if (slot.id == id) return slot.row;
      if (slot.id == trace::Correlation::kNone) return kNoRow32;
    }
  }

 private:
  struct Slot {
    trace::Correlation id = trace::Correlation::kNone;
    std::uint32_t row = kNoRow32;
  };
  static std::size_t hash(trace::Correlation id) noexcept {
    const auto n = static_cast<std::uint64_t>(id);
    return static_cast<std::size_t>(n + (n >> 32) * 0x9E3779B97F4A7C15ULL);
  }
  std::vector<Slot> slots_;
  std::size_t mask_;
};

}  // namespace offledger::analysis
