// SPDX-License-Identifier: Apache-2.0

#include "harness/device/sim/costs.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/model/total.hpp"
#include "schedules/base/error.hpp"

namespace offledger::sim {
namespace {

Bandwidth bandwidth(const std::vector<BandwidthPoint>& points, const model::Workload& workload) {
  return workload.link_bytes_per_s ? Bandwidth::flat(*workload.link_bytes_per_s) : Bandwidth(points);
}

/// `whole` in proportion to the workload's own compute times: what falls to its groups, rounded so that it
/// sums to `whole`.
std::vector<Nanos> divided(Nanos whole, const model::Workload& workload) {
  std::uint64_t total = 0, before = 0;
  for (const model::UnitCost& cost : workload.costs)
    total += static_cast<std::uint64_t>(cost.compute.count());
  const auto up_to = [&](std::uint64_t part) {
    const model::Wide product = model::Wide{static_cast<std::uint64_t>(whole.count())} * part;
    return nanos(static_cast<std::int64_t>(product / std::max<std::uint64_t>(total, 1)));
  };
  std::vector<Nanos> parts;
  for (const model::UnitCost& cost : workload.costs) {
    const std::uint64_t after = before + static_cast<std::uint64_t>(cost.compute.count());
    parts.push_back(up_to(after) - up_to(before));
    before = after;
  }
  return parts;
}

/// The profile's measured costs where it has them for this workload, else the workload's own. Where the
/// workload is cut into other units than were measured, a layer's measured time is divided as the workload
/// divides its own.
std::vector<MeasuredUnit> unit_costs(const Profile& profile, const model::Workload& workload) {
  const auto measured = profile.compute.find(workload.name);
  if (measured != profile.compute.end() && measured->second.size() == workload.costs.size())
    return measured->second;
  std::vector<MeasuredUnit> units;
  for (const model::UnitCost& cost : workload.costs) units.push_back({cost.compute, cost.kernels, {}});
  if (measured == profile.compute.end()) return units;
  MeasuredUnit layer;
  for (const MeasuredUnit& unit : measured->second) {
    layer.compute += unit.compute;
    layer.slowdown += unit.slowdown;
  }
  const std::vector<Nanos> compute = divided(layer.compute, workload),
                           slowdown = divided(layer.slowdown, workload);
  for (std::size_t i = 0; i < units.size(); ++i) {
    units[i].compute = compute[i];
    units[i].slowdown = slowdown[i];
  }
  return units;
}

Costs::Share share(Nanos time, std::uint32_t kernels) {
  return {time / static_cast<std::int64_t>(kernels), static_cast<std::uint32_t>(time.count() % kernels)};
}

}  // namespace

Costs::Costs(const Profile& profile, const model::Workload& workload)
    : h2d_(bandwidth(profile.h2d_pinned, workload)),
      d2h_(bandwidth(profile.d2h_pinned, workload)),
      pageable_(profile.h2d_pageable),
      both_(workload.link_bytes_per_s ? 2 * *workload.link_bytes_per_s : profile.both_directions_bytes_per_s),
      pin_bytes_per_s_(profile.pin_bytes_per_s) {
  for (const MeasuredUnit& cost : unit_costs(profile, workload)) {
    const std::uint32_t kernels = std::max(1U, cost.kernels);
    units_.push_back({kernels, share(cost.compute, kernels), share(cost.slowdown, kernels)});
    if (cost.slowdown > Nanos::zero()) power_ = profile.power;
  }
}

std::uint64_t Costs::copy_ceiling(const plan::Copy& copy) const noexcept {
  const std::uint64_t pinned = (copy.direction == plan::Direction::kH2D ? h2d_ : d2h_).at(copy.bytes);
  return copy.source == plan::Source::kPageable ? std::min(pinned, pageable_.at(copy.bytes)) : pinned;
}

Nanos Costs::pin(std::uint64_t bytes) const noexcept {
  return nanos(static_cast<std::int64_t>(model::scaled_up(bytes, 1'000'000'000, pin_bytes_per_s_)));
}

Link Costs::link() const {
  return Link(h2d_.plateau(), d2h_.plateau(), both_);
}

void check_memory(const plan::Plan& plan, const Profile& profile) {
  const std::uint64_t needed = plan::device_bytes(plan);
  if (needed <= profile.device_memory_bytes) return;
  throw Error(
      ErrorKind::kNotMeasured,
      fmt::format(
          "schedule '{}' holds {} bytes of weights on the device; the profile '{}' has {} bytes. Give it "
          "fewer slots, or offload more",
          plan.schedule, needed, profile.name, profile.device_memory_bytes));
}

}  // namespace offledger::sim
