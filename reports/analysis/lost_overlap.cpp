// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/lost_overlap.hpp"

#include <algorithm>

namespace offledger::analysis {
namespace {

/// Time lost to one reason, not yet charged.
struct Loss {
  Nanos left{};
  Reason reason;
  Nanos needed =
      Nanos::max();  ///< what the link carried instead is needed then: a loss to kernels before that
};

bool chargeable(const Reason& reason) noexcept {
  if (reason.cause == Cause::kTransferWait) {
    return reason.sub == Sub::kLateIssue || reason.sub == Sub::kSlotWait || reason.sub == Sub::kFenced ||
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

class Losses {
 public:
  Losses(const BlameInput& in, const Reasons& reasons) : in_(in), reasons_(reasons) {}

  /// Accounts for an atom in which kernels ran and no H2D copy did.
  void lose_idle(Interval time) {
    const std::vector<OpRow>& copies = reasons_.copies();
    const std::vector<GpuOp>& ops = in_.links.ops.ops();
    while (next_ < copies.size() && ops[copies[next_]].begin < time.end) ++next_;
    if (next_ == copies.size()) return;
    for (Nanos at = time.begin; at < time.end;) {
      const Reason reason = reasons_.why_not(copies[next_], at);
      const Nanos end = std::min(reason.until, time.end);
      if (chargeable(reason)) push({end - at, as_lateness(reason, copies[next_])});
      at = end;
    }
  }

  /// Accounts for an atom in which kernels and an H2D copy ran.
  void lose_to_later(Interval time) {
    for (Nanos at = time.begin; at < time.end;) {
      Nanos until = time.end;
      const OpRow copy = reasons_.on_link(at, until);
      if (copy != kNoRow32) {
        Reason reason;
        reason.cause = Cause::kTransferWait;
        reason.sub = Sub::kHeadOfLine;
        reason.culprit = copy;
        const Nanos needed = reasons_.needed_at(copy);
        if (needed > until) push({until - at, reason, needed});
      }
      at = until;
    }
  }

  void forget() noexcept { losses_.clear(); }

  /// Splits a link_bound piece by what made its copy late; the latest loss first, at the piece's end.
  void charge(Piece piece, std::vector<Piece>& out) {
    const Nanos kernel = in_.links.ops.ops()[piece.next].begin;
    std::vector<Piece> late;
    for (std::size_t i = losses_.size(); i-- > 0 && piece.time.begin < piece.time.end;) {
      Loss& loss = losses_[i];
      if (loss.needed <= kernel || loss.left.count() == 0) continue;
      const Nanos take = std::min(loss.left, piece.time.length());
      Piece part = piece;
      part.time.begin = piece.time.end - take;
      part.sub = loss.reason.sub;
      part.host_blocked = loss.reason.host_blocked;
      part.call = loss.reason.call;
      if (part.sub == Sub::kHeadOfLine) part.culprit = loss.reason.culprit;
      piece.time.end = part.time.begin;
      late.push_back(part);
      loss.left -= take;
    }
    if (piece.time.begin < piece.time.end) out.push_back(piece);
    out.insert(out.end(), late.rbegin(), late.rend());
    prune(kernel);
  }

 private:
  void push(const Loss& loss) {
    if (!losses_.empty()) {
      Loss& last = losses_.back();
      if (last.reason.sub == loss.reason.sub && last.reason.host_blocked == loss.reason.host_blocked &&
          last.reason.call == loss.reason.call && last.needed == loss.needed) {
        last.left += loss.left;
        return;
      }
    }
    losses_.push_back(loss);
  }

  /// Drops what no later kernel can be charged with. Amortised: only when the list has doubled.
  void prune(Nanos now) {
    if (losses_.size() < pruned_at_) return;
    std::erase_if(losses_, [&](const Loss& loss) { return loss.left.count() == 0 || loss.needed <= now; });
    pruned_at_ = std::max<std::size_t>(64, 2 * losses_.size());
  }

  const BlameInput& in_;
  const Reasons& reasons_;
  std::vector<Loss> losses_;
  std::size_t pruned_at_ = 64;
  std::size_t next_ = 0;
};

}  // namespace

std::vector<Piece> charge_lost_overlap(const BlameInput& in, const Reasons& reasons,
                                       std::vector<Piece> pieces) {
  const Atoms& atoms = in.device.atoms;
  const std::vector<StepWindow>& steps = in.device.steps;
  const bool wraps = in.links.timeline.source.wraps;
  if (reasons.copies().empty()) return pieces;
  Losses losses(in, reasons);
  std::vector<Piece> out;
  std::size_t next = 0, step = 0;
  for (std::size_t i = 0; i < atoms.atoms().size(); ++i) {
    const Atoms::Atom& atom = atoms.atoms()[i];
    while (step + 1 < steps.size() && steps[step + 1].window.begin <= atom.begin) {
      ++step;
      if (!wraps) losses.forget();
    }
    if (atom.mask & kSmBusy) {
      const Interval time{atom.begin, atoms.end_of(i)};
      if (atom.mask & bit(Activity::kH2D)) {
        losses.lose_to_later(time);
      } else {
        losses.lose_idle(time);
      }
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
