// SPDX-License-Identifier: Apache-2.0

#include "schedules/language/weight_manager.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "schedules/base/hash.hpp"
#include "schedules/language/streamer.hpp"

namespace offledger::language {

using plan::StreamId;
using plan::UnitId;

/// What the calls write through.
struct WeightManager::Implementation {
  struct Wanted {
    UnitId unit{};
    PrefetchOptions options;
  };

  const Layout& layout;
  plan::Builder& builder;
  Streamer streamer;
  std::uint32_t next = 0;  ///< the unit to be computed next
  bool ready = false;      ///< it has been waited for
  std::vector<Wanted> wanted;
  std::vector<UnitId> pinned;

  [[noreturn]] void fail(const std::string& message) const {
    throw Error(ErrorKind::kUsage, fmt::format("schedule '{}': {}", builder.plan().schedule, message));
  }

  UnitId unit(std::uint32_t layer, std::string_view group) const {
    const std::vector<plan::Group>& groups = layout.model.groups;
    const auto row =
        std::find_if(groups.begin(), groups.end(), [&](const auto& each) { return each.name == group; });
    if (row == groups.end()) fail(fmt::format("the model has no group '{}'", group));
    if (layer >= layout.model.layers) fail(fmt::format("the model has no layer {}", layer));
    return layout.model.unit(layer, static_cast<std::uint32_t>(row - groups.begin()));
  }

  void make_ready(UnitId which, ReadyMode mode) {
    if (index(which) != next || ready) {
      fail(fmt::format("expected {} next, found {} made ready", words(), layout.model.name_of(which)));
    }
    builder.op(plan::UnitBegin{which});
    streamer.make_ready(which, mode);
    streamer.chain(which);
    streamer.begin_point();
    ready = true;
  }

  void compute(UnitId which) {
    if (index(which) != next || !ready) {
      fail(fmt::format("expected {} next, found {} computed", words(), layout.model.name_of(which)));
    }
    std::stable_sort(wanted.begin(), wanted.end(), [](const Wanted& a, const Wanted& b) {
      return a.options.priority > b.options.priority;
    });
    for (const Wanted& each : wanted) fetch(each);
    wanted.clear();
    streamer.compute(which);
    std::erase(pinned, which);
    ++next;
    ready = false;
  }

  void fetch(const Wanted& each) {
    if (streamer.held(each.unit)) return;
    for (const UnitId pin : pinned) {
      if (!shares_slot(pin, each.unit)) continue;
      fail(fmt::format(
          "prefetching {} would evict {}, which is pinned until it is computed. Expected more slots",
          layout.model.name_of(each.unit), layout.model.name_of(pin)));
    }
    streamer.fetch(each.unit, false, false);
    if (each.options.pin) pinned.push_back(each.unit);
  }

  bool shares_slot(UnitId a, UnitId b) const {
    const std::uint32_t pool = layout.groups[layout.model.group_row_of(a)].pool;
    if (pool != layout.groups[layout.model.group_row_of(b)].pool) return false;
    const std::uint32_t count = layout.pools[pool].count;
    return layout.units[index(a)].ordinal % count == layout.units[index(b)].ordinal % count;
  }

  std::string words() const {
    if (next >= layout.units.size()) return "no more units";
    return fmt::format("{} to be {}", layout.model.name_of(UnitId{next}), ready ? "computed" : "made ready");
  }
};

StreamId WeightManager::compute_mha() const {
  return implementation_.layout.groups[0].compute;
}
StreamId WeightManager::compute_ffn() const {
  return implementation_.layout.groups[1].compute;
}

void WeightManager::ensure_group_on_gpu(std::uint32_t layer, std::string_view group) {
  implementation_.make_ready(implementation_.unit(layer, group), ReadyMode::kHostEvent);
}

void WeightManager::wait_group_ready(std::uint32_t layer, std::string_view group, StreamId compute_stream) {
  const UnitId unit = implementation_.unit(layer, group);
  if (compute_stream !=
      implementation_.layout.groups[implementation_.layout.model.group_row_of(unit)].compute) {
    implementation_.fail(
        fmt::format("another stream computes {}", implementation_.layout.model.name_of(unit)));
  }
  implementation_.make_ready(unit, ReadyMode::kStreamEvent);
}

void WeightManager::prefetch_group_async(std::uint32_t layer, std::string_view group,
                                         PrefetchOptions options) {
  if (layer < implementation_.layout.model.layers) {
    implementation_.wanted.push_back({implementation_.unit(layer, group), options});
  }
}

void WeightManager::attention(std::uint32_t layer) {
  implementation_.compute(implementation_.unit(layer, "attn"));
}
void WeightManager::feed_forward(std::uint32_t layer) {
  implementation_.compute(implementation_.unit(layer, "ffn"));
}

WeightManagerSchedule::WeightManagerSchedule(std::string name, std::string title, Options options,
                                             Forward forward)
    : name_(std::move(name)), title_(std::move(title)), options_(options), forward_(std::move(forward)) {
  hash_ = offledger::content_hash(fmt::format("{} {}", name_, options_.slots));
  if (options_.slots == 0)
    throw Error(ErrorKind::kUsage, fmt::format("schedule '{}': expected at least one slot", name_));
}

plan::Plan WeightManagerSchedule::compile(const plan::ModelShape& model) const {
  if (model.groups.size() != 2 || model.groups[0].name != "attn" || model.groups[1].name != "ffn") {
    throw Error(ErrorKind::kUsage,
                fmt::format("schedule '{}': expected a model of the groups attn and ffn", name_));
  }
  Policy policy;
  policy.name = name_;
  policy.slots.pools = {{"attn", options_.slots}, {"ffn", options_.slots}};
  policy.streams.copy = {"weight_h2d"};
  policy.streams.compute.named = {{"attn", "compute_mha"}, {"ffn", "compute_ffn"}};
  const Layout layout = bind(policy, model);
  plan::Builder builder(name_, layout.model);
  WeightManager::Implementation implementation{
      layout, builder, Streamer(policy, layout, builder, {}), 0, false, {}, {}};
  WeightManager manager(implementation);
  builder.op(plan::StepBegin{});
  for (std::uint32_t layer = 0; layer < model.layers; ++layer) forward_(manager, layer);
  if (implementation.next != layout.units.size())
    implementation.fail("expected every unit of the step to be computed");
  implementation.streamer.finish();
  return std::move(builder).finish();
}

}  // namespace offledger::language
