// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "harness/device/cuda/calibrate.hpp"
#include "harness/device/cuda/layer_units.hpp"

namespace offledger::cuda {
namespace {

constexpr Nanos kRest = std::chrono::milliseconds(300);
constexpr double kMostlyIdle = 1.5;      ///< of a round's time after each round: busy for 40 % of it
constexpr double kLeastSlowdown = 0.01;  ///< of the rested time: less is noise
constexpr std::size_t kFewRounds = 12, kManyRounds = 400;

/// As many rounds as fill `time`, within bounds.
std::size_t rounds_in(Nanos time, Nanos round) {
  return std::clamp(static_cast<std::size_t>(time / std::max(round, Nanos(1))), kFewRounds, kManyRounds);
}

/// By unit, the median of the rounds from `first` on.
std::vector<Nanos> medians(const std::vector<sim::TimedUnit>& played, std::size_t units, std::size_t first) {
  std::vector<std::vector<Nanos>> times(units);
  for (std::size_t i = first * units; i < played.size(); ++i)
    times[played[i].group].push_back(played[i].took);
  std::vector<Nanos> middle;
  for (std::vector<Nanos>& unit : times) middle.push_back(median(std::move(unit)));
  return middle;
}

Nanos sum(const std::vector<Nanos>& times) {
  Nanos total{};
  for (const Nanos time : times) total += time;
  return total;
}

}  // namespace

std::vector<sim::MeasuredUnit> measure_units(const model::Workload& workload) {
  LayerUnits units(workload);
  (void)units.play(3, 0.0, Nanos::zero());  // the first launches load their kernels
  const Nanos round = sum(medians(units.play(3, kMostlyIdle, kRest), units.count(), 0));
  const std::vector<Nanos> rested = medians(
      units.play(rounds_in(std::chrono::milliseconds(300), round), kMostlyIdle, kRest), units.count(), 2);
  const std::size_t busy_rounds = rounds_in(std::chrono::milliseconds(1200), round);
  const std::vector<Nanos> busy =
      medians(units.play(busy_rounds, 0.0, Nanos::zero()), units.count(), busy_rounds / 2);
  std::vector<sim::MeasuredUnit> costs;
  for (std::size_t row = 0; row < units.count(); ++row) {
    const bool slows = static_cast<double>((busy[row] - rested[row]).count()) >
                       kLeastSlowdown * static_cast<double>(rested[row].count());
    costs.push_back({rested[row], units.kernels(row), slows ? busy[row] - rested[row] : Nanos::zero()});
  }
  return costs;
}

std::vector<std::vector<sim::TimedUnit>> measure_load(const model::Workload& workload) {
  constexpr Nanos kLongRest = std::chrono::milliseconds(600);
  constexpr double kIdles[] = {0.0, 0.15, 0.3, 0.45,
                               0.65};  // of a round's time: busy for 100, 87, 77, 69, 61 %
  LayerUnits units(workload);
  (void)units.play(3, 0.0, Nanos::zero());
  std::vector<std::vector<sim::TimedUnit>> runs;
  for (const double idle : kIdles) runs.push_back(units.play(18, idle, kLongRest));
  return runs;
}

}  // namespace offledger::cuda
