// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/analysis/diagnose.hpp"

namespace offledger::analysis {
namespace {

std::string unit_name(const Case& c, OpRow row) {
  const GpuOp& op = c.op(row);
  if (op.unit == kNoUnit) return "?";
  const UnitKey key = c.in.links.marks.units()[op.unit];
  return fmt::format("L{}.{}", key.layer, c.in.links.timeline.text(key.group));
}

/// `time`: by how much the second op of each pair ran before the first had ended, this time.
std::optional<Found> found(const Case& c, const std::vector<Race>& races, std::string_view what) {
  if (races.empty()) return std::nullopt;
  Nanos early{};
  std::size_t seen = 0;
  for (const Race& race : races) {
    const Nanos by = c.op(race.first).end - c.op(race.second).begin;
    if (by <= c.clock_skew) continue;
    early += by;
    ++seen;
  }
  return Found{
      early, early,
      fmt::format(
          "{} {}, first {} in step {}; in this recording {} of them ran early", races.size(), what,
          unit_name(c, races[0].second),
          c.in.device.steps[c.in.device.step_row(c.op(races[0].second).step, c.op(races[0].second).begin)]
              .step,
          seen),
      true};
}

}  // namespace

std::optional<Found> missing_wait(const Case& c) {
  return found(c, c.races.missing_wait, "copies that nothing makes their kernel wait for");
}

/// Without ranges that name units: streams that wait for their own events, which waits for nothing, and
/// copies on a stream without kernels that nothing waits for.
std::optional<Found> waits_for_itself(const Case& c) {
  const std::uint64_t waits = c.in.graph.counts().self_waits;
  if (waits < 2 || !c.in.units.instances.empty()) return std::nullopt;
  std::set<std::uint32_t> computing;
  for_each_op(c.in.links, c.in.device, [&](OpRow, const GpuOp& op) {
    if (op.kind == OpKind::kKernel) computing.insert(op.stream);
  });
  std::size_t copies = 0, unawaited = 0;
  for_each_op(c.in.links, c.in.device, [&](OpRow row, const GpuOp& op) {
    if (op.activity != Activity::kH2D || computing.contains(op.stream)) return;
    ++copies;
    unawaited += c.in.graph.event_consumer(row) == kNoRow32 ? 1 : 0;
  });
  if (copies == 0 || unawaited * 2 < copies) return std::nullopt;
  return Found{
      Nanos{}, Nanos{},
      fmt::format("{} stream waits are for an event recorded on the stream that waits, and so for nothing; "
                  "of {} copies on streams of their own no stream waits for {}",
                  waits, copies, unawaited),
      true};
}

std::optional<Found> wrong_stream_wait(const Case& c) {
  if (c.races.wrong_stream_wait.empty()) return waits_for_itself(c);
  return found(c, c.races.wrong_stream_wait,
               "copies whose event is recorded on another stream than copies them");
}

std::optional<Found> slot_overwrite(const Case& c) {
  return found(c, c.races.slot_overwrite,
               "copies into a slot that nothing makes wait for the slot's last reader");
}

}  // namespace offledger::analysis
