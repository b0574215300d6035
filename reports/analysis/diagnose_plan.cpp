// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

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

}  // namespace

std::optional<Found> over_fetch(const Case& c) {
  if (c.plan == nullptr) return std::nullopt;
  const Declared plan = declared(*c.plan);
  const StepReport* step = most(c);
  if (step == nullptr || step->figures.h2d.bytes <= plan.bytes) return std::nullopt;
  const Transfer& h2d = step->figures.h2d;
  const double excess = static_cast<double>(h2d.bytes - plan.bytes) / static_cast<double>(h2d.bytes);
  const auto time =
      Nanos(static_cast<std::int64_t>(static_cast<double>(c.report.total.h2d.exposed.count()) * excess));
  return Found{time, time,
               fmt::format("step {} consumed {} bytes in {} copies, {:.2f} times the plan's {} bytes in {}",
                           step->step, h2d.bytes, h2d.copies,
                           static_cast<double>(h2d.bytes) / std::max(1.0, static_cast<double>(plan.bytes)),
                           plan.bytes, plan.copies),
               true};
}

std::optional<Found> declared_not_applied(const Case& c) {
  if (c.plan == nullptr) return std::nullopt;
  const Declared plan = declared(*c.plan);
  const StepReport* step = most(c);
  if (step == nullptr) return std::nullopt;
  const Transfer& h2d = step->figures.h2d;
  std::string what;
  if (h2d.pageable_copies > plan.pageable) {
    what =
        fmt::format("{} copies from pageable memory a step, {} declared", h2d.pageable_copies, plan.pageable);
  } else if (plan.bytes > 0 && h2d.bytes < plan.bytes) {
    what = fmt::format("{} bytes a step, {} declared", h2d.bytes, plan.bytes);
  } else if (!plan.streams.empty() && copy_streams(c) != plan.streams.size()) {
    what = fmt::format("copies on {} streams, {} declared", copy_streams(c), plan.streams.size());
  } else {
    return std::nullopt;
  }
  return Found{Nanos{}, Nanos{}, "recorded: " + what, true};
}

}  // namespace offledger::analysis
