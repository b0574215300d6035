// SPDX-License-Identifier: Apache-2.0
#include "harness/device/cuda/unit_map.hpp"

#include <fmt/format.h>

#include "schedules/base/error.hpp"

namespace offledger::cuda {
namespace {

using model::TensorKind;

Error misfit(const std::string& message) {
  return {ErrorKind::kUsage,
          "the plan's units are not this decoder's: " + message +
              "; a layer is input_norm, q_proj, k_proj, v_proj, o_proj, post_norm, gate_proj, "
              "up_proj, down_proj, with both norms or neither"};
}

TensorKind kind_of(const plan::Tensor& tensor, const model::LlamaConfig& config) {
  const auto kind = model::find_layer_tensor(tensor.name);
  if (!kind) throw misfit(fmt::format("it has no tensor '{}'", tensor.name));
  const std::uint64_t expected = model::shape_of(config, *kind).bytes();
  if (tensor.bytes != expected) {
    throw misfit(fmt::format("'{}' has {} bytes in the architecture and {} in the plan", tensor.name,
                             expected, tensor.bytes));
  }
  return *kind;
}

}  // namespace

UnitMap map_units(const plan::ModelShape& shape, const model::LlamaConfig& config) {
  UnitMap map;
  std::vector<TensorKind> found;
  for (const plan::Group& group : shape.groups) {
    std::vector<Piece>& pieces = map.groups.emplace_back();
    std::uint64_t offset = 0;
    for (const plan::Tensor& tensor : group.tensors) {
      pieces.push_back({kind_of(tensor, config), offset});
      found.push_back(pieces.back().kind);
      offset += tensor.bytes;
    }
  }
  std::vector<TensorKind> all, matrices;
  for (const TensorKind kind : model::kLayerOrder) {
    all.push_back(kind);
    if (!model::is_norm(kind)) matrices.push_back(kind);
  }
  map.streams_norms = found == all;
  if (found != all && found != matrices) throw misfit("a tensor is missing, doubled, or out of order");
  if (shape.layers != config.layers) {
    throw misfit(fmt::format("{} layers in the architecture, {} in the plan", config.layers, shape.layers));
  }
  return map;
}

}  // namespace offledger::cuda
