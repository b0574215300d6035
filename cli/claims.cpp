// SPDX-License-Identifier: Apache-2.0
#include "cli/claims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/claims_played.hpp"
#include "reports/render/run_view.hpp"

namespace offledger::cli {
namespace {

/// What is claimed. Everything beside it is computed.
struct Wall {
  const char* schedule;
  double layer_ms;  ///< 0: not claimed
  double total_ms;
};
constexpr Wall kWalls[] = {
    {"history1", 202, 16'160}, {"history", 220, 16'400}, {"stage1", 0, 16'000}, {"stage12", 0, 15'600}};
struct Held {
  const char* schedule;
  double idle_ms, blocked_ms;
};
constexpr Held kHeld[] = {{"history1", 0, 2}, {"history", 20, 0}};
struct Moved {
  const char* schedule;
  const char* group;
  double mega;
};
constexpr Moved kMoved[] = {
    {"history1", "attn", 400}, {"history", "attn", 0}, {"history1", "ffn", 600}, {"history", "ffn", 100}};
struct Effect {
  const char* what;
  const char* slow;
  const char* fast;
  double low, high;
};
constexpr Effect kEffects[] = {{"depth 1 v 4", "history", "stage12", 10, 20},
                               {"when issued: own ffn on demand v first", "stage1", "stage12", 5, 10},
                               {"CPU blocking, 2 ms a layer v none", "history1", "stage1", 0.99, 0.99}};
struct Order {
  const char* slow;
  const char* fast;
};
constexpr Order kOrders[] = {
    {"history", "history1"}, {"history1", "stage1"}, {"stage1", "stage12"}, {"blocking1", "history"}};

constexpr double kBytesTolerance = 0.05;
constexpr double kPercentTolerance = 0.1;
/// Smaller differences between two recorded medians are shown, and judge nothing.
constexpr double kRecordedPercent = 1;

/// A quarter of the smallest difference between two claimed totals.
double total_tolerance() {
  double least = kWalls[0].total_ms;
  for (const Wall& a : kWalls) {
    for (const Wall& b : kWalls) {
      if (&a != &b) least = std::min(least, std::abs(a.total_ms - b.total_ms));
    }
  }
  return least / 4;
}

double distance(const Claim& claim, double value) {
  return value < claim.low ? claim.low - value : value > claim.high ? value - claim.high : 0;
}

void judge(Claim& claim) {
  std::string where;
  const ClaimFigure* nearest = nullptr;
  for (const ClaimFigure& figure : claim.ours) {
    if (!figure.judges) continue;
    if (distance(claim, figure.value) <= claim.tolerance) where += (where.empty() ? "" : ", ") + figure.where;
    if (nearest == nullptr || distance(claim, figure.value) < distance(claim, nearest->value))
      nearest = &figure;
  }
  claim.outcome = where.empty() ? Outcome::kNotReproduced : Outcome::kReproduced;
  if (!where.empty())
    claim.reason = fmt::format("at {}", where);
  else if (nearest != nullptr)
    claim.reason = fmt::format("the nearest is {:.5g} {} at {}", nearest->value, claim.unit, nearest->where);
}

void add_reason(Claim& claim, const std::string& more) {
  claim.reason += (claim.reason.empty() ? "" : "; ") + more;
}

void refute(Claim& claim, std::string reason) {
  claim.outcome = Outcome::kCannotHold;
  claim.reason = std::move(reason);
}

/// Recorded figures of a schedule on each of the study's workloads, a layer, in ms.
void add_recorded(Claim& claim, const Study& study, const std::string& schedule, std::string_view metric) {
  if (!study.run) return;
  for (const history::Cell& cell : study.run->cells) {
    const auto layers = study.layers_of.find(cell.key.workload);
    const auto value = render::median_of(cell, metric);
    if (cell.key.schedule != schedule || layers == study.layers_of.end() || !value) continue;
    claim.ours.push_back({fmt::format("{} {}", cell.key.device_profile, cell.key.workload),
                          *value / layers->second / 1e6, false});
  }
}

/// Percent by which one recorded schedule is slower than another, free and fenced, on each workload.
void add_recorded_effect(Claim& claim, const Study& study, const std::string& slow, const std::string& fast) {
  if (!study.run) return;
  for (const std::string form : {"", "_fenced"}) {
    for (const history::Cell& a : study.run->cells) {
      for (const history::Cell& b : study.run->cells) {
        if (a.key.schedule != slow + form || b.key.schedule != fast + form ||
            a.key.workload != b.key.workload)
          continue;
        const auto slow_ns = render::median_of(a, "wall_ns");
        const auto fast_ns = render::median_of(b, "wall_ns");
        if (!slow_ns || !fast_ns || *fast_ns <= 0) continue;
        const double percent = (*slow_ns / *fast_ns - 1) * 100;
        claim.ours.push_back(
            {fmt::format("{} {}{}", a.key.device_profile, a.key.workload, form.empty() ? "" : " fenced"),
             percent, std::abs(percent) >= kRecordedPercent});
      }
    }
  }
}

class Judge {
 public:
  Judge(const std::string& device, const Study& study, const std::vector<MapPoint>& map)
      : played_(device), study_(study), map_(map) {}

