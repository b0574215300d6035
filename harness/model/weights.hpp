// SPDX-License-Identifier: Apache-2.0
//
// Where a model's weights come from: a seed, or a checkpoint. Both give one tensor at a time, in bf16, so
// that nothing needs the whole model in memory.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "harness/model/synthetic.hpp"
#include "harness/model/tensors.hpp"

namespace offledger::model {

/// Threads: const access may be shared.
class WeightSource {
 public:
  virtual ~WeightSource() = default;
  [[nodiscard]] virtual const LlamaConfig& config() const noexcept = 0;
  /// Fills `out`, which has shape_of(config(), kind).elements() elements. `layer` is ignored where the tensor
  /// is not a layer's. Throws Error(kUsage) where the source cannot give it.
  virtual void read(TensorKind kind, std::uint32_t layer, std::span<Bf16> out) const = 0;
  /// The generator of a synthetic tensor, for devices that make it themselves; empty where it must be read.
  [[nodiscard]] virtual std::optional<SyntheticTensor> synthetic(TensorKind kind,
                                                                 std::uint32_t layer) const = 0;
};

[[nodiscard]] std::unique_ptr<WeightSource> synthetic_weights(const LlamaConfig& config, std::uint64_t seed);

/// A Hugging Face directory: config.json, and model.safetensors or the shards of
/// model.safetensors.index.json. Throws Error(kUsage) at once where a tensor is missing or has another shape
/// than the config says.
[[nodiscard]] std::unique_ptr<WeightSource> open_checkpoint(const std::string& directory);

/// `count` token ids below config.vocab, from the seed: prompts for workloads that have no text.
[[nodiscard]] std::vector<std::int32_t> synthetic_tokens(const LlamaConfig& config, std::size_t count,
                                                         std::uint64_t seed);

}  // namespace offledger::model
