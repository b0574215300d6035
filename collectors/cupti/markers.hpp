// SPDX-License-Identifier: Apache-2.0
//
// NVTX ranges out of CUPTI's markers. A range comes as up to three records that share an id and arrive in any
// order: its start (name and domain), its end, and its payload, which for the domain "offledger" says which
// operation of a plan it is (collectors/trace/nvtx_payload.hpp).

#pragma once

#include <cupti.h>

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "collectors/cupti/rows.hpp"
#include "collectors/trace/timeline.hpp"

namespace offledger::cupti {

/// Threads: one at a time.
class Markers {
 public:
  Markers(trace::Timeline& timeline, Rows& rows, std::int64_t origin)
      : timeline_(timeline), rows_(rows), origin_(origin) {}

  void add(const CUpti_ActivityMarker2& marker);
  void add(const CUpti_ActivityMarkerData2& data);

  /// Appends the ranges that had both ends at the settle() before: a payload may come a buffer later than
  /// they.
  void settle();
  /// Appends all that have both ends; those that never ended count as missing durations.
  void finish();

 private:
  struct Pending {
    trace::Range range;
    bool started = false;
    bool ended = false;
    bool seen_whole = false;
    std::optional<std::uint64_t> payload;
  };
  void emit(const Pending& pending);
  /// The payload has the group's row in its plan; its name ends the range's: "copy L3.attn".
  trace::StringId group_of(trace::StringId name);

  trace::Timeline& timeline_;
  Rows& rows_;
  std::int64_t origin_;
  std::unordered_map<std::uint32_t, Pending> pending_;
};

}  // namespace offledger::cupti
