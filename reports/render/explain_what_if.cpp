// SPDX-License-Identifier: Apache-2.0
//
// What bounds a window, and what would become of it if one thing changed.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "reports/render/cells.hpp"
#include "reports/render/explain_sections.hpp"
#include "reports/render/number.hpp"
#include "reports/render/table.hpp"

namespace offledger::render {
namespace {

constexpr double kWorthNaming = 0.005;  ///< a share of the path

std::string path_line(const analysis::CriticalPath& path, Nanos wall) {
  std::array<std::pair<Nanos, std::string_view>, 6> shares{{{path.h2d + path.other_copies, "copies"},
                                                            {path.compute, "compute"},
                                                            {path.collective, "collectives"},
                                                            {path.host, "the host"},
                                                            {path.latency, "latency"},
                                                            {path.unknown, "unknown"}}};
  std::stable_sort(shares.begin(), shares.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string out;
  for (const auto& [time, what] : shares) {
    if (share(time, wall) < kWorthNaming) continue;
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", what, percent(time, wall));
  }
  return fmt::format("Critical path: {}.", out);
}

std::string change_of(Nanos predicted, Nanos wall) {
  const double change =
      wall > Nanos{0} ? static_cast<double>((predicted - wall).count()) / static_cast<double>(wall.count())
                      : 0;
  return fmt::format("{:+.1f} %", 100 * change);
}

}  // namespace

std::string what_if_section(const analysis::DeviceReport& device, const Style& style) {
  const Nanos wall = device.total.ledger.wall();
  std::string out;
  if (device.critical_path) {
    out = fmt::format("\n{}\n", wrap(path_line(*device.critical_path, wall), style.width, 2));
  }
  if (device.what_if.empty()) return out;
  Table table({{"what if", Align::kLeft}, {"predicted wall"}, {""}});
  for (const analysis::WhatIf& one : device.what_if)
    table.row({printable(one.change), time(one.wall), change_of(one.wall, wall)});
  return out + table.text(style);
}

}  // namespace offledger::render
