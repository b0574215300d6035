// SPDX-License-Identifier: Apache-2.0
//
// What a schedule needs to know of a model: its units in the order they compute, and the bytes of their
// tensors. No times, no architecture: those belong to harness/model.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "schedules/base/units.hpp"

namespace offledger::plan {

enum class UnitId : std::uint32_t {};

struct Tensor {
  std::string name;  ///< "q_proj"
  std::uint64_t bytes = 0;
  bool operator==(const Tensor&) const = default;
};

/// Units of one group have the same tensors in every layer.
struct Group {
  std::string name;  ///< "attn", "ffn"; "layer" where a unit is a whole layer
  std::vector<Tensor> tensors;
  [[nodiscard]] std::uint64_t bytes() const noexcept {
    std::uint64_t sum = 0;
    for (const Tensor& tensor : tensors) sum += tensor.bytes;
    return sum;
  }
  bool operator==(const Group&) const = default;
};

/// `layers` layers of the same groups, computed group after group, layer after layer.
///
/// UnitId of (layer, group row) is layer * groups.size() + group row: the order of computation.
struct ModelShape {
  std::uint32_t layers = 0;
  std::vector<Group> groups;

  [[nodiscard]] std::uint32_t unit_count() const noexcept {
    return layers * static_cast<std::uint32_t>(groups.size());
  }
  [[nodiscard]] UnitId unit(std::uint32_t layer, std::uint32_t group) const noexcept {
    return UnitId{layer * static_cast<std::uint32_t>(groups.size()) + group};
  }
  [[nodiscard]] std::uint32_t layer_of(UnitId unit) const noexcept {
    return static_cast<std::uint32_t>(index(unit) / groups.size());
  }
  [[nodiscard]] std::uint32_t group_row_of(UnitId unit) const noexcept {
    return static_cast<std::uint32_t>(index(unit) % groups.size());
  }
  [[nodiscard]] const Group& group_of(UnitId unit) const noexcept { return groups[group_row_of(unit)]; }
  /// "L3.attn"
  [[nodiscard]] std::string name_of(UnitId unit) const {
    std::string name(1, 'L');
    name += std::to_string(layer_of(unit));
    name += '.';
    name += group_of(unit).name;
    return name;
  }
  bool operator==(const ModelShape&) const = default;
};

}  // namespace offledger::plan
