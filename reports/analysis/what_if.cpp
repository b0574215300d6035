// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/what_if.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "schedules/base/median.hpp"

namespace offledger::analysis {
namespace {

struct Asked {
  std::string id, change;
  Change what;
};

std::vector<Asked> asked(const Replay& replay, bool copies) {
  std::vector<Asked> out;
  if (replay.has_movable_copies()) {
    out.push_back({"copies_early",
                   replay.slots() > 0
                       ? "each copy issued as soon as its slot is free, in the order of need"
                       : "each copy issued as soon as the kernels that read its slot have ended",
                   {.copies_early = true}});
    if (const std::uint32_t slots = replay.slots(); slots > 0) {
      out.push_back({"slots_plus_1",
                     fmt::format("the same with {} slots", slots + 1),
                     {.copies_early = true, .more_slots = 1}});
      if (slots > 1) {
        out.push_back({"slots_minus_1",
                       fmt::format("the same with {} slot{}", slots - 1, slots == 2 ? "" : "s"),
                       {.copies_early = true, .more_slots = -1}});
      }
    }
  }
  out.push_back({"host_free", "calls and the host's time between them cost nothing", {.free_host = true}});
  if (copies) out.push_back({"link_2x", "the link twice as fast", {.link_speed = 2}});
  return out;
}

/// The first kernel of each step, whose begin is the step's; kNoRow32 where there is none.
std::vector<OpRow> heads_of(const Dependencies& dependencies, const DeviceWindow& device) {
  std::vector<OpRow> heads(device.steps.size(), kNoRow32);
  for_each_op(dependencies.links(), device, [&](OpRow row, const GpuOp& op) {
    if (op.kind != OpKind::kKernel) return;
    const std::size_t step = device.step_row(kNoStep, op.begin);
    if (device.steps[step].window.begin == op.begin) heads[step] = row;
  });
  return heads;
}

}  // namespace

ReplayedWall wall_of(const Played& played, const Dependencies& dependencies, const DeviceWindow& device) {
  Nanos begin = Nanos::max(), end = Nanos::min();
  for_each_op(dependencies.links(), device, [&](OpRow row, const GpuOp&) {
    begin = std::min(begin, played[Dependencies::begin_of(row)]);
    end = std::max(end, played[Dependencies::end_of(row)]);
  });
  ReplayedWall out{end - begin, std::nullopt};
  const std::vector<OpRow> heads = heads_of(dependencies, device);
  std::vector<Nanos> steps;
  for (std::size_t s = heads.size() > 1 ? 1 : 0; s < heads.size(); ++s) {
    const Nanos from = s == 0                 ? begin
                       : heads[s] == kNoRow32 ? Nanos::min()
                                              : played[Dependencies::begin_of(heads[s])];
    const Nanos to = s + 1 == heads.size()      ? end
                     : heads[s + 1] == kNoRow32 ? Nanos::min()
                                                : played[Dependencies::begin_of(heads[s + 1])];
    if (from == Nanos::min() || to == Nanos::min()) return out;
    steps.push_back(to - from);
  }
  out.step_median = median(std::move(steps));
  return out;
}

void predict(const Dependencies& dependencies, std::span<const BlameInput> devices,
             std::span<DeviceReport> reports) {
  const Links& links = dependencies.links();
  if (links.ops.ops().size() > kMostReplayed) return;
  // Without their calls, operations are bound to nothing that a change could move.
  if (links.ops.counts().no_call * 100 > links.ops.ops().size()) return;
  const Replay replay(dependencies, devices);
  const auto unchanged = replay.play({});
  if (!unchanged) return;
  bool copies = false;
  for (std::size_t d = 0; d < devices.size(); ++d) {
    reports[d].replayed_wall = wall_of(*unchanged, dependencies, devices[d].device).wall;
    copies |= reports[d].total.h2d.copies > 0;
  }
  for (const Asked& one : asked(replay, copies)) {
    const auto played = replay.play(one.what);
    for (std::size_t d = 0; played && d < devices.size(); ++d) {
      const ReplayedWall wall = wall_of(*played, dependencies, devices[d].device);
      reports[d].what_if.push_back({one.id, one.change, wall.wall, wall.step_median});
    }
  }
}

}  // namespace offledger::analysis
