// SPDX-License-Identifier: Apache-2.0
//
// Plays a recording's dependencies again with one thing changed: what would the wall have been? A prediction,
// by these rules:
//
//     nothing changed   every time comes out as recorded, but for what host clock and GPU clock disagree in
//     copies early      H2D copies leave the host's order: one follows another on the link in the order in
//                       which kernels need them, each once one of its pool's slots is free, which are taken
//                       in turn (without ranges that name slots: once the kernels that it waited for have
//                       ended), none before the step it was issued in. Copies from pageable memory hold the
//                       host, and stay where they are
//     free host         calls and the time between them take none; waits last until what they wait for
//     faster link       copies of one direction share the link equally; each has so much less to move
//
// Kernels and everything else take as long as recorded.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "reports/analysis/blame.hpp"
#include "reports/analysis/dependencies.hpp"
#include "reports/analysis/units.hpp"

namespace offledger::analysis {

struct Change {
  bool copies_early = false;
  std::int32_t more_slots = 0;  ///< each pool of slots has so many more (or fewer); with copies_early
  bool free_host = false;
  std::uint32_t link_speed = 1;
};

/// Times by node of Dependencies.
using Played = std::vector<Nanos>;

class Replay {
 public:
  /// `devices` are all of the Timeline; not kept.
  Replay(const Dependencies& dependencies, std::span<const BlameInput> devices);

  /// Null where the change leaves something waiting for itself: with too few slots.
  [[nodiscard]] std::optional<Played> play(const Change& change) const;

  /// Whether there are copies that a change could issue earlier.
  [[nodiscard]] bool has_movable_copies() const noexcept { return !needs_.empty(); }
  /// Slots of the pool that has most; 0 where ranges name none.
  [[nodiscard]] std::uint32_t slots() const noexcept;

 private:
  class Run;
  /// A copy that a change may move.
  struct Need {
    OpRow copy = kNoRow32;
    std::uint32_t device = 0;
    Nanos at{};                               ///< its first kernel's begin, where known
    OpRow consumer = kNoRow32;                ///< that kernel, where units tell it
    std::uint32_t pool = kNoRow32, turn = 0;  ///< of its unit among those that share its slots
    Node step = Dependencies::kNoNode;        ///< the first call of the step that issued it
    Nanos not_before{};                       ///< where no step says so
  };
  struct Pool {
    std::uint32_t slots = 0;
    std::vector<OpRow> readers;  ///< by turn: the last kernel of the unit
  };
  void share_out_work();
  void find_needs(const BlameInput& in, std::uint32_t device);
  void find_slots(const BlameInput& in);
  void find_steps();
  void change_begin(Node node, std::vector<Edge>& edges) const;
  void change_need(const Need& need, std::uint32_t row, const Change& change, std::vector<Edge>& edges) const;
  void free_host(std::vector<Edge>& edges) const;
  [[nodiscard]] bool moves(OpRow op) const noexcept { return need_of_[op] != kNoRow32; }

  const Dependencies* dependencies_;
  const std::vector<GpuOp>* ops_;
  std::vector<double> work_;  ///< by op: ns that a pinned H2D copy needs of the whole link; 0 for others
  std::vector<Need> needs_;   ///< by device, in the order of need
  std::vector<std::uint32_t> need_of_;          ///< by op: row of needs_, or kNoRow32
  std::vector<std::pair<OpRow, OpRow>> feeds_;  ///< consumer and copy, ascending
  std::vector<Pool> pools_;
};

}  // namespace offledger::analysis
