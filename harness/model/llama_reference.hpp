// SPDX-License-Identifier: Apache-2.0
//
// The same decoder on the CPU: bf16 weights, everything else in fp32, loops in the order of the formulas.
// Slow on purpose; what the CUDA core is held against.
//
//     x = E[token];  per layer:  n = norm(x)            x += attend(rope(Wq n), rope(Wk n), Wv n) Wo^T
//                                n = norm(x)            x += (silu(Wg n) * Wu n) Wd^T
//     logits = norm(x) H^T                              norm(x) = x / sqrt(mean(x^2) + eps) * weight

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "harness/model/weights.hpp"

namespace offledger::model {

/// Holds the whole model and a growing KV cache. Threads: one.
class LlamaReference {
 public:
  /// Layer l uses the weights of layer l % unique_layers; 0 is all distinct.
  LlamaReference(const WeightSource& source, std::uint32_t batch, std::uint32_t unique_layers = 0);

  /// Runs `tokens` ([batch][n], n = tokens.size() / batch) after what earlier calls ran, and gives the
  /// residual stream after the last layer: [batch * n][hidden].
  std::vector<float> hidden(std::span<const std::int32_t> tokens);
  /// The logits of each sequence's last token: [batch][vocab].
  std::vector<float> forward(std::span<const std::int32_t> tokens);
  /// `steps` tokens a sequence after the prompt, each the argmax: [steps][batch].
  std::vector<std::int32_t> generate(std::span<const std::int32_t> prompt, std::uint32_t steps);

  /// Forgets the KV cache.
  void reset();

 private:
  struct Layer {
    std::vector<Bf16> tensor[kLayerTensors];
    std::vector<float> keys, values;  // [position][batch][kv_heads * head_dim]
  };
  [[nodiscard]] const std::vector<Bf16>& weights(const Layer& layer, TensorKind kind) const;
  void attention_block(Layer& layer, std::uint32_t position, std::span<const float> normed,
                       std::span<float> x);
  void ffn_block(const Layer& layer, std::span<const float> normed, std::span<float> x) const;
  void rotate(std::span<float> head, std::uint32_t position) const;

  LlamaConfig config_;
  std::uint32_t batch_;
  std::uint32_t unique_layers_;
  std::uint32_t position_ = 0;
  std::vector<float> frequencies_;
  std::vector<Layer> layers_;
  std::vector<Bf16> embedding_, final_norm_, head_;
};

/// The lowest index of the largest value of each row.
[[nodiscard]] std::vector<std::int32_t> argmax_rows(std::span<const float> logits, std::size_t columns);

}  // namespace offledger::model