  std::vector<Claim> all() {
    layers();
    totals();
    bytes();
    effects();
    orders();
    return std::move(claims_);
  }

 private:
  Claim& add(std::string id, std::string text, std::string unit, double low, double high, double tolerance) {
    claims_.push_back({std::move(id), std::move(text), std::move(unit), low, high, tolerance, {}, {}, {}});
    return claims_.back();
  }
  std::string letter(int number) { return fmt::format("{}{}", number, static_cast<char>('a' + letters_++)); }

  template <typename Value>
  void fill(Claim& claim, const std::string& schedule, Value value) {
    for (const Setting& setting : settings())
      claim.ours.push_back({setting.name, value(played_.pass(schedule, setting)), true});
    judge(claim);
  }

  void layers() {
    letters_ = 0;
    const double layers = played_.layers();
    for (const Held& held : kHeld) {
      const Wall& wall = *std::ranges::find(kWalls, std::string_view(held.schedule),
                                            [](const Wall& w) { return std::string_view(w.schedule); });
      const double tolerance = total_tolerance() / layers;
      Claim& whole = add(letter(1), fmt::format("{}: wall a layer", held.schedule), "ms", wall.layer_ms,
                         wall.layer_ms, tolerance);
      fill(whole, held.schedule, [&](const PassFigures& pass) { return pass.steady_ms; });
      const auto link = played_.link_for(held.schedule, wall.layer_ms * layers);
      if (link && whole.outcome != Outcome::kReproduced) {
        add_reason(
            whole,
            fmt::format("with copies fenced a pass of {} layers takes that long on a link of {:.2f} GB/s",
                        played_.layers(), *link / 1e9));
      }
      add_recorded(whole, study_, held.schedule, "wall_ns");
      Claim& idle = add(letter(1), fmt::format("{}: GPU idle a layer", held.schedule), "ms", held.idle_ms,
                        held.idle_ms, tolerance);
      fill(idle, held.schedule, [&](const PassFigures& pass) { return pass.steady_idle_ms; });
      add_recorded(idle, study_, held.schedule, "gpu_idle_ns");
      Claim& blocked = add(letter(1), fmt::format("{}: CPU blocked a layer", held.schedule), "ms",
                           held.blocked_ms, held.blocked_ms, tolerance);
      fill(blocked, held.schedule, [&](const PassFigures& pass) { return pass.held_ms / layers; });
      if (blocked.outcome == Outcome::kNotReproduced)
        add_reason(blocked, "a host that runs ahead waits for slots and weights, not for its own 2 ms");
      add_recorded(blocked, study_, held.schedule, "cpu_blocked_ns");
    }
  }

  void totals() {
    letters_ = 0;
    const double compute_ms = milliseconds(compute_of(played_.workload()));
    for (const Wall& wall : kWalls) {
      Claim& total = add(letter(2), fmt::format("{}: {} layers", wall.schedule, played_.layers()), "ms",
                         wall.total_ms, wall.total_ms, total_tolerance());
      fill(total, wall.schedule, [](const PassFigures& pass) { return pass.wall_ms; });
      if (wall.total_ms < compute_ms) {
        refute(total, fmt::format("{:.0f} ms is {:.0f} ms less than {} layers' compute alone, {:.0f} ms",
                                  wall.total_ms, compute_ms - wall.total_ms, played_.layers(), compute_ms));
      } else {
        add_reason(total, fmt::format("at 1 GB/s the weights alone take {:.0f} ms",
                                      static_cast<double>(bytes_of(played_.workload())) / 1e6));
      }
    }
    for (const Wall& wall : kWalls) {
      const double by_layer = wall.layer_ms * played_.layers();
      if (wall.layer_ms == 0 || std::abs(by_layer - wall.total_ms) <= total_tolerance()) continue;
      Claim& both =
          add(letter(2), fmt::format("{}: a layer times {} is the total", wall.schedule, played_.layers()),
              "ms", by_layer, by_layer, total_tolerance());
      both.ours.push_back({"the claimed total", wall.total_ms, false});
      refute(both, fmt::format("{:.0f} ms a layer make {:.0f} ms; the total claimed, {:.0f} ms, is {:.0f} ms "
                               "a layer: one of the two is wrong",
                               wall.layer_ms, by_layer, wall.total_ms, wall.total_ms / played_.layers()));
    }
  }

