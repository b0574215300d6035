// SPDX-License-Identifier: Apache-2.0
//
// From a Timeline to a ledger: where every nanosecond of a device's window went, for the whole window, for
// each step, and for each unit. docs/metrics.md defines every figure; the sums close exactly, asserted.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/trace/timeline.hpp"
#include "reports/analysis/counter_report.hpp"
#include "reports/analysis/interval_set.hpp"

namespace offledger::plan {
struct Plan;
}

namespace offledger::analysis {

/// The partition of a window: each instant is in exactly one class. wall() is the window's length.
struct Ledger {
  Nanos compute_only{};     ///< compute, no copy
  Nanos hidden{};           ///< compute and any copy
  Nanos exposed{};          ///< a copy, neither compute nor collective
  Nanos collective{};       ///< a collective, no compute (with or without a copy)
  Nanos collective_copy{};  ///< the part of `collective` with a copy
  Nanos idle{};             ///< nothing
  [[nodiscard]] Nanos wall() const noexcept { return compute_only + hidden + exposed + collective + idle; }
  bool operator==(const Ledger&) const = default;
};

/// One direction of transfer in a window. Views of the ledger's atoms: never sum two directions.
struct Transfer {
  Nanos busy{};     ///< union of the copies
  Nanos hidden{};   ///< with compute
  Nanos exposed{};  ///< with neither compute nor a collective
  std::uint64_t bytes = 0;
  std::uint64_t copies = 0;
  std::uint64_t pageable_copies = 0;
  std::uint64_t moved = 0;  ///< bytes that went over the link within the window, whichever step consumed them
  bool operator==(const Transfer&) const = default;
};

/// Everything measured over one window. Absent optionals are null in JSON: not measurable here, never 0.
struct Figures {
  Interval window;
  Ledger ledger;
  Nanos compute{};  ///< union of kernels and memsets
  Transfer h2d, d2h;
  std::optional<Nanos> cpu_blocked;  ///< null where the trace has no host calls
  std::optional<Nanos> step_join;
  std::optional<Nanos> host_work;  ///< null where no range declares it
  std::optional<Nanos> lead_median, lead_p05;
  std::optional<Nanos> steady_layer;
  std::optional<Nanos> fill;
  std::optional<Nanos> bound;
  /// Copies that are missing, extra or other than the plan's: of the whole recording, in every window of it;
  /// by explain() where it was given the plan, null where the recording cannot tell.
  std::optional<std::uint64_t> nonconforming_copies;
  std::uint32_t layers = 0;  ///< distinct layers seen in the window's unit ranges; 0 where none

