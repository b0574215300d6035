// SPDX-License-Identifier: Apache-2.0
//
// Decoders small enough for the CPU reference, as configurations and as workloads.

#pragma once

#include "harness/model/tensors.hpp"
#include "harness/model/workload.hpp"

namespace offledger::test {

inline model::LlamaConfig small_llama() {
  model::LlamaConfig config;
  config.layers = 6;
  config.hidden = 256;
  config.ffn = 512;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_dim = 64;
  config.vocab = 512;
  return config;
}

/// Sublayer units attn and ffn, as the shipped workloads have.
inline model::Workload workload_of(const model::LlamaConfig& config, std::uint32_t tokens,
                                   std::uint32_t batch, std::uint32_t steps) {
  model::Workload workload;
  workload.name = "small";
  workload.shape.layers = config.layers;
  workload.shape.groups = {{"attn", {}}, {"ffn", {}}};
  for (const model::TensorKind kind : model::kLayerOrder) {
    const bool attn = kind < model::TensorKind::kPostNorm;
    workload.shape.groups[attn ? 0 : 1].tensors.push_back(
        {std::string(model::name_of(kind)), model::shape_of(config, kind).bytes()});
  }
  workload.costs.resize(2);
  workload.tokens = tokens;
  workload.batch = batch;
  workload.steps = steps;
  workload.architecture =
      model::Architecture{config.hidden,   config.ffn,   config.heads,      config.kv_heads,
                          config.head_dim, config.vocab, config.rope_theta, config.norm_eps};
  return workload;
}

}  // namespace offledger::test