  void bytes() {
    letters_ = 0;
    for (const Moved& moved : kMoved) {
      const bool attn = std::string_view(moved.group) == "attn";
      const double window_ms = milliseconds(played_.workload().costs[attn ? 0 : 1].compute);
      Claim& claim =
          add(letter(3), fmt::format("{}: moved while L0's {} ran", moved.schedule, attn ? "MHA" : "FFN"),
              "MB", moved.mega, moved.mega, std::max(moved.mega, 100.0) * kBytesTolerance);
      fill(claim, moved.schedule,
           [&](const PassFigures& pass) { return attn ? pass.first_mb.attn : pass.first_mb.ffn; });
      if (moved.mega > window_ms) {
        add_reason(
            claim,
            fmt::format(
                "it needs {:.2g} GB/s: at 1 GB/s no schedule can move more than {:.0f} MB in {:.0f} ms",
                moved.mega / window_ms, window_ms, window_ms));
      }
    }
    Claim& ratio = add(letter(3), "history1 over history: moved while one layer computes, steady state", "x",
                       kMoved[2].mega / kMoved[3].mega, kMoved[2].mega / kMoved[3].mega, 1);
    for (const Setting& setting : settings()) {
      const PassFigures& deep = played_.pass("history1", setting);
      const PassFigures& shallow = played_.pass("history", setting);
      ratio.ours.push_back({setting.name, deep.steady_mb / shallow.steady_mb, true});
    }
    judge(ratio);
    add_reason(ratio,
               fmt::format("a layer's slots take one layer's weights, {:.0f} MB, whatever the depth",
                           static_cast<double>(bytes_of(played_.workload())) / 1e6 / played_.layers()));
  }

  void effects() {
    letters_ = 0;
    for (const Effect& effect : kEffects) {
      Claim& claim = add(letter(4), fmt::format("{}: {} over {}", effect.what, effect.slow, effect.fast), "%",
                         effect.low, effect.high, kPercentTolerance);
      for (const Setting& setting : settings()) {
        const double slow = played_.pass(effect.slow, setting).wall_ms;
        claim.ours.push_back(
            {setting.name, (slow / played_.pass(effect.fast, setting).wall_ms - 1) * 100, true});
      }
      add_recorded_effect(claim, study_, effect.slow, effect.fast);
      judge(claim);
      add_reason(claim, fmt::format("the map has it {}", where_slower(map_, effect.slow, effect.fast,
                                                                      effect.low - kPercentTolerance,
                                                                      effect.high + kPercentTolerance)));
    }
  }

  void orders() {
    letters_ = 0;
    for (const Order& order : kOrders) {
      Claim& claim = add(letter(5), fmt::format("{} is slower than {}", order.slow, order.fast), "%",
                         kTiePercent, 1e9, 0);
      for (const Setting& setting : settings()) {
        const double slow = played_.pass(order.slow, setting).wall_ms;
        claim.ours.push_back(
            {setting.name, (slow / played_.pass(order.fast, setting).wall_ms - 1) * 100, true});
      }
      add_recorded_effect(claim, study_, order.slow, order.fast);
      judge(claim);
      add_reason(claim, fmt::format("true {}; the reverse {}",
                                    where_slower(map_, order.slow, order.fast, kTiePercent, 1e9),
                                    where_slower(map_, order.fast, order.slow, kTiePercent, 1e9)));
    }
  }

  Played played_;
  const Study& study_;
  const std::vector<MapPoint>& map_;
  std::vector<Claim> claims_;
  int letters_ = 0;
};

}  // namespace

std::string outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::kReproduced: return "reproduced";
    case Outcome::kNotReproduced: return "not reproduced";
    case Outcome::kCannotHold: return "cannot hold";
  }
  return {};
}

std::vector<Claim> judge_claims(const std::string& device, const Study& study,
                                const std::vector<MapPoint>& map) {
  return Judge(device, study, map).all();
}

}  // namespace offledger::cli
