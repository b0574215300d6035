// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/lost_overlap.hpp"

#include <algorithm>

namespace offledger::analysis {
namespace {

/// Overlap lost to one reason, not yet charged.
struct Loss {
  Nanos left{};
  Reason reason;
};

bool chargeable(const Reason& reason) noexcept {
  if (reason.cause == Cause::kTransferWait) {
    return reason.sub == Sub::kLateIssue || reason.sub == Sub::kSlotWait ||
           reason.sub == Sub::kBehindCompute || reason.sub == Sub::kStaging;
  }
  // A host that waited, allocated or pinned before it issued the copy.
  return reason.cause == Cause::kLaunchStarved || reason.cause == Cause::kDependencyWait;
}

/// What the copy is late for, as a transfer's sub-cause: whatever else kept the host from issuing it, it was
/// late.
Reason as_lateness(Reason reason, OpRow copy) noexcept {
  if (reason.cause != Cause::kTransferWait) {
    reason.sub = Sub::kLateIssue;
    reason.cause = Cause::kTransferWait;
  }
  reason.culprit = copy;
  return reason;
}

class Ledgerman {
 public:
  Ledgerman(const BlameInput& in, const Reasons& reasons) : in_(in), reasons_(reasons) {}

  /// Accounts for the time of one atom in which kernels ran and no H2D copy did.
  void lose(Interval time) {
    const std::vector<OpRow>& copies = reasons_.copies();
    const std::vector<GpuOp>& ops = in_.links.ops.ops();
    while (next_ < copies.size() && ops[copies[next_]].begin < time.end) ++next_;
    if (next_ == copies.size()) return;
    for (Nanos at = time.begin; at < time.end;) {
      const Reason reason = reasons_.why_not(copies[next_], at);
      const Nanos end = std::min(reason.until, time.end);
      if (chargeable(reason)) losses_.push_back({end - at, as_lateness(reason, copies[next_])});
      at = end;
    }
  }

  void forget() noexcept { losses_.clear(); }

  /// Splits a link_bound piece by what made its copy late; the latest loss first, at the piece's end.
  void charge(Piece piece, std::vector<Piece>& out) {
    std::vector<Piece> late;
    while (piece.time.begin < piece.time.end && !losses_.empty()) {
      Loss& loss = losses_.back();
      const Nanos take = std::min(loss.left, piece.time.length());
      Piece part = piece;
      part.time.begin = piece.time.end - take;
      part.sub = loss.reason.sub;
      part.host_blocked = loss.reason.host_blocked;
      part.call = loss.reason.call;
      piece.time.end = part.time.begin;
      late.push_back(part);
      loss.left -= take;
      if (loss.left.count() == 0) losses_.pop_back();
    }
    if (piece.time.begin < piece.time.end) out.push_back(piece);
    out.insert(out.end(), late.rbegin(), late.rend());
  }

 private:
  const BlameInput& in_;
  const Reasons& reasons_;
  std::vector<Loss> losses_;
  std::size_t next_ = 0;
};

}  // namespace

std::vector<Piece> charge_lost_overlap(const BlameInput& in, const Reasons& reasons,
                                       std::vector<Piece> pieces) {
  const Atoms& atoms = in.device.atoms;
  const std::vector<StepWindow>& steps = in.device.steps;
  const bool wraps = in.links.timeline.source.wraps;
  if (reasons.copies().empty()) return pieces;
  Ledgerman losses(in, reasons);
  std::vector<Piece> out;
  std::size_t next = 0, step = 0;
  for (std::size_t i = 0; i < atoms.atoms().size(); ++i) {
    const Atoms::Atom& atom = atoms.atoms()[i];
    while (step + 1 < steps.size() && steps[step + 1].window.begin <= atom.begin) {
      ++step;
      if (!wraps) losses.forget();
    }
    if (atom.mask & kSmBusy) {
      if (!(atom.mask & bit(Activity::kH2D))) losses.lose({atom.begin, atoms.end_of(i)});
      continue;
    }
    for (; next < pieces.size() && pieces[next].time.begin < atoms.end_of(i); ++next) {
      if (pieces[next].cause == Cause::kTransferWait && pieces[next].sub == Sub::kLinkBound) {
        losses.charge(pieces[next], out);
      } else {
        out.push_back(pieces[next]);
      }
    }
  }
  return out;
}

}  // namespace offledger::analysis
