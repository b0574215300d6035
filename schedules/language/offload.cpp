// SPDX-License-Identifier: Apache-2.0
//
// The knob `offload`: which units stream, and which stay on the device.

#include <fmt/format.h>

#include <cmath>
#include <unordered_map>

#include "schedules/language/layout.hpp"

namespace offledger::language {
namespace {

using plan::ModelShape;
using plan::UnitId;

bool layer_is_offloaded(const Offload& offload, std::uint32_t layer) {
  switch (offload.kind) {
    case OffloadKind::kLastOfGroup: return layer % offload.group >= offload.group - offload.last;
    case OffloadKind::kPercent: {
      // Layer by layer, the share so far rounds down to `percent` of the layers so far.
      const auto so_far = [&](double layers) { return std::floor(layers * offload.percent / 100 + 1e-9); };
      return so_far(layer + 1.0) > so_far(layer);
    }
    default: return true;
  }
}

void offload_names(const Offload& offload, const ModelShape& model, std::vector<bool>& chosen) {
  std::unordered_map<std::string, std::uint32_t> groups;
  for (std::uint32_t row = 0; row < model.groups.size(); ++row) groups.emplace(model.groups[row].name, row);
  std::unordered_map<std::string, UnitId> units;
  for (std::uint32_t i = 0; i < model.unit_count(); ++i) units.emplace(model.name_of(UnitId{i}), UnitId{i});
  for (const std::string& name : offload.names) {
    if (const auto group = groups.find(name); group != groups.end()) {
      for (std::uint32_t layer = 0; layer < model.layers; ++layer)
        chosen[index(model.unit(layer, group->second))] = true;
    } else if (const auto unit = units.find(name); unit != units.end()) {
      chosen[index(unit->second)] = true;
    } else {
      std::vector<std::string_view> known;
      for (const plan::Group& each : model.groups) known.push_back(each.name);
      throw offload.place.error(
          fmt::format("the model has no group or unit '{}'{}; a unit reads \"L0.{}\", up to L{}", name,
                      suggest(name, known), model.groups[0].name, model.layers - 1));
    }
  }
}

}  // namespace

std::vector<bool> offloaded_units(const Offload& offload, const ModelShape& model) {
  std::vector<bool> chosen(model.unit_count());
  if (offload.kind == OffloadKind::kNames) offload_names(offload, model, chosen);
  std::uint64_t left = offload.bytes;
  bool any = false;
  for (std::uint32_t i = 0; i < chosen.size(); ++i) {
    const std::uint64_t bytes = model.group_of(UnitId{i}).bytes();
    if (offload.kind == OffloadKind::kBytes) {
      chosen[i] = bytes <= left;
      left = chosen[i] ? left - bytes : 0;
    } else if (offload.kind != OffloadKind::kNames) {
      chosen[i] = layer_is_offloaded(offload, model.layer_of(UnitId{i}));
    }
    if (bytes == 0) chosen[i] = false;
    any = any || chosen[i];
  }
  if (!any) {
    throw offload.place.error(fmt::format("leaves nothing to offload in a model of {} layers", model.layers));
  }
  return chosen;
}

}  // namespace offledger::language
