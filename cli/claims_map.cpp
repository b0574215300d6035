// SPDX-License-Identifier: Apache-2.0
#include "cli/claims_map.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/scenario.hpp"

namespace offledger::cli {
namespace {

constexpr double kRatios[] = {0.25, 0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 4.0};
constexpr double kHosts[] = {0, 0.5, 0.9};
constexpr std::uint32_t kDepths[] = {1, 2, 4, 8};
constexpr const char* kSchedules[] = {"history1", "history", "stage1", "stage2", "stage12", "blocking1"};

MapPoint play_point(const model::Workload& workload, const suite::DeviceMaker& make_device, double ratio,
                    double host, bool fenced) {
  MapPoint point{ratio, host, fenced, {}, {}};
  const double compute_s = static_cast<double>(compute_of(workload).count()) / 1e9;
  const double unit_us = host * compute_s * 1e6 / workload.shape.unit_count();
  Scenario scenario;
  scenario.link_bytes_per_s =
      static_cast<std::uint64_t>(static_cast<double>(bytes_of(workload)) / (compute_s * ratio));
  scenario.unit_host_us = static_cast<std::uint64_t>(unit_us);
  scenario.fenced = fenced;
  const auto wall = [&] { return pass_wall(play_pass(scenario, workload, *make_device(0))); };
  for (const char* schedule : kSchedules) {
    scenario.schedule = schedule;
    point.wall[schedule] = wall();
  }
  scenario.schedule = "stage12";
  for (const std::uint32_t depth : kDepths) {
    scenario.depth = depth;
    point.by_depth[depth] = wall();
  }
  return point;
}

/// "fenced: 0.5 to 1.25" for the ratios of one form that pass, without host cost.
template <typename Passes>
std::string ratios_of(const std::vector<MapPoint>& map, bool fenced, Passes passes) {
  std::string out;
  double last = 0;
  bool open = false;
  const auto close = [&] {
    if (open && !out.ends_with(fmt::format("{}", last))) out += fmt::format(" to {}", last);
    open = false;
  };
  for (const MapPoint& point : map) {
    if (point.fenced != fenced || point.host != 0) continue;
    if (!passes(point)) {
      close();
      continue;
    }
    if (!open) out += fmt::format("{}{}", out.empty() ? "" : ", ", point.ratio);
    open = true;
    last = point.ratio;
  }
  close();
  return out;
}

}  // namespace

Nanos MapPoint::fastest() const {
  Nanos least = Nanos::max();
  for (const auto& [schedule, time] : wall) least = std::min(least, time);
  return least;
}

double MapPoint::slower(const std::string& schedule, const std::string& than) const {
  const auto ns = [&](const std::string& name) { return static_cast<double>(wall.at(name).count()); };
  return (ns(schedule) / ns(than) - 1) * 100;
}

std::vector<MapPoint> draw_map(const std::string& device) {
  const model::Workload workload = model::find_workload("seed-70b");
  const suite::DeviceMaker make_device = suite::find_device(device);
  std::vector<MapPoint> map;
  for (const bool fenced : {false, true}) {
    for (const double host : kHosts) {
      for (const double ratio : kRatios)
        map.push_back(play_point(workload, make_device, ratio, host, fenced));
    }
  }
  return map;
}

std::string where_slower(const std::vector<MapPoint>& map, const std::string& schedule,
                         const std::string& than, double at_least_percent, double at_most_percent) {
  const auto passes = [&](const MapPoint& point) {
    const double by = point.slower(schedule, than);
    return by >= at_least_percent && by <= at_most_percent;
  };
  const std::string free = ratios_of(map, false, passes);
  const std::string fenced = ratios_of(map, true, passes);
  if (free.empty() && fenced.empty()) return "nowhere on the map";
  std::string out = free.empty() ? std::string() : fmt::format("at transfer/compute {} as written", free);
  if (!fenced.empty()) out += fmt::format("{}at transfer/compute {} fenced", out.empty() ? "" : ", ", fenced);
  return out;
}

}  // namespace offledger::cli
