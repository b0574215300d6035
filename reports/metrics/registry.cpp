// SPDX-License-Identifier: Apache-2.0
//
// The metrics, one entry each, in the order in which reports show them. Every text that says what a metric
// means is made from this table.

#include <algorithm>
#include <array>

#include "reports/metrics/metrics.hpp"

namespace offledger::metrics {
namespace {

using analysis::Figures;
using analysis::Transfer;
using Value1 = std::optional<double>;

double ns(Nanos t) {
  return static_cast<double>(t.count());
}
Value1 ns(const std::optional<Nanos>& t) {
  return t ? Value1(ns(*t)) : std::nullopt;
}
double count(std::uint64_t n) {
  return static_cast<double>(n);
}

/// Null where the denominator is zero.
Value1 ratio(Nanos a, Nanos b) {
  return b.count() == 0 ? std::nullopt : Value1(ns(a) / ns(b));
}

/// Null in a direction that had no copy: a share of nothing is no figure. Counts and bytes stay 0.
Value1 time_of(const Transfer& transfer, Nanos t) {
  return transfer.copies == 0 && transfer.busy.count() == 0 ? std::nullopt : Value1(ns(t));
}

Nanos avoidable(const Figures& f) {
  return std::max(Nanos{}, f.h2d.exposed - std::max(Nanos{}, f.h2d.busy - f.compute));
}

constexpr auto kLower = Direction::kLower;
constexpr auto kHigher = Direction::kHigher;
constexpr auto kNone = Direction::kNone;
constexpr bool kGates = true, kShown = false, kWithOthers = true, kAlone = false;

constexpr std::array kMetrics{
    Metric{"wall_ns", "wall", Unit::kNanoseconds, Class::kPositive, kLower, kGates, kAlone,
           "last GPU op end - first GPU op start",
           "The window; of a step, from its first kernel to the next step's first kernel.",
           [](const Figures& f) -> Value1 { return ns(f.ledger.wall()); }},
    Metric{"compute_only_ns", "compute only", Unit::kNanoseconds, Class::kInformation, kNone, kShown, kAlone,
           "|compute - any copy|", "Ledger: kernels or memsets ran, no copy did.",
           [](const Figures& f) -> Value1 { return ns(f.ledger.compute_only); }},
    Metric{"hidden_ns", "hidden", Unit::kNanoseconds, Class::kInformation, kNone, kShown, kAlone,
           "|compute & any copy|", "Ledger: copies ran under kernels, at no cost in time.",
           [](const Figures& f) -> Value1 { return ns(f.ledger.hidden); }},
    Metric{"exposed_ns", "exposed", Unit::kNanoseconds, Class::kInformation, kNone, kShown, kAlone,
           "|any copy - compute - collective|", "Ledger: copies ran and the SMs had no work.",
           [](const Figures& f) -> Value1 { return ns(f.ledger.exposed); }},
    Metric{"collective_ns", "collective", Unit::kNanoseconds, Class::kInformation, kNone, kShown, kAlone,
           "|collective - compute|",
           "Ledger: a communication kernel ran and no other did, with or without a copy.",
           [](const Figures& f) -> Value1 { return ns(f.ledger.collective); }},
    Metric{"collective_copy_ns", "collective with copy", Unit::kNanoseconds, Class::kInformation, kNone,
           kShown, kAlone, "|(collective - compute) & any copy|",
           "The part of collective_ns in which a copy ran too.",
           [](const Figures& f) -> Value1 { return ns(f.ledger.collective_copy); }},
    Metric{"idle_ns", "idle", Unit::kNanoseconds, Class::kInformation, kNone, kShown, kAlone,
           "wall - compute_only - hidden - exposed - collective", "Ledger: nothing ran at all.",
           [](const Figures& f) -> Value1 { return ns(f.ledger.idle); }},
    Metric{"compute_ns", "compute", Unit::kNanoseconds, Class::kPositive, kLower, kShown, kAlone, "|compute|",
           "Union of kernels and memsets, without collectives.",
           [](const Figures& f) -> Value1 { return ns(f.compute); }},
    Metric{
        "gpu_idle_ns", "GPU idle", Unit::kNanoseconds, Class::kPointsOfWall, kLower, kShown, kWithOthers,
        "wall - |compute | collective|",
        "The SMs had no work; a copy may have been running. Every nanosecond of it has a cause in `explain`.",
        [](const Figures& f) -> Value1 { return ns(f.gpu_idle()); }},
    Metric{"device_idle_ns", "device idle", Unit::kNanoseconds, Class::kPointsOfWall, kLower, kShown, kAlone,
           "idle_ns", "Nothing at all ran on the device.",
           [](const Figures& f) -> Value1 { return ns(f.ledger.idle); }},
    Metric{"cpu_blocked_ns", "CPU blocked", Unit::kNanoseconds, Class::kPointsOfWall, kLower, kGates, kAlone,
           "|blocking calls on the launching thread| - step_join_ns",
           "Time in synchronising calls, synchronous or pageable copies, allocation, free and registration, "
           "and launch "
           "calls into a full queue. Null where host calls were not recorded.",
           [](const Figures& f) { return ns(f.cpu_blocked); }},
    Metric{"step_join_ns", "step join", Unit::kNanoseconds, Class::kInformation, kNone, kShown, kAlone,
           "|waits after a step's last enqueue|",
           "The wait for a step's end. A fully asynchronous program waits there for all its work, and is not "
           "blocked.",
           [](const Figures& f) { return ns(f.step_join); }},
    Metric{"host_work_ns", "host work", Unit::kNanoseconds, Class::kInformation, kNone, kShown, kAlone,
           "|host-work ranges on the launching thread|", "Host time that a plan declares as its own work.",
           [](const Figures& f) { return ns(f.host_work); }},
    Metric{
        "h2d_ns", "H2D", Unit::kNanoseconds, Class::kInformation, kNone, kShown, kAlone, "|h2d|",
        "Union of host-to-device copies. Null (not applicable) where there is none, as with zero-copy reads.",
        [](const Figures& f) { return time_of(f.h2d, f.h2d.busy); }},
    Metric{"h2d_hidden_ns", "H2D hidden", Unit::kNanoseconds, Class::kInformation, kNone, kShown, kAlone,
           "|h2d & compute|", "H2D that ran under kernels.",
           [](const Figures& f) { return time_of(f.h2d, f.h2d.hidden); }},
    Metric{"h2d_exposed_ns", "H2D exposed", Unit::kNanoseconds, Class::kPointsOfWall, kLower, kShown, kAlone,
           "|h2d - compute - collective|", "H2D that ran while the SMs had no work.",
           [](const Figures& f) { return time_of(f.h2d, f.h2d.exposed); }},
    Metric{"d2h_ns", "D2H", Unit::kNanoseconds, Class::kInformation, kNone, kShown, kAlone, "|d2h|",
           "Union of device-to-host copies.", [](const Figures& f) { return time_of(f.d2h, f.d2h.busy); }},
    Metric{"d2h_hidden_ns", "D2H hidden", Unit::kNanoseconds, Class::kInformation, kNone, kShown, kAlone,
           "|d2h & compute|", "D2H that ran under kernels.",
           [](const Figures& f) { return time_of(f.d2h, f.d2h.hidden); }},
    Metric{"d2h_exposed_ns", "D2H exposed", Unit::kNanoseconds, Class::kPointsOfWall, kLower, kShown, kAlone,
           "|d2h - compute - collective|", "D2H that ran while the SMs had no work.",
           [](const Figures& f) { return time_of(f.d2h, f.d2h.exposed); }},
    Metric{"avoidable_exposed_ns", "avoidable exposed", Unit::kNanoseconds, Class::kPointsOfWall, kLower,
           kGates, kAlone, "max(0, h2d_exposed - max(0, h2d - compute))",
           "Exposed H2D that a better schedule could still hide under the compute there is.",
           [](const Figures& f) { return time_of(f.h2d, avoidable(f)); }},
    Metric{"overlap", "overlap", Unit::kRatio, Class::kRatio, kHigher, kShown, kWithOthers,
           "h2d_hidden / h2d",
           "The share of H2D that is hidden. Misleads alone: on a full link, faster kernels lower it at no "
           "loss.",
           [](const Figures& f) { return ratio(f.h2d.hidden, f.h2d.busy); }},
    Metric{"overlap_of_possible", "overlap of possible", Unit::kRatio, Class::kRatio, kHigher, kGates, kAlone,
           "h2d_hidden / min(h2d, compute)",
           "1.0 is all that could be hidden. Null where there is no H2D or no compute.",
           [](const Figures& f) { return ratio(f.h2d.hidden, std::min(f.h2d.busy, f.compute)); }},
    Metric{"h2d_bytes", "H2D bytes", Unit::kBytes, Class::kExact, kLower, kGates, kAlone, "sum of bytes",
           "Of a step: the bytes it consumed, whenever they were copied.",
           [](const Figures& f) -> Value1 { return count(f.h2d.bytes); }},
    Metric{"h2d_copies", "H2D copies", Unit::kCount, Class::kExact, kLower, kGates, kAlone, "count of copies",
           "Merged records count as the copies that they hold.",
           [](const Figures& f) -> Value1 { return count(f.h2d.copies); }},
    Metric{"h2d_pageable_copies", "H2D pageable copies", Unit::kCount, Class::kExact, kLower, kGates, kAlone,
           "count of copies from pageable memory", "Each holds the thread that issues it until it is staged.",
           [](const Figures& f) -> Value1 { return count(f.h2d.pageable_copies); }},
    Metric{"nonconforming_copies", "nonconforming copies", Unit::kCount, Class::kExact, kLower, kGates,
           kAlone, "copies missing, extra or other than the plan's",
           "Of the whole recording: unit, bytes, source memory, slot, stream, order and lead are those of "
           "the plan, "
           "or the copy counts. Null where no plan is known, or nothing is copied.",
           [](const Figures& f) {
             return f.nonconforming_copies ? Value1(count(*f.nonconforming_copies)) : Value1();
           }},
    Metric{"d2h_bytes", "D2H bytes", Unit::kBytes, Class::kExact, kLower, kGates, kAlone, "sum of bytes",
           "Bytes copied back to the host.", [](const Figures& f) -> Value1 { return count(f.d2h.bytes); }},
    Metric{"d2h_copies", "D2H copies", Unit::kCount, Class::kExact, kLower, kGates, kAlone, "count of copies",
           "Copies back to the host.", [](const Figures& f) -> Value1 { return count(f.d2h.copies); }},
    Metric{"d2h_pageable_copies", "D2H pageable copies", Unit::kCount, Class::kExact, kLower, kGates, kAlone,
           "count of copies to pageable memory", "Each holds the thread that issues it until it is done.",
           [](const Figures& f) -> Value1 { return count(f.d2h.pageable_copies); }},
    Metric{"link_gbps", "link rate", Unit::kGigabytesPerSecond, Class::kPositive, kHigher, kShown, kAlone,
           "bytes copied within the window / h2d_ns",
           "Of a step: what the link carried in it, whichever step consumed it.",
           [](const Figures& f) -> Value1 {
             if (f.h2d.busy.count() == 0) return std::nullopt;
             return count(f.h2d.moved) / ns(f.h2d.busy);
           }},
    Metric{"link_busy", "link busy", Unit::kRatio, Class::kRatio, kHigher, kShown, kAlone, "h2d / wall",
           "The share of the window in which an H2D copy ran.",
           [](const Figures& f) -> Value1 {
             return f.h2d.copies == 0 ? std::nullopt : ratio(f.h2d.busy, f.ledger.wall());
           }},
    Metric{"lead_ns_median", "lead, median", Unit::kNanoseconds, Class::kInformation, kHigher, kShown, kAlone,
           "median of (consuming kernel's start - its last copy's end)",
           "How early weights arrive. Needs ranges that name units.",
           [](const Figures& f) { return ns(f.lead_median); }},
    Metric{"lead_ns_p05", "lead, 5 %", Unit::kNanoseconds, Class::kInformation, kHigher, kShown, kAlone,
           "5 % quantile of the same", "Below zero by more than the clock skew is a race.",
           [](const Figures& f) { return ns(f.lead_p05); }},
    Metric{"steady_layer_ns", "steady layer", Unit::kNanoseconds, Class::kPositive, kLower, kShown, kAlone,
           "(last - first layer end) / layers between",
           "Time a layer once the pipeline has filled: over whole offload groups in the middle half of the "
           "layers.",
           [](const Figures& f) { return ns(f.steady_layer); }},
    Metric{"fill_ns", "fill", Unit::kNanoseconds, Class::kPointsOfWall, kLower, kShown, kAlone,
           "wall - layers x steady_layer", "What filling and draining the pipeline costs a step.",
           [](const Figures& f) { return ns(f.fill); }},
    Metric{"bound_ns", "bound", Unit::kNanoseconds, Class::kInformation, kNone, kShown, kAlone,
           "makespan of: copies back to back in need order, unlimited slots; where steps overlap "
           "max(compute, transfer)",
           "No schedule of these copies and kernels is faster on this link. Null without a link figure.",
           [](const Figures& f) { return ns(f.bound); }},
    Metric{
        "efficiency", "efficiency", Unit::kRatio, Class::kRatio, kHigher, kShown, kAlone, "bound / wall",
        "1.0 is all that the link and the kernels allow.",
        [](const Figures& f) -> Value1 { return f.bound ? ratio(*f.bound, f.ledger.wall()) : std::nullopt; }},
};

}  // namespace

std::span<const Metric> all() {
  return kMetrics;
}

const Metric* find(std::string_view name) {
  const auto* it = std::find_if(kMetrics.begin(), kMetrics.end(),
                                [&](const Metric& metric) { return metric.name == name; });
  return it == kMetrics.end() ? nullptr : &*it;
}

}  // namespace offledger::metrics
