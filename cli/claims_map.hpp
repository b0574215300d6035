// SPDX-License-Identifier: Apache-2.0
//
// Which schedule wins where: the seed's schedules over the ratio of transfer to compute, the depth of
// prefetch, the speed of the host, and whether copies are fenced behind compute. One pass of the seed's model
// at each point.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "schedules/base/units.hpp"

namespace offledger::cli {

struct MapPoint {
  double ratio = 0;  ///< transfer of a layer over its compute
  double host = 0;   ///< host time of a layer over its compute
  bool fenced = false;
  std::map<std::string, Nanos> wall;        ///< of each schedule
  std::map<std::uint32_t, Nanos> by_depth;  ///< stage12 at other depths

  [[nodiscard]] Nanos fastest() const;
  /// Percent by which a schedule is slower than another.
  [[nodiscard]] double slower(const std::string& schedule, const std::string& than) const;
};

/// Two walls nearer than this, in percent, are a tie.
inline constexpr double kTiePercent = 0.25;

std::vector<MapPoint> draw_map(const std::string& device);

/// The ratios at which one is slower than the other by this much, where the host costs nothing: "at
/// transfer/compute 0.75 to 1.25 fenced"; "nowhere on the map".
std::string where_slower(const std::vector<MapPoint>& map, const std::string& schedule,
                         const std::string& than, double at_least_percent, double at_most_percent);

}  // namespace offledger::cli
