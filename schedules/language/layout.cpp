// SPDX-License-Identifier: Apache-2.0

#include "schedules/language/layout.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace offledger::language {
namespace {

using plan::StreamId;
using plan::UnitId;

/// A plan has at most this many copies a step: beyond it a schedule is a slip of the hand (a chunk of 4 kB).
constexpr std::uint64_t kMostCopies = 4'000'000;

std::vector<std::string_view> group_names(const plan::ModelShape& model) {
  std::vector<std::string_view> names;
  for (const plan::Group& group : model.groups) names.push_back(group.name);
  return names;
}

StreamId add_stream(const Policy& policy, Layout& layout, const std::string& name, plan::StreamKind kind) {
  for (std::size_t row = 0; row < layout.streams.size(); ++row) {
    if (layout.streams[row].name == name) return StreamId{static_cast<std::uint32_t>(row)};
  }
  int priority = 0;
  for (const auto& [stream, value] : policy.streams.priority) {
    if (stream == name) priority = value;
  }
  layout.streams.push_back({name, kind, priority});
  const StreamId id{static_cast<std::uint32_t>(layout.streams.size() - 1)};
  (kind == plan::StreamKind::kCopy ? layout.copy_streams : layout.compute_streams).push_back(id);
  return id;
}

void bind_streams(const Policy& policy, Layout& layout) {
  const Streams& streams = policy.streams;
  for (const std::string& name : streams.copy) add_stream(policy, layout, name, plan::StreamKind::kCopy);
  std::vector<const std::string*> of_group(layout.groups.size(),
                                           streams.compute.all ? &*streams.compute.all : nullptr);
  for (const auto& [group, name] : streams.compute.named) {
    of_group[find_group(layout.model, group, streams.compute.place)] = &name;
  }
  for (std::size_t row = 0; row < layout.groups.size(); ++row) {
    if (of_group[row] == nullptr) {
      throw streams.compute.place.error(fmt::format("expected a stream for every group; found none for '{}'",
                                                    layout.model.groups[row].name));
    }
    layout.groups[row].compute = add_stream(policy, layout, *of_group[row], plan::StreamKind::kCompute);
    layout.groups[row].waiter = layout.groups[row].compute;
  }
  for (std::size_t row = 0; row < layout.groups.size(); ++row) {
    const GroupLayout& next = layout.groups[(row + 1) % layout.groups.size()];
    layout.groups[row].chains = layout.groups[row].compute != next.compute;
  }
}

void bind_ready(const Ready& ready, Layout& layout) {
  for (GroupLayout& group : layout.groups) group.ready_cost = ready.host_cost.all.value_or(Nanos{0});
  for (const auto& [group, cost] : ready.host_cost.named) {
    layout.groups[find_group(layout.model, group, ready.host_cost.place)].ready_cost = cost;
  }
  if (ready.on.empty()) return;
  std::vector<std::string_view> known;
  for (const StreamId id : layout.compute_streams) {
    known.push_back(layout.streams[index(id)].name);
    if (known.back() != ready.on) continue;
    for (GroupLayout& group : layout.groups) group.waiter = id;
    return;
  }
  throw ready.place.error(
      fmt::format("no compute stream '{}' is there to wait{}", ready.on, suggest(ready.on, known)));
}

void bind_pools(const Slots& slots, Layout& layout) {
  const std::vector<plan::Group>& groups = layout.model.groups;
  if (slots.shared) {
    layout.pools.push_back({groups.size() == 1 ? groups[0].name : "slot", 0, *slots.shared});
    return;
  }
  constexpr std::uint32_t kNone = ~0U;
  std::vector<std::uint32_t> count(groups.size(), slots.pools.empty() ? 0 : kNone);
  for (const auto& [group, each] : slots.pools) count[find_group(layout.model, group, slots.place)] = each;
  std::vector<bool> streams(groups.size());
  for (const UnitId unit : layout.offloaded) streams[layout.model.group_row_of(unit)] = true;
  for (std::uint32_t row = 0; row < groups.size(); ++row) {
    layout.groups[row].pool = row;
    layout.pools.push_back({groups[row].name, 0, count[row] == kNone ? 0 : count[row]});
    if (streams[row] && count[row] == kNone) {
      throw slots.place.error(fmt::format(
          "expected a count for every group that is offloaded; found none for '{}'", groups[row].name));
    }
  }
}

void cut_group(const CopyKnob& copy, const plan::Group& group, std::vector<Piece>& pieces) {
  if (copy.by == CopyBy::kTensor) {
    std::uint64_t offset = 0;
    for (std::uint32_t row = 0; row < group.tensors.size(); ++row) {
      const std::uint64_t bytes = group.tensors[row].bytes;
      if (bytes > 0) pieces.push_back({row, offset, bytes});
      offset += bytes;
    }
    return;
  }
  const std::uint64_t bytes = group.bytes();
  const std::uint64_t most = copy.by == CopyBy::kChunks ? copy.chunk_bytes : bytes;
  for (std::uint64_t offset = 0; offset < bytes; offset += most) {
    pieces.push_back({plan::kSlab, offset, std::min(most, bytes - offset)});
  }
}

void bind_pieces(const CopyKnob& copy, Layout& layout) {
  std::uint64_t copies = 0;
  for (std::size_t row = 0; row < layout.groups.size(); ++row) {
    const plan::Group& group = layout.model.groups[row];
    layout.groups[row].bytes = group.bytes();
    const std::uint64_t pieces =
        copy.by == CopyBy::kChunks ? group.bytes() / copy.chunk_bytes + 1 : group.tensors.size();
    copies += std::min(pieces, kMostCopies) * layout.model.layers;
    if (copies > kMostCopies) {
      throw copy.place.error(
          fmt::format("makes more than {} copies a step; expected larger chunks", kMostCopies));
    }
    cut_group(copy, group, layout.groups[row].pieces);
  }
}

void bind_units(const Policy& policy, Layout& layout) {
  const std::vector<bool> offloaded = offloaded_units(policy.offload, layout.model);
  for (std::uint32_t i = 0; i < offloaded.size(); ++i) {
    if (offloaded[i]) layout.offloaded.push_back(UnitId{i});
  }
  bind_pools(policy.slots, layout);
  layout.units.resize(offloaded.size());
  std::vector<std::uint32_t> ordinals(layout.pools.size());
  std::uint32_t passed = 0;
  for (std::uint32_t i = 0; i < offloaded.size(); ++i) {
    UnitLayout& unit = layout.units[i];
    unit.offloaded = offloaded[i];
    if (offloaded[i]) {
      const GroupLayout& group = layout.groups[layout.model.group_row_of(UnitId{i})];
      unit.ordinal = ordinals[group.pool]++;
      layout.pools[group.pool].slot_bytes = std::max(layout.pools[group.pool].slot_bytes, group.bytes);
      ++passed;
    }
    unit.next_offloaded = passed;
  }
}

}  // namespace

std::uint32_t find_group(const plan::ModelShape& model, std::string_view name, const Place& place) {
  for (std::uint32_t row = 0; row < model.groups.size(); ++row) {
    if (model.groups[row].name == name) return row;
  }
  throw place.error(fmt::format("the model has no units '{}' at this schedule's \"unit\"{}", name,
                                suggest(name, group_names(model))));
}

Layout bind(const Policy& policy, const plan::ModelShape& model) {
  if (model.layers == 0 || model.groups.empty())
    throw policy.place.error("expected a model with layers; found none");
  Layout layout;
  layout.model = cut(policy.units, model);
  layout.groups.resize(layout.model.groups.size());
  bind_streams(policy, layout);
  bind_ready(policy.ready, layout);
  bind_pieces(policy.copy, layout);
  bind_units(policy, layout);
  bind_points(policy, layout);
  return layout;
}

}  // namespace offledger::language
