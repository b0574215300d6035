// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/analysis/bound.hpp"
#include "reports/analysis/diagnose.hpp"

namespace offledger::analysis {
namespace {

constexpr std::uint64_t kTiny = 256 << 10;
bool is_tiny(const trace::Copy& copy) noexcept {
  return copy.bytes / std::max(1U, copy.count) < kTiny;
}

struct CopySum {
  Nanos time{}, without_pageable{};
  std::set<OpRow> copies;
  std::uint64_t bytes = 0;
};

/// Sums the pieces that `of` chooses, and the copies they waited for.
template <typename Of>
CopySum sum_copies(const Case& c, Of&& of) {
  CopySum s;
  for (const Piece& piece : c.pieces) {
    if (!of(piece)) continue;
    s.time += piece.time.length();
    if (!c.from_pageable(piece)) s.without_pageable += piece.time.length();
    if (piece.culprit != kNoRow32 && c.op(piece.culprit).kind == OpKind::kCopy &&
        s.copies.insert(piece.culprit).second) {
      s.bytes += c.in.links.copy_of(c.op(piece.culprit)).bytes;
    }
  }
  return s;
}

bool transfer(const Piece& piece) noexcept {
  return piece.cause == Cause::kTransferWait;
}

/// Whether the gap's kernel stood behind a copy of its own stream. Streams of a CUDA graph's nodes are the
/// driver's choice.
bool on_kernels_stream(const Case& c, const Piece& piece) noexcept {
  return piece.next != kNoRow32 && piece.culprit != kNoRow32 && c.op(piece.culprit).kind == OpKind::kCopy &&
         !c.in.links.in_graph(c.op(piece.culprit)) && c.op(piece.culprit).stream == c.op(piece.next).stream;
}

bool held_by_memory_call(const Case& c, const Piece& piece) noexcept {
  const CallClass call = c.call_class(piece);
  return call == CallClass::kAllocation || call == CallClass::kPinning;
}

/// The end of the last copy that feeds the unit of a piece's kernel; null where no ranges name units.
std::optional<Nanos> own_weights_in(const Case& c, const Piece& piece) {
  const GpuOp& kernel = c.op(piece.next);
  if (kernel.unit == kNoUnit) return std::nullopt;
  const std::size_t step = c.in.device.step_row(kernel.step, kernel.begin);
  for (const UnitInstance& unit : c.in.units.instances) {
    if (unit.unit == kernel.unit && unit.step_row == step) {
      return unit.report.transfer ? unit.report.transfer->end : c.in.device.window().begin;
    }
  }
  return std::nullopt;
}

/// The host stood in a wait for the whole device, or in an allocation: that is no schedule of copies.
bool by_whole_device(const Case& c, const Piece& piece) {
  return held_by_memory_call(c, piece) || waits_for_device(c, piece);
}

/// The host could not launch because small copies had filled the queue.
bool behind_tiny_copies(const Case& c, const Piece& piece) {
  return piece.via == Via::kBackPressure && piece.culprit != kNoRow32 &&
         c.op(piece.culprit).kind == OpKind::kCopy && is_tiny(c.in.links.copy_of(c.op(piece.culprit)));
}

bool drains(const Case& c, const Piece& piece) {
  if (by_whole_device(c, piece) || behind_tiny_copies(c, piece)) return false;
  const std::optional<Nanos> in = own_weights_in(c, piece);
  return in && *in <= piece.time.begin;
}

}  // namespace

std::optional<Found> pageable_source(const Case& c) {
  const Transfer& h2d = c.report.total.h2d;
  if (h2d.pageable_copies == 0) return std::nullopt;
  const CopySum s = sum_copies(c, [&](const Piece& p) { return transfer(p) && c.from_pageable(p); });
  return Found{
      s.time, s.time,
      fmt::format("{} of {} H2D copies are from pageable memory; the GPU waited {:.1f} ms for {} of them "
                  "({:.2f} GB)",
                  h2d.pageable_copies, h2d.copies, milliseconds(s.time), s.copies.size(),
                  static_cast<double>(s.bytes) / 1e9)};
}

/// A host that is slow to issue is launch_bound, and one that stands in a call host_block_per_layer: what is
/// late for neither reason is held behind compute.
std::optional<Found> late_issue(const Case& c) {
  const CopySum s = sum_copies(c, [&](const Piece& p) { return transfer(p) && p.sub == Sub::kFenced; });
  return Found{
      s.time, s.without_pageable,
      fmt::format("{} copies waited, by an event, for kernels that do not read their slot, the link idle: "
                  "{:.1f} ms of the GPU's wait for them",
                  s.copies.size(), milliseconds(s.time))};
}

std::optional<Found> single_slot(const Case& c) {
  const CopySum s = sum_copies(c, [](const Piece& p) { return transfer(p) && p.sub == Sub::kSlotWait; });
  return Found{
      s.time, s.without_pageable,
      fmt::format(
          "copies waited for kernels that still read their slot, the link idle: {:.1f} ms of the GPU's wait "
          "for {} copies",
          milliseconds(s.time), s.copies.size())};
}

std::optional<Found> head_of_line(const Case& c) {
  const CopySum s = sum_copies(c, [&](const Piece& p) {
    return transfer(p) && p.sub == Sub::kHeadOfLine && !drains(c, p) && !on_kernels_stream(c, p) &&
           !by_whole_device(c, p) && !behind_tiny_copies(c, p);
  });
  return Found{
      s.time, s.without_pageable,
      fmt::format("the next kernel's weights queued behind {} copies that later kernels need: {:.1f} ms",
                  s.copies.size(), milliseconds(s.time))};
}

std::optional<Found> stream_drain(const Case& c) {
  const CopySum s =
      sum_copies(c, [&](const Piece& p) { return transfer(p) && p.sub == Sub::kHeadOfLine && drains(c, p); });
  return Found{
      s.time, s.without_pageable,
      fmt::format(
          "the next kernel's weights were in; it waited {:.1f} ms for {} later copies on their stream",
          milliseconds(s.time), s.copies.size())};
}

/// On a stream of their own, copies could have run under kernels: no more than the shorter of the two is won.
std::optional<Found> same_stream(const Case& c) {
  const CopySum s = sum_copies(c, [&](const Piece& p) {
    return transfer(p) && (p.sub == Sub::kBehindCompute || on_kernels_stream(c, p));
  });
  const Figures& f = c.report.total;
  const Nanos could_hide = std::max(Nanos{}, std::min(f.h2d.busy, f.compute) - f.h2d.hidden);
  return Found{
      std::min(s.time, could_hide), std::min(s.without_pageable, could_hide),
      fmt::format(
          "{} copies run on the stream of the kernels that wait for them, and neither runs under the other: "
          "{:.1f} ms of the GPU's wait, {:.1f} ms of which could be hidden",
          s.copies.size(), milliseconds(s.time), milliseconds(std::min(s.time, could_hide)))};
}

bool issues_tiny_copies(const Case& c, const Piece& piece) {
  const std::uint32_t thread = c.in.device.launch_thread;
  if (thread == kNoRow32) return false;
  const trace::Timeline& t = c.in.links.timeline;
  const std::vector<std::uint32_t>& calls = c.in.host.calls(thread);
  const auto tiny = [&](std::uint32_t call) {
    const OpRow op = c.in.graph.enqueued_by(call);
    return op != kNoRow32 && c.op(op).kind == OpKind::kCopy && is_tiny(c.in.links.copy_of(c.op(op)));
  };
  const auto after =
      std::upper_bound(calls.begin(), calls.end(), piece.time.begin,
                       [&](Nanos time, std::uint32_t call) { return time < t.calls[call].begin; });
  return after != calls.begin() && after != calls.end() && tiny(*std::prev(after)) && tiny(*after);
}

/// Time beyond what the bytes take at the plateau, of copies too small to reach it.
std::optional<Found> tiny_copies(const Case& c) {
  std::uint64_t rate = c.in.links.timeline.source.link_bytes_per_s, tiny = 0, all = 0;
  for_each_op(c.in.links, c.in.device, [&](OpRow, const GpuOp& op) {
    if (op.activity != Activity::kH2D) return;
    const trace::Copy& copy = c.in.links.copy_of(op);
    all += copy.count;
    if (is_tiny(copy)) tiny += copy.count;
    const double seconds = static_cast<double>((op.end - op.begin).count()) / 1e9;
    if (seconds > 0)
      rate = std::max(rate, static_cast<std::uint64_t>(static_cast<double>(copy.bytes) / seconds));
  });
  if (tiny * 2 < all || rate == 0) return std::nullopt;
  Nanos time{};
  for (const Piece& piece : c.pieces) {
    const bool in_copy_call = piece.cause == Cause::kLaunchStarved &&
                              (c.call_class(piece) == CallClass::kAsyncCopy || issues_tiny_copies(c, piece));
    const bool for_copy =
        transfer(piece) && piece.culprit != kNoRow32 && c.op(piece.culprit).kind == OpKind::kCopy;
    if (!in_copy_call && !for_copy) continue;
    if (for_copy && !in_copy_call) {
      const GpuOp& op = c.op(piece.culprit);
      if (!is_tiny(c.in.links.copy_of(op))) continue;
      if (!behind_tiny_copies(c, piece) && piece.sub != Sub::kCopyLatency && piece.sub != Sub::kLateIssue) {
        // The share of this wait that a copy at the plateau would not have needed.
        const double needed = static_cast<double>(transfer_time(c.in.links.copy_of(op).bytes, rate).count());
        const double took = std::max(1.0, static_cast<double>((op.end - op.begin).count()));
        const double excess =
            std::max(0.0, 1.0 - needed / took) * static_cast<double>(piece.time.length().count());
        time += Nanos(static_cast<std::int64_t>(excess));
        continue;
      }
    }
    time += piece.time.length();
  }
  return Found{
      time, time,
      fmt::format("{} of {} H2D copies are under 256 KiB; issuing and starting them cost the GPU {:.1f} ms",
                  tiny, all, milliseconds(time))};
}

/// Idle time that the bound itself implies, or that passed under copies which could not have run earlier.
std::optional<Found> link_bound(const Case& c) {
  const CopySum pieces = sum_copies(
      c, [&](const Piece& p) { return transfer(p) && p.sub == Sub::kLinkBound && !c.from_pageable(p); });
  const CopySum waits = sum_copies(c, [&](const Piece& p) { return transfer(p) && !c.from_pageable(p); });
  Nanos implied{};
  for (const StepReport* step : warm_steps(c.report)) {
    if (step->figures.bound) implied += std::max(Nanos{}, *step->figures.bound - step->figures.compute);
  }
  const Nanos time = std::max(pieces.time, std::min(implied, waits.time));
  const Figures& f = c.report.total;
  return Found{
      time, time,
      fmt::format("{:.1f} ms of the GPU's wait passed while copies that it needed ran and could not have run "
                  "earlier; the link was busy {:.1f} % of the time",
                  milliseconds(time),
                  100.0 * milliseconds(f.h2d.busy) / std::max(1e-9, milliseconds(f.ledger.wall())))};
}

}  // namespace offledger::analysis
