// SPDX-License-Identifier: Apache-2.0

#include "schedules/language/compile.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "schedules/language/layout.hpp"
#include "schedules/language/streamer.hpp"

namespace offledger::language {
namespace {

using plan::UnitId;

/// A unit that an issue point wants, for this step or the next.
struct Target {
  UnitId unit{};
  bool wrapped = false;
  bool fenced = false;
};

/// Walks one step's units and fires their issue points.
class StepWriter {
 public:
  StepWriter(const Policy& policy, const Layout& layout, plan::Builder& builder, Streamer& streamer)
      : policy_(policy), layout_(layout), builder_(builder), streamer_(streamer) {}

  void write() {
    builder_.reserve(expected_ops());
    builder_.op(plan::StepBegin{});
    fire(layout_.prologue, Position{0, -1, 0});
    for (std::uint32_t row = 0; row < layout_.units.size(); ++row) write_unit(UnitId{row});
  }

 private:
  /// What issue points count from. Units up to and with `unit` are behind; `row` is that of the unit itself
  /// in Layout::offloaded, or of the one before it where it is resident, -1 where there is none.
  struct Position {
    std::uint32_t layer = 0;
    std::int64_t unit = -1;
    std::int64_t row = 0;
  };

  /// A dozen ops a unit beside its copies and a fence: enough for the usual modes, and no matter if not.
  std::size_t expected_ops() const {
    std::size_t of_layer = 0;
    for (const GroupLayout& group : layout_.groups) of_layer += 12 + group.pieces.size();
    for (const Issue& issue : policy_.issue) of_layer += issue.fence ? 2 * layout_.compute_streams.size() : 0;
    return of_layer * layout_.model.layers;
  }

  void write_unit(UnitId unit) {
    const std::uint32_t layer = layout_.model.layer_of(unit);
    const GroupLayout& group = layout_.groups[layout_.model.group_row_of(unit)];
    const auto own = static_cast<std::int64_t>(index(unit));
    const std::int64_t row = std::int64_t{layout_.units[index(unit)].next_offloaded} - 1;
    builder_.op(plan::UnitBegin{unit});
    if (policy_.host.unit > Nanos{0}) builder_.op(plan::HostWork{policy_.host.unit});
    fire(group.points[index(Stage::kBeforeCompute)], {layer, own - 1, row});
    streamer_.make_ready(unit, policy_.ready.mode);
    streamer_.chain(unit);
    fire(group.points[index(Stage::kReady)], {layer, own, row});
    streamer_.compute(unit);
    fire(group.points[index(Stage::kAfterCompute)], {layer, own, row});
  }

  void fire(const std::vector<Point>& points, const Position& at) {
    if (!policy_.copy.by_need) {
      for (const Point& point : points) {
        streamer_.begin_point();
        each_target(point, at, [this](const Target& target) { fetch(target); });
      }
      return;
    }
    wanted_.clear();
    for (const Point& point : points) {
      each_target(point, at, [this](const Target& target) { wanted_.push_back(target); });
    }
    std::stable_sort(wanted_.begin(), wanted_.end(), [](const Target& a, const Target& b) {
      return a.wrapped != b.wrapped ? b.wrapped : a.unit < b.unit;
    });
    streamer_.begin_point();
    for (const Target& target : wanted_) fetch(target);
  }

  void fetch(const Target& target) {
    if (!streamer_.held(target.unit)) streamer_.fetch(target.unit, target.fenced, target.wrapped);
  }

  template <typename Take>
  void each_target(const Point& point, const Position& at, Take take) {
    switch (point.in) {
      case AheadIn::kLayers: layers_ahead(point, at, take); break;
      case AheadIn::kUnits: units_ahead(point, at, take); break;
      case AheadIn::kBytes: bytes_ahead(point, at, take); break;
    }
  }

  template <typename Take>
  void layers_ahead(const Point& point, const Position& at, Take take) {
    const std::uint32_t layers = layout_.model.layers;
    for (const Range& range : point.ahead) {
      for (std::uint32_t k = range.from; k <= range.to; ++k) {
        const bool wrapped = at.layer + k >= layers;
        if (wrapped && !policy_.wrap) break;
        const std::uint32_t layer = wrapped ? at.layer + k - layers : at.layer + k;
        for (std::uint32_t group = point.first_group; group < point.end_group; ++group) {
          const UnitId unit = layout_.model.unit(layer, group);
          if (!layout_.units[index(unit)].offloaded) continue;
          if (wrapped || !is_behind(unit, at)) take(Target{unit, wrapped, point.fence});
        }
      }
    }
  }

  template <typename Take>
  void units_ahead(const Point& point, const Position& at, Take take) {
    for (const Range& range : point.ahead) {
      for (std::uint32_t k = range.from; k <= range.to; ++k) {
        if (!take_row(at.row + k, point, at, take)) break;
      }
    }
  }

  /// Units still to come, held already or not, until they sum to the budget or more.
  template <typename Take>
  void bytes_ahead(const Point& point, const Position& at, Take take) {
    const auto count = static_cast<std::int64_t>(layout_.offloaded.size());
    std::uint64_t sum = 0;
    std::int64_t row = at.row < 0 || is_behind(layout_.offloaded[at.row], at) ? at.row + 1 : at.row;
    for (const std::int64_t end = row + count - 1; row < end && sum < point.bytes; ++row) {
      if (!take_row(row, point, at, take)) break;
      sum += layout_.groups[layout_.model.group_row_of(layout_.offloaded[row % count])].bytes;
    }
  }

  static bool is_behind(UnitId unit, const Position& at) {
    return static_cast<std::int64_t>(index(unit)) <= at.unit;
  }

  /// False where the row lies in a next step that the schedule does not fetch for.
  template <typename Take>
  bool take_row(std::int64_t row, const Point& point, const Position& at, Take take) {
    const auto count = static_cast<std::int64_t>(layout_.offloaded.size());
    const bool wrapped = row >= count;
    if (wrapped && !policy_.wrap) return false;
    const UnitId unit = layout_.offloaded[wrapped ? row - count : std::max<std::int64_t>(row, 0)];
    if (wrapped || !is_behind(unit, at)) take(Target{unit, wrapped, point.fence});
    return true;
  }

  const Policy& policy_;
  const Layout& layout_;
  plan::Builder& builder_;
  Streamer& streamer_;
  std::vector<Target> wanted_;
};

}  // namespace

plan::Plan compile(const Policy& policy, const plan::ModelShape& model) {
  const Layout layout = bind(policy, model);
  constexpr int kMostPasses = 8;
  Border border;
  for (int pass = 0; pass < kMostPasses; ++pass) {
    plan::Builder builder(policy.name, layout.model);
    builder.device_budget(policy.slots.budget_bytes);
    Streamer streamer(policy, layout, builder, border);
    StepWriter(policy, layout, builder, streamer).write();
    Border end = streamer.end();
    if (end.head == border.head && end.recent == border.recent) {
      if (policy.wrap && end.head.empty()) {
        throw policy.wrap_place.error(
            "nothing is fetched for the next step: no issue point reaches beyond the last layer");
      }
      streamer.finish();
      return std::move(builder).finish();
    }
    border = std::move(end);
  }
  throw policy.slots.place.error(
      "no step repeats the one before: the units fetched for the next step land in other slots each time. "
      "Expected "
      "mapping \"modulo\", or another count");
}

}  // namespace offledger::language
