// SPDX-License-Identifier: Apache-2.0
#include "harness/model/tensors.hpp"

namespace offledger::model {
namespace {

struct Names {
  std::string_view name;        // in workloads
  std::string_view checkpoint;  // in Hugging Face checkpoints, inside "model.layers.N." for a layer's
};

constexpr std::array<Names, 12> kNames = {{{"input_norm", "input_layernorm"},
                                           {"q_proj", "self_attn.q_proj"},
                                           {"k_proj", "self_attn.k_proj"},
                                           {"v_proj", "self_attn.v_proj"},
                                           {"o_proj", "self_attn.o_proj"},
                                           {"post_norm", "post_attention_layernorm"},
                                           {"gate_proj", "mlp.gate_proj"},
                                           {"up_proj", "mlp.up_proj"},
                                           {"down_proj", "mlp.down_proj"},
                                           {"embed_tokens", "model.embed_tokens"},
                                           {"norm", "model.norm"},
                                           {"lm_head", "lm_head"}}};

const Names& names_of(TensorKind kind) noexcept {
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace

MatrixShape shape_of(const LlamaConfig& c, TensorKind kind) noexcept {
  const std::uint64_t hidden = c.hidden, query = std::uint64_t{c.heads} * c.head_dim;
  const std::uint64_t keys = std::uint64_t{c.kv_heads} * c.head_dim;
  switch (kind) {
    case TensorKind::kInputNorm:
    case TensorKind::kPostNorm:
    case TensorKind::kFinalNorm: return {1, hidden};
    case TensorKind::kQuery: return {query, hidden};
    case TensorKind::kKey:
    case TensorKind::kValue: return {keys, hidden};
    case TensorKind::kOutput: return {hidden, query};
    case TensorKind::kGate:
    case TensorKind::kUp: return {c.ffn, hidden};
    case TensorKind::kDown: return {hidden, c.ffn};
    case TensorKind::kEmbedding:
    case TensorKind::kHead: return {c.vocab, hidden};
  }
  return {};
}

std::string_view name_of(TensorKind kind) noexcept {
  return names_of(kind).name;
}

std::optional<TensorKind> find_layer_tensor(std::string_view name) noexcept {
  for (const TensorKind kind : kLayerOrder) {
    if (name == names_of(kind).name || name == names_of(kind).checkpoint) return kind;
  }
  return std::nullopt;
}

std::string checkpoint_name(TensorKind kind, std::uint32_t layer) {
  std::string name;
  if (static_cast<std::size_t>(kind) < kLayerTensors) name = "model.layers." + std::to_string(layer) + ".";
  name += names_of(kind).checkpoint;
  return name + ".weight";
}

}  // namespace offledger::model
