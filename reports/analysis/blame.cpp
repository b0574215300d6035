// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/blame.hpp"

#include <algorithm>
#include <cassert>

#include "reports/analysis/lost_overlap.hpp"
#include "reports/analysis/reasons.hpp"

namespace offledger::analysis {
namespace {

/// The ops that give the SMs work, ascending by begin.
std::vector<OpRow> sm_ops(const BlameInput& in) {
  std::vector<OpRow> rows;
  for_each_op(in.links, in.device, [&](OpRow row, const GpuOp& op) {
    if ((bit(op.activity) & kSmBusy) && op.end > op.begin) rows.push_back(row);
  });
  const std::vector<GpuOp>& ops = in.links.ops.ops();
  std::sort(rows.begin(), rows.end(), [&](OpRow a, OpRow b) {
    return ops[a].begin != ops[b].begin ? ops[a].begin < ops[b].begin : a < b;
  });
  return rows;
}

/// Maximal SM-idle intervals, from the atoms.
std::vector<Interval> gaps(const Atoms& atoms) {
  std::vector<Interval> out;
  for (std::size_t i = 0; i < atoms.atoms().size(); ++i) {
    if (atoms.atoms()[i].mask & kSmBusy) continue;
    const Interval idle{atoms.atoms()[i].begin, atoms.end_of(i)};
    if (!out.empty() && out.back().end == idle.begin) {
      out.back().end = idle.end;
    } else {
      out.push_back(idle);
    }
  }
  return out;
}

void push(std::vector<Piece>& pieces, const Piece& piece) {
  if (!pieces.empty()) {
    Piece& last = pieces.back();
    if (last.time.end == piece.time.begin && last.cause == piece.cause && last.sub == piece.sub &&
        last.via == piece.via && last.host_blocked == piece.host_blocked && last.next == piece.next &&
        last.culprit == piece.culprit && last.call == piece.call) {
      last.time.end = piece.time.end;
      return;
    }
  }
  pieces.push_back(piece);
}

void explain_gap(const Reasons& reasons, Interval gap, OpRow next, std::vector<Piece>& pieces) {
  for (Nanos time = gap.begin; time < gap.end;) {
    Piece piece;
    piece.next = next;
    piece.time.begin = time;
    if (next == kNoRow32) {
      piece.cause = Cause::kDrain;
      piece.time.end = gap.end;
    } else {
      const Reason reason = reasons.why_not(next, time);
      piece.cause = reason.cause;
      piece.sub = reason.sub;
      piece.via = reason.via;
      piece.host_blocked = reason.host_blocked;
      piece.culprit = reason.culprit;
      piece.call = reason.call;
      piece.time.end = std::min(reason.until, gap.end);
    }
    time = piece.time.end;
    push(pieces, piece);
  }
}

std::vector<Piece> cut_at_steps(const std::vector<Piece>& pieces, const std::vector<StepWindow>& steps) {
  std::vector<Piece> out;
  std::size_t step = 0;
  for (Piece piece : pieces) {
    while (step + 1 < steps.size() && steps[step + 1].window.begin <= piece.time.begin) ++step;
    for (std::size_t s = step; s + 1 < steps.size() && steps[s + 1].window.begin < piece.time.end; ++s) {
      const Nanos cut = steps[s + 1].window.begin;
      if (cut <= piece.time.begin) continue;
      Piece head = piece;
      head.time.end = cut;
      out.push_back(head);
      piece.time.begin = cut;
    }
    out.push_back(piece);
  }
  return out;
}

}  // namespace

std::vector<Piece> blame(const BlameInput& in) {
  const Reasons reasons(in);
  const std::vector<OpRow> work = sm_ops(in);
  const std::vector<GpuOp>& ops = in.links.ops.ops();
  std::vector<Piece> pieces;
  auto next = work.begin();
  for (const Interval& gap : gaps(in.device.atoms)) {
    while (next != work.end() && ops[*next].begin < gap.end) ++next;
    explain_gap(reasons, gap, next == work.end() ? kNoRow32 : *next, pieces);
  }
  pieces = cut_at_steps(charge_lost_overlap(in, reasons, std::move(pieces)), in.device.steps);
#ifndef NDEBUG
  Nanos sum{};
  for (const Piece& piece : pieces) sum += piece.time.length();
  assert(sum == in.device.atoms.sm_idle(in.device.window()));
#endif
  return pieces;
}

std::string_view name_of(Cause cause) noexcept {
  switch (cause) {
    case Cause::kTransferWait: return "transfer_wait";
    case Cause::kLaunchStarved: return "launch_starved";
    case Cause::kDependencyWait: return "dependency_wait";
    case Cause::kLaunchLatency: return "launch_latency";
    case Cause::kDrain: return "drain";
    case Cause::kProfiler: return "profiler";
    case Cause::kUnknown: return "unknown";
  }
  return "unknown";
}

std::string_view name_of(Sub sub) noexcept {
  switch (sub) {
    case Sub::kNone: return "";
    case Sub::kLinkBound: return "link_bound";
    case Sub::kLateIssue: return "late_issue";
    case Sub::kHeadOfLine: return "head_of_line";
    case Sub::kSlotWait: return "slot_wait";
    case Sub::kFenced: return "fenced";
    case Sub::kBehindCompute: return "behind_compute";
    case Sub::kStaging: return "staging";
    case Sub::kCopyLatency: return "copy_latency";
    case Sub::kAllocation: return "allocation";
    case Sub::kPinning: return "pinning";
    case Sub::kHostWork: return "host_work";
    case Sub::kApiCalls: return "api_calls";
    case Sub::kOutsideCuda: return "outside_cuda";
    case Sub::kKernel: return "kernel";
    case Sub::kCollective: return "collective";
    case Sub::kMemset: return "memset";
    case Sub::kD2H: return "d2h";
    case Sub::kD2D: return "d2d";
  }
  return "";
}

std::string_view name_of(Via via) noexcept {
  switch (via) {
    case Via::kNone: return "";
    case Via::kEvent: return "event";
    case Via::kStreamOrder: return "stream_order";
    case Via::kHostBlock: return "host_block";
    case Via::kBackPressure: return "back_pressure";
  }
  return "";
}

}  // namespace offledger::analysis
