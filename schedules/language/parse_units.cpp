// SPDX-License-Identifier: Apache-2.0
//
// Knobs that say what is streamed and where it lands: `unit`, `offload`, `slots`.

#include <fmt/format.h>

#include "schedules/language/parse.hpp"

namespace offledger::language {
namespace {

constexpr std::int64_t kMostGroupSlots = 100'000;
constexpr std::int64_t kMostOffloadedLayers = 1'000'000;
constexpr std::size_t kMostUnitGroups = 1000;

std::uint32_t count(const json::Value& value) {
  return static_cast<std::uint32_t>(value.integer(1, kMostGroupSlots));
}

NamedGroup parse_group(const json::Value& value) {
  json::Object object = value.object();
  NamedGroup group;
  group.place = place_of(value);
  group.name = parse_name(object.at("name"));
  const json::Value tensors = object.at("tensors");
  for (const json::Value& tensor : tensors.array()) group.tensors.push_back(tensor.string());
  object.finish();
  if (group.tensors.empty()) throw tensors.error("expected at least one tensor");
  return group;
}

}  // namespace

Units parse_units(const json::Value& value) {
  Units units;
  units.place = place_of(value);
  if (value.kind() != json::Kind::kArray) {
    units.kind = static_cast<UnitKind>(value.one_of({"layer", "sublayer", "tensor"}));
    return units;
  }
  units.kind = UnitKind::kNamed;
  for (const json::Value& each : value.array()) {
    NamedGroup group = parse_group(each);
    for (const NamedGroup& other : units.groups) {
      if (other.name == group.name) throw each.error(fmt::format("group '{}' is named twice", group.name));
    }
    units.groups.push_back(std::move(group));
    if (units.groups.size() > kMostUnitGroups)
      throw value.error(fmt::format("expected at most {} groups", kMostUnitGroups));
  }
  if (units.groups.empty()) {
    throw value.error(
        "expected \"layer\", \"sublayer\", \"tensor\", or a list of named groups; the list is empty");
  }
  return units;
}

Offload parse_offload(const json::Value& value) {
  Offload offload;
  offload.place = place_of(value);
  if (value.kind() == json::Kind::kString) {
    (void)value.one_of({"all"});
    return offload;
  }
  json::Object object = value.object();
  if (const auto every = object.find("every")) {
    offload.kind = OffloadKind::kLastOfGroup;
    offload.group = static_cast<std::uint32_t>(every->integer(1, kMostOffloadedLayers));
  } else if (const auto last = object.find("last")) {
    offload.kind = OffloadKind::kLastOfGroup;
    offload.last = static_cast<std::uint32_t>(last->integer(1, kMostOffloadedLayers));
    offload.group = static_cast<std::uint32_t>(object.at("of").integer(1, kMostOffloadedLayers));
    if (offload.last > offload.group) {
      throw last->error(fmt::format("the last {} of each {} layers: expected at most {}", offload.last,
                                    offload.group, offload.group));
    }
  } else if (const auto bytes = object.find("bytes")) {
    offload.kind = OffloadKind::kBytes;
    offload.bytes = static_cast<std::uint64_t>(bytes->integer(1));
  } else if (const auto percent = object.find("percent")) {
    offload.kind = OffloadKind::kPercent;
    offload.percent = percent->number(0, 100);
  } else if (const auto names = object.find("names")) {
    offload.kind = OffloadKind::kNames;
    for (const json::Value& name : names->array()) offload.names.push_back(name.string());
    if (offload.names.empty())
      throw names->error("expected at least one group (\"ffn\") or unit (\"L3.ffn\")");
  } else {
    throw value.error(
        "expected \"all\", or an object with one of: every, last and of, bytes, percent, names");
  }
  object.finish();
  return offload;
}

Slots parse_slots(const json::Value& value) {
  json::Object object = value.object();
  Slots slots;
  slots.place = place_of(value);
  if (const auto mapping = object.find("mapping")) {
    slots.mapping = static_cast<Mapping>(mapping->one_of({"modulo", "single", "dynamic"}));
  }
  if (const auto counts = object.find("count")) {
    PerGroup<std::uint32_t> each = parse_per_group<std::uint32_t>(*counts, count);
    slots.shared = each.all;
    slots.pools = std::move(each.named);
  } else if (slots.mapping == Mapping::kSingle) {
    slots.shared = 1;
  } else if (slots.mapping == Mapping::kModulo) {
    (void)object.at("count");
  }
  slots.allocate = object.get("allocate", false);
  slots.budget_bytes = static_cast<std::uint64_t>(object.get("budget_bytes", 0, 1));
  object.finish();
  if (slots.mapping == Mapping::kSingle) {
    bool one = slots.shared.value_or(1) == 1;
    for (const auto& [group, slots_of_group] : slots.pools) one = one && slots_of_group == 1;
    if (!one)
      throw value.error("mapping \"single\" contradicts a count above 1: every unit takes the one slot");
  }
  return slots;
}

}  // namespace offledger::language
