// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>

#include "reports/analysis/diagnose.hpp"

namespace offledger::analysis {
namespace {

struct CallSum {
  Nanos time{}, without_pageable{};
  std::set<std::uint32_t> calls;
};

template <typename Of>
CallSum sum_calls(const Case& c, Of&& of) {
  CallSum s;
  for (const Piece& piece : c.pieces) {
    if (!of(piece)) continue;
    s.time += piece.time.length();
    const bool pageable = c.from_pageable(piece) || c.call_class(piece) == CallClass::kAsyncCopy;
    if (!pageable) s.without_pageable += piece.time.length();
    if (piece.call != kNoRow32) s.calls.insert(piece.call);
  }
  return s;
}

/// Adds up, gap by gap, how long a set of calls has held the host.
class Held {
 public:
  Held(const IntervalSet& calls, Nanos from) : spans_(calls.spans()), seen_(from) {}
  void advance(Nanos to) {
    for (; at_ < spans_.size() && spans_[at_].begin < to; ++at_) {
      behind_ += std::max(Nanos{}, std::min(spans_[at_].end, to) - std::max(spans_[at_].begin, seen_));
      if (spans_[at_].end > to) break;
    }
    seen_ = to;
  }
  /// Excuses up to `time` with what the host was held for.
  Nanos take(Nanos time) {
    const Nanos excused = std::min(behind_, time);
    behind_ -= excused;
    return excused;
  }
  void caught_up() noexcept { behind_ = Nanos{}; }

 private:
  std::span<const Interval> spans_;
  std::size_t at_ = 0;
  Nanos seen_, behind_{};
};

/// Starvation by a host that is slow, and by one that has not caught up since a call held it.
struct Starved {
  Nanos slow{}, after_block{};
  std::size_t gaps_after_block = 0;
};

/// The host had launched neither the kernel nor the copy that it needs, and stood in no call that waits.
bool starves(const Case& c, const Piece& p) {
  if (p.cause == Cause::kLaunchStarved) return p.sub == Sub::kApiCalls || p.sub == Sub::kOutsideCuda;
  const CallClass call = c.call_class(p);
  return p.cause == Cause::kTransferWait && p.sub == Sub::kLateIssue && !p.host_blocked &&
         !c.from_pageable(p) && call != CallClass::kAllocation && call != CallClass::kPinning;
}

/// A host that was held for B ns is B ns behind where it would have been: that much of the starvation after
/// it is the block's, until a kernel is once more launched before it is needed. Work that a plan declares is
/// always the host's.
Starved split_starved(const Case& c) {
  Starved out;
  const IntervalSet none;
  const Nanos from = c.in.device.window().begin;
  Held blocked(c.host == nullptr ? none : c.host->blocked, from),
      join(c.host == nullptr ? none : c.host->join, from);
  OpRow gap = kNoRow32, counted = kNoRow32;
  for (const Piece& p : c.pieces) {
    if (p.next != kNoRow32 && p.next != gap && c.in.host.submitted(c.op(p.next)) <= p.time.begin) {
      blocked.caught_up();
      join.caught_up();
    }
    gap = p.next;
    blocked.advance(p.time.end);
    join.advance(p.time.end);
    if (p.cause == Cause::kLaunchStarved && p.sub == Sub::kHostWork) out.slow += p.time.length();
    if (!starves(c, p) || issues_tiny_copies(c, p)) continue;
    const Nanos by_block = blocked.take(p.time.length());
    const Nanos by_join = join.take(p.time.length() - by_block);
    out.after_block += by_block;
    out.slow += p.time.length() - by_block - by_join;
    if (by_block.count() > 0 && gap != counted) {
      ++out.gaps_after_block;
      counted = gap;
    }
  }
  return out;
}

}  // namespace

bool waits_for_device(const Case& c, const Piece& piece) {
  if (piece.call == kNoRow32 || c.call_class(piece) != CallClass::kSync) return false;
  const trace::Timeline& t = c.in.links.timeline;
  const std::string& name = t.text(t.calls[piece.call].name);
  return name.find("Device") != std::string::npos || name.find("Ctx") != std::string::npos;
}

std::optional<Found> pin_on_the_fly(const Case& c) {
  const CallSum s = sum_calls(c, [&](const Piece& p) { return c.call_class(p) == CallClass::kPinning; });
  return Found{s.time, s.time,
               fmt::format("the GPU waited {:.1f} ms while {} calls pinned, registered or freed host memory",
                           milliseconds(s.time), s.calls.size())};
}

/// Allocation that costs what the driver takes is launch_starved/allocation and no bug; one that waits for
/// the device is.
std::optional<Found> allocator_sync(const Case& c) {
  const CallSum s = sum_calls(c, [&](const Piece& p) {
    return c.call_class(p) == CallClass::kAllocation && !c.in.graph.awaited(p.call).empty();
  });
  return Found{
      s.time, s.time,
      fmt::format(
          "{} calls that allocate or free device memory waited for the device: {:.1f} ms of the GPU's "
          "idle time",
          s.calls.size(), milliseconds(s.time))};
}

/// A blocking copy holds the host for all of its time. A wait costs what it keeps the host from issuing: a
/// host that waits for a copy that the next kernel needs anyway costs nothing, and what made that copy late
/// has its own name.
std::optional<Found> host_block_per_layer(const Case& c) {
  const CallSum s = sum_calls(c, [&](const Piece& p) {
    if (!p.host_blocked || p.via == Via::kBackPressure) return false;
    const CallClass call = c.call_class(p);
    if (call == CallClass::kSyncCopy || call == CallClass::kAsyncCopy) return true;
    const bool for_later = p.sub == Sub::kHeadOfLine && waits_for_device(c, p);
    return call == CallClass::kSync &&
           (p.sub == Sub::kLateIssue || for_later || p.cause != Cause::kTransferWait);
  });
  const Starved starved = split_starved(c);
  constexpr std::size_t kRepeats = 2;
  if (std::max(s.calls.size(), starved.gaps_after_block) < kRepeats) return std::nullopt;
  return Found{
      s.time + starved.after_block, s.without_pageable,
      fmt::format(
          "the host stood in {} blocking calls and had issued neither the next copy nor the next kernel: "
          "{:.1f} ms, and {:.1f} ms in {} gaps until it had caught up",
          s.calls.size(), milliseconds(s.time), milliseconds(starved.after_block), starved.gaps_after_block)};
}

std::optional<Found> launch_bound(const Case& c) {
  const Starved starved = split_starved(c);
  return Found{
      starved.slow, starved.slow,
      fmt::format("the next kernel had not been launched, and the host neither awaited device work nor was "
                  "catching up after it: {:.1f} ms",
                  milliseconds(starved.slow))};
}

}  // namespace offledger::analysis
