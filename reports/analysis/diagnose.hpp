// SPDX-License-Identifier: Apache-2.0
//
// Bug classes by name. Each is a rule over blamed time: what share of the SMs' idle time it explains, by
// which copies and calls. docs/diagnoses.md lists them.
//
// No diagnosis explains more than wall - bound, where the bound is known: on a full link a host that blocks,
// or a copy that queues behind another, costs nothing.
//
// Order: by the time that a diagnosis explains and no deeper one does (a host that stands in copies from
// pageable memory is a symptom of that memory); `link_bound`, which says that nothing is wrong, comes last.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/analysis/blame.hpp"
#include "reports/analysis/conformance.hpp"
#include "reports/analysis/host_time.hpp"
#include "reports/analysis/races.hpp"

namespace offledger::plan {
struct Plan;
}

namespace offledger::analysis {

/// Everything that rules look at, of one device: of its warm steps, where there are any.
struct Case {
  const BlameInput& in;
  const std::vector<Piece>& pieces;
  Nanos wall{};
  std::optional<Nanos>
      avoidable;  ///< wall - bound: all that any change of schedule could gain; null without a bound
  const DeviceReport& report;
  const Races& races;
  const HostTime* host;    ///< nullptr where the recording has no host calls
  const plan::Plan* plan;  ///< nullptr where it is not known what was meant to run
  Nanos clock_skew{};
  const Conformance* conformance = nullptr;  ///< nullptr where it was not checked

  [[nodiscard]] const GpuOp& op(OpRow row) const noexcept { return in.links.ops.ops()[row]; }
  [[nodiscard]] bool from_pageable(const Piece& piece) const noexcept {
    return piece.culprit != kNoRow32 && in.links.pageable(op(piece.culprit));
  }
  /// The class of the host call that a piece waited for; kOther where there is none.
  [[nodiscard]] CallClass call_class(const Piece& piece) const noexcept {
    return piece.call == kNoRow32 ? CallClass::kOther
                                  : in.links.class_of(in.links.timeline.calls[piece.call]);
  }
};

/// The host stood in a wait for all that the device had been given.
bool waits_for_device(const Case& c, const Piece& piece);

/// The host stood between two calls that issue small copies.
bool issues_tiny_copies(const Case& c, const Piece& piece);

/// What a rule found.
struct Found {
  Nanos time{};
  Nanos own{};  ///< without what a deeper cause explains: what diagnoses are ordered by
  std::string evidence;
  bool always = false;  ///< a race: told whatever its time
};

struct Rule {
  std::string_view id;
  std::string_view advice;
  std::optional<Found> (*look)(const Case&);
};

// Rules over copies (diagnose_copies.cpp).
std::optional<Found> pageable_source(const Case& c);
std::optional<Found> late_issue(const Case& c);
std::optional<Found> single_slot(const Case& c);
std::optional<Found> head_of_line(const Case& c);
std::optional<Found> stream_drain(const Case& c);
std::optional<Found> same_stream(const Case& c);
std::optional<Found> tiny_copies(const Case& c);
std::optional<Found> link_bound(const Case& c);
// Rules over the host (diagnose_host.cpp).
std::optional<Found> pin_on_the_fly(const Case& c);
std::optional<Found> host_block_per_layer(const Case& c);
std::optional<Found> allocator_sync(const Case& c);
std::optional<Found> launch_bound(const Case& c);
// Rules over order (diagnose_races.cpp).
std::optional<Found> missing_wait(const Case& c);
std::optional<Found> wrong_stream_wait(const Case& c);
std::optional<Found> slot_overwrite(const Case& c);
// Rules that need the plan (diagnose_plan.cpp).
std::optional<Found> over_fetch(const Case& c);
std::optional<Found> declared_not_applied(const Case& c);

/// In the order in which to act.
std::vector<Diagnosis> diagnose(const Case& c, double threshold);

}  // namespace offledger::analysis
