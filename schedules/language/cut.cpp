// SPDX-License-Identifier: Apache-2.0
//
// The knob `unit`: a layer's tensors, in order of computation, cut at other places.

#include <fmt/format.h>

#include "schedules/language/layout.hpp"

namespace offledger::language {
namespace {

plan::ModelShape as_layers(const plan::ModelShape& model) {
  plan::ModelShape cut{model.layers, {{"layer", {}}}};
  for (const plan::Group& group : model.groups) {
    for (const plan::Tensor& tensor : group.tensors) cut.groups[0].tensors.push_back(tensor);
  }
  return cut;
}

plan::ModelShape as_tensors(const plan::ModelShape& model) {
  plan::ModelShape cut{model.layers, {}};
  for (const plan::Group& group : model.groups) {
    for (const plan::Tensor& tensor : group.tensors) {
      cut.groups.push_back({group.name + "." + tensor.name, {tensor}});
    }
  }
  return cut;
}

/// Takes the layer's tensors one after the other; a named group must go on where the one before it ended.
plan::ModelShape as_named(const Units& units, const plan::ModelShape& model) {
  const plan::ModelShape tensors = as_tensors(model);
  plan::ModelShape cut{model.layers, {}};
  std::size_t next = 0;
  for (const NamedGroup& named : units.groups) {
    plan::Group group{named.name, {}};
    for (const std::string& name : named.tensors) {
      if (next == tensors.groups.size()) {
        throw named.place.error(fmt::format("'{}' comes after the layer's last tensor", name));
      }
      const plan::Group& tensor = tensors.groups[next];
      if (name != tensor.name && name != tensor.tensors[0].name) {
        throw named.place.error(
            fmt::format("expected the layer's tensors in order of computation: '{}' here, found '{}'",
                        tensor.name, name));
      }
      group.tensors.push_back(tensor.tensors[0]);
      ++next;
    }
    cut.groups.push_back(std::move(group));
  }
  if (next != tensors.groups.size()) {
    throw units.place.error(
        fmt::format("expected every tensor of a layer in a group; '{}' and what follows it are in none",
                    tensors.groups[next].name));
  }
  return cut;
}

}  // namespace

plan::ModelShape cut(const Units& units, const plan::ModelShape& model) {
  switch (units.kind) {
    case UnitKind::kSublayer: break;
    case UnitKind::kLayer: return as_layers(model);
    case UnitKind::kTensor: return as_tensors(model);
    case UnitKind::kNamed: return as_named(units, model);
  }
  return model;
}

}  // namespace offledger::language