  /// wall - (compute | collective): the SMs have no work, a copy may be running.
  [[nodiscard]] Nanos gpu_idle() const noexcept { return ledger.exposed + ledger.idle; }
};

/// A share of gpu_idle_ns and what it was lost to (docs/blame.md).
struct CauseTime {
  std::string cause;  ///< "transfer_wait"
  std::string sub;    ///< "late_issue"; empty where a cause has none
  std::string via;    ///< "event", "stream_order", "host_block", "back_pressure", or empty
  Nanos time{};
  bool operator==(const CauseTime&) const = default;
};

/// Time that one thread spent held in one CUDA call, and for what.
struct CpuTime {
  std::string thread;
  std::string api;
  std::string waited_for;  ///< "h2d", "kernel", …, "allocation", "pinning", "queue_full", or "nothing"
  Nanos time{};
  std::uint64_t calls = 0;
  bool operator==(const CpuTime&) const = default;
};

/// What the chain of waits through a window consists of (docs/what-if.md); the times sum to the window.
struct CriticalPath {
  Nanos compute{}, collective{}, h2d{}, other_copies{};
  Nanos host{};     ///< calls, and the time between them
  Nanos latency{};  ///< from what was waited for to what waited
  Nanos unknown{};
  bool operator==(const CriticalPath&) const = default;
};
/// What most of a path is: "link", "compute", "collective", "host", "latency", "unknown".
std::string_view limit_of(const CriticalPath& path) noexcept;

/// A prediction: the wall, had one thing been different.
struct WhatIf {
  std::string id;      ///< "copies_early"
  std::string change;  ///< in words
  Nanos wall{};
  std::optional<Nanos> step_median;  ///< over the warm steps
};

struct StepReport {
  std::uint32_t step = 0;
  bool cold = false;  ///< step 0 where there are others
  Figures figures;
  std::vector<CauseTime> causes;              ///< by explain(): their times sum to gpu_idle
  std::optional<CriticalPath> critical_path;  ///< by explain()
};

/// The kernels of one unit in one step, and how long they waited for its weights.
struct UnitReport {
  std::uint32_t step = 0;
  std::int32_t layer = 0;
  std::string group;
  Interval compute;                  ///< first kernel's begin .. last kernel's end
  Nanos busy{};                      ///< union of its kernels
  std::optional<Interval> transfer;  ///< first copy's begin .. last copy's end
  std::uint64_t h2d_bytes = 0;
  std::optional<Nanos> lead;      ///< first kernel's begin - last copy's end
  Nanos gap{};                    ///< SMs without work between the unit before and this one's first kernel
  std::vector<CauseTime> causes;  ///< by explain(): of the gaps that ended with one of its kernels
};

struct DeviceReport {
  trace::DeviceId device{};
  std::string name;
  Figures total;
  std::vector<StepReport> steps;  ///< never empty: a trace without steps has one
  std::vector<UnitReport> units;  ///< in order of compute; empty where no ranges name units
  /// H2D copies of units that no later kernel computes: in `total`, and in no step.
  std::uint64_t unconsumed_h2d_bytes = 0;
  std::uint64_t unconsumed_h2d_copies = 0;
  std::optional<CounterReport> counters;  ///< where hardware counters were sampled
  // By explain():
  std::vector<CauseTime> causes;              ///< longest first; their times sum to gpu_idle
  std::vector<CpuTime> cpu;                   ///< longest first
  std::optional<Nanos> cpu_blocked_gpu_idle;  ///< the launching thread was held and the SMs had no work
  std::optional<CriticalPath> critical_path;
  // By explain() where ExplainOptions::what_if says so and the recording can be replayed:
  std::optional<Nanos> replayed_wall;  ///< with nothing changed: wall, as far as the replay is right
  std::vector<WhatIf> what_if;
};

/// A doubt about the measurement. Ids are those of docs/findings.md.
struct Finding {
  std::string id;
  std::string detail;
  bool disqualifies = false;  ///< the gate refuses the run
};

/// A bug class by name (docs/diagnoses.md), with the time that it explains.
struct Diagnosis {
  std::string id;
  trace::DeviceId device{};
  Nanos time{};
  std::string evidence;  ///< which copies, which calls, how many
  std::string advice;    ///< one sentence
};

/// What a source did not tell, and explain() had to do without.
struct Missing {
  std::uint64_t ops_without_call = 0;
  std::uint64_t waits_without_record = 0;
  std::uint64_t records_without_place = 0;
  std::uint64_t inferred_waits = 0;  ///< told by program order, or of a CUDA graph's node: not by ids
  std::uint64_t inferred_syncs = 0;
  std::uint64_t unresolved_waits = 0;  ///< nothing told what was awaited: their time is `unknown`
  bool operator==(const Missing&) const = default;
};

/// How much a recording holds.
struct Records {
  std::uint64_t kernels = 0, copies = 0, memsets = 0, calls = 0;
  bool operator==(const Records&) const = default;
};

struct Report {
  trace::Provenance source;
  Records records;
  trace::Defects defects;
  std::vector<DeviceReport> devices;
  std::vector<Finding> findings;
  std::vector<Diagnosis> diagnoses;  ///< by explain(): the one to act on first
  Missing missing;                   ///< by explain()
  Nanos clock_skew{};  ///< the most by which a kernel began before its launch call: leads above -skew are no
                       ///< race
};

/// Throws Error(kNotMeasured) where the Timeline holds no GPU op. Cost: O(n log n) in records; 1 M events in
/// under 100 ms on one core. Pure.
Report analyse(const trace::Timeline& timeline);

struct ExplainOptions {
  const plan::Plan* plan = nullptr;  ///< what was meant to run, which the recording is then held to, exactly
  double threshold = 0.01;  ///< a diagnosis explains at least this share of wall; races are always told
  bool what_if = false;     ///< predict what changes would come to
};

/// analyse(), and every nanosecond of gpu_idle with its cause, the CPU's ledger, and the diagnoses that
/// follow.
Report explain(const trace::Timeline& timeline, const ExplainOptions& options = {});

/// The figures a run is judged by: the median over the warm steps of each figure (step 0 where it is alone),
/// computed metric by metric in reports/metrics.
std::vector<const StepReport*> warm_steps(const DeviceReport& device);

}  // namespace offledger::analysis
