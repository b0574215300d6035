// SPDX-License-Identifier: Apache-2.0
//
// Nsight Systems' numbers for what CUPTI numbers otherwise: its pageable is 0 and CUPTI's is 1. Exports of
// 2023 and later carry their own tables of names, which are believed; older ones have none, and get the
// numbers that all versions seen so far agree on.

#pragma once

#include <map>
#include <optional>

#include "collectors/import/nsys/table.hpp"
#include "collectors/trace/timeline.hpp"

namespace offledger::importers::nsys {

struct CopyKind {
  trace::CopyDirection direction = trace::CopyDirection::kUnknown;
  bool managed = false;  ///< a unified-memory migration
};

/// Threads: const access may be shared.
class Enums {
 public:
  explicit Enums(Export& file);

  [[nodiscard]] CopyKind copy_kind(std::int64_t id) const;
  [[nodiscard]] trace::MemoryKind memory_kind(std::optional<std::int64_t> id) const;
  [[nodiscard]] std::optional<trace::SyncKind> sync_kind(std::int64_t id) const;
  [[nodiscard]] trace::OverheadKind overhead_kind(std::int64_t id) const;

 private:
  std::map<std::int64_t, CopyKind> copies_;
  std::map<std::int64_t, trace::MemoryKind> memories_;
  std::map<std::int64_t, trace::SyncKind> syncs_;
  std::map<std::int64_t, trace::OverheadKind> overheads_;
};

}  // namespace offledger::importers::nsys
