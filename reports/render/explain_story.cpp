// SPDX-License-Identifier: Apache-2.0
#include "reports/render/explain_story.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/render/number.hpp"

namespace offledger::render {
namespace {

using analysis::Figures;

constexpr double kNegligible = 0.02;  ///< a share of the wall below which nothing is worth doing
constexpr double kLinkBound = 0.15;   ///< a link idle for less than this share of the wall is what bounds it

std::string hidden_sentence(const Figures& f) {
  if (share(f.h2d.busy, f.ledger.wall()) < kNegligible / 10) return {};
  const Nanos most = std::min(f.h2d.busy, f.compute);
  std::string out =
      fmt::format("{} of the H2D transfer is hidden behind compute", percent(f.h2d.hidden, f.h2d.busy));
  if (most > Nanos{0} && most < f.h2d.busy)
    out += fmt::format(" ({} of what could be)", percent(f.h2d.hidden, most));
  return out + '.';
}

Story copies_in_the_way(const Figures& f, double exposed) {
  const Nanos wall = f.ledger.wall();
  const double avoidable = share(avoidable_exposed(f), wall);
  if (f.h2d.pageable_copies > 0) {
    return {
        fmt::format("Copy-bound: for {} of the time a copy runs and the SMs have no work.", percent(exposed)),
        {},
        fmt::format(
            "{} of {} H2D copies read pageable memory, which blocks the host and halves the rate: pin the "
            "source.",
            count(f.h2d.pageable_copies), count(f.h2d.copies))};
  }
  const double most_gain = 1 - share(std::max(f.h2d.busy, f.compute), wall);
  if (f.h2d.busy >= f.compute && (most_gain < kLinkBound || avoidable < kNegligible)) {
    return {
        fmt::format(
            "Link-bound: the H2D link is busy {} of the time; no schedule of these copies and kernels saves "
            "more than {}.",
            percent(f.h2d.busy, wall), percent(most_gain)),
        {},
        "Fewer bytes or more compute a byte: keep layers resident, quantise, or raise the batch."};
  }
  if (f.d2h.exposed > f.h2d.exposed) {
    return {fmt::format(
                "Copy-bound: for {} of the time a copy runs and the SMs have no work, mostly device-to-host.",
                percent(exposed)),
            {},
            "Move D2H copies to a stream of their own, behind the next compute."};
  }
  return {
      fmt::format("Copy-bound: for {} of the time a copy runs and the SMs have no work.", percent(exposed)),
      {},
      fmt::format(
          "{} of it ({} of the wall) could be hidden: issue copies earlier, on a stream of their own, "
          "with more slots.",
          time(avoidable_exposed(f)), percent(avoidable))};
}

Story host_in_the_way(const Figures& f, double idle, std::optional<Nanos> held_while_idle) {
  if (held_while_idle && *held_while_idle * 2 >= f.gpu_idle()) {
    return {fmt::format("Host-blocked: the SMs have no work {} of the time, and for {} of that the host sits "
                        "in a blocking "
                        "call.",
                        percent(idle), percent(*held_while_idle, f.gpu_idle())),
            {},
            "Replace host waits by stream waits on events, and synchronous copies by asynchronous ones."};
  }
  return {fmt::format("Starved: the SMs have no work {} of the time, and mostly no copy runs either.",
                      percent(idle)),
          {},
          "The host issues work too late: cut its work between launches, or let it run further ahead."};
}

}  // namespace

Nanos avoidable_exposed(const Figures& f) noexcept {
  return std::max(Nanos{0}, f.h2d.exposed - std::max(Nanos{0}, f.h2d.busy - f.compute));
}

Story story_of(const Figures& f, std::optional<Nanos> held_while_idle, bool zero_copy) {
  const Nanos wall = f.ledger.wall();
  if (zero_copy && share(f.h2d.busy, wall) >= 1 - kLinkBound) {
    return {fmt::format(
                "Link-bound: kernels read host memory themselves, and the H2D link is busy {} of the time.",
                percent(f.h2d.busy, wall)),
            {},
            "Let the copy engine bring ahead what they read, and keep on the device what they read twice."};
  }
  const double idle = share(f.gpu_idle(), wall);
  const double exposed = share(f.ledger.exposed, wall);
  Story story;
  if (idle < kNegligible) {
    story.verdict = fmt::format("Compute-bound: the SMs have work {} of the time.", percent(1 - idle));
    story.advice = "No schedule of transfers makes this faster.";
  } else if (exposed >= idle / 2) {
    story = copies_in_the_way(f, exposed);
  } else {
    story = host_in_the_way(f, idle, held_while_idle);
  }
  story.hidden = hidden_sentence(f);
  return story;
}

}  // namespace offledger::render
