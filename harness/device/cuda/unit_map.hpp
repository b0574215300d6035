// SPDX-License-Identifier: Apache-2.0
//
// Which of the decoder's tensors each unit of a plan holds, and where in the unit they begin. Units may cut a
// layer anywhere between tensors; the tensors keep the layer's order.

#pragma once

#include <cstdint>
#include <vector>

#include "harness/model/tensors.hpp"
#include "schedules/plan/model_shape.hpp"

namespace offledger::cuda {

struct Piece {
  model::TensorKind kind{};
  std::uint64_t offset = 0;  ///< in the unit, bytes
};

struct UnitMap {
  std::vector<std::vector<Piece>> groups;  ///< by group row
  bool streams_norms = false;              ///< the units hold the layers' norms; else they are resident
};

/// Throws Error(kUsage) where the shape is not one of this decoder: a tensor of another name or size, out of
/// order or missing. The message names the tensor.
UnitMap map_units(const plan::ModelShape& shape, const model::LlamaConfig& config);

}  // namespace offledger::cuda
