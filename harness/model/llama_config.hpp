// SPDX-License-Identifier: Apache-2.0
//
// What a Llama-architecture decoder is made of: dimensions, norm, and rotary position embedding. From a
// workload, or from the config.json of a Hugging Face checkpoint.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/workload.hpp"

namespace offledger::model {

/// Llama 3.1's stretching of rotary wavelengths: those longer than original_context / low_freq_factor are
/// stretched by `factor`, those shorter than original_context / high_freq_factor are kept, those between are
/// blended.
struct RopeScaling {
  float factor = 8.0F, low_freq_factor = 1.0F, high_freq_factor = 4.0F;
  std::uint32_t original_context = 8192;
  bool operator==(const RopeScaling&) const = default;
};

struct LlamaConfig {
  std::uint32_t layers = 0, hidden = 0, ffn = 0, heads = 0, kv_heads = 0, head_dim = 0, vocab = 0;
  float norm_eps = 1e-5F;
  float rope_theta = 500000.0F;
  std::optional<RopeScaling> rope_scaling;
  bool tied_embeddings = false;  ///< the LM head is the embedding
  bool operator==(const LlamaConfig&) const = default;
};

/// Throws Error(kUsage), naming `where`, for a config that no decoder can have: a zero dimension, heads that
/// are not a multiple of kv_heads, an odd head_dim, dimensions that are no multiple of 8 (16-byte rows).
void validate(const LlamaConfig& config, const std::string& where);

/// Throws Error(kUsage) for a workload without an architecture: that one can only be simulated.
[[nodiscard]] LlamaConfig config_of(const Workload& workload);

/// Reads a config.json. Throws Error(kUsage), with file, line and key, for a model that is no Llama (biases,
/// another activation, another rope type) as well as for a damaged file.
[[nodiscard]] LlamaConfig load_config(const std::string& path);
[[nodiscard]] LlamaConfig parse_config(std::string_view text, const std::string& file);

/// The rotary frequency of each pair of dimensions (i, i + head_dim / 2), radians a position: theta^(-2i /
/// head_dim), then scaled. head_dim / 2 of them.
[[nodiscard]] std::vector<float> rope_frequencies(const LlamaConfig& config);

}  // namespace offledger::model
