// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/analysis/diagnose.hpp"
#include "schedules/plan/plan.hpp"

namespace offledger::analysis {
namespace {

/// What one step of the plan copies to the device.
struct Declared {
  std::uint64_t bytes = 0, copies = 0, pageable = 0;
  std::set<plan::StreamId> streams;
};

Declared declared(const plan::Plan& plan) {
  Declared d;
  for (const plan::Op& op : plan.body) {
    const auto* copy = std::get_if<plan::Copy>(&op);
    if (copy == nullptr || copy->direction != plan::Direction::kH2D) continue;
    d.bytes += copy->bytes;
    ++d.copies;
    d.pageable += copy->source == plan::Source::kPageable;
    d.streams.insert(copy->stream);
  }
  return d;
}

/// The warm step that differs most: one is enough to be told.
const StepReport* most(const Case& c) {
  const StepReport* worst = nullptr;
  for (const StepReport* step : warm_steps(c.report)) {
    if (worst == nullptr || step->figures.h2d.bytes > worst->figures.h2d.bytes) worst = step;
  }
  return worst;
}

std::size_t copy_streams(const Case& c) {
  std::set<std::uint32_t> streams;
  for_each_op(c.in.links, c.in.device, [&](OpRow, const GpuOp& op) {
    if (op.activity == Activity::kH2D) streams.insert(op.stream);
  });
  return streams.size();
}

/// The share of exposed copies that were of bytes the plan does not copy.
Nanos cost_of(const Case& c, std::uint64_t recorded, std::uint64_t planned) {
  const double excess = static_cast<double>(recorded - planned) / static_cast<double>(recorded);
  return Nanos(static_cast<std::int64_t>(static_cast<double>(c.report.total.h2d.exposed.count()) * excess));
}

double times(std::uint64_t recorded, std::uint64_t planned) {
  return static_cast<double>(recorded) / std::max(1.0, static_cast<double>(planned));
}

/// By the step's totals, where ranges do not tell which copy was for which unit.
std::string difference_in_totals(const Case& c) {
  const Declared plan = declared(*c.plan);
  const StepReport* step = most(c);
  if (step == nullptr) return "";
  const Transfer& h2d = step->figures.h2d;
  if (h2d.pageable_copies > plan.pageable) {
    return fmt::format("{} copies from pageable memory a step, {} declared", h2d.pageable_copies,
                       plan.pageable);
  }
  if (plan.bytes > 0 && h2d.bytes < plan.bytes)
    return fmt::format("{} bytes a step, {} declared", h2d.bytes, plan.bytes);
  if (!plan.streams.empty() && copy_streams(c) != plan.streams.size()) {
    return fmt::format("copies on {} streams, {} declared", copy_streams(c), plan.streams.size());
  }
  return "";
}

}  // namespace

std::optional<Found> over_fetch(const Case& c) {
  if (c.plan == nullptr) return std::nullopt;
  if (const Conformance* all = c.conformance) {
    if (all->recorded_bytes <= all->planned_bytes) return std::nullopt;
    const Nanos time = cost_of(c, all->recorded_bytes, all->planned_bytes);
    return Found{
        time, time,
        fmt::format("{} bytes were copied in {} copies, {:.2f} times the plan's {} bytes in {}: {}",
                    all->recorded_bytes, all->recorded_copies, times(all->recorded_bytes, all->planned_bytes),
                    all->planned_bytes, all->planned_copies, all->first()),
        true};
  }
  const Declared plan = declared(*c.plan);
  const StepReport* step = most(c);
  if (step == nullptr || step->figures.h2d.bytes <= plan.bytes) return std::nullopt;
  const Transfer& h2d = step->figures.h2d;
  const Nanos time = cost_of(c, h2d.bytes, plan.bytes);
  return Found{
      time, time,
      fmt::format("step {} consumed {} bytes in {} copies, {:.2f} times the plan's {} bytes in {}",
                  step->step, h2d.bytes, h2d.copies, times(h2d.bytes, plan.bytes), plan.bytes, plan.copies),
      true};
}

/// Any difference but copies beyond the plan's, which are over_fetch.
std::optional<Found> declared_not_applied(const Case& c) {
  if (c.plan == nullptr) return std::nullopt;
  std::string what;
  if (const Conformance* all = c.conformance) {
    const bool only_more =
        all->recorded_bytes > all->planned_bytes &&
        std::ranges::all_of(all->kinds, [](Deviation kind) { return kind == Deviation::kExtra; });
    if (!only_more) what = all->first();
  } else {
    what = difference_in_totals(c);
  }
  if (what.empty()) return std::nullopt;
  return Found{Nanos{}, Nanos{}, "recorded: " + what, true};
}

}  // namespace offledger::analysis
