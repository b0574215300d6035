// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <vector>

#include "harness/model/weights.hpp"

namespace offledger::model {
namespace {

class SyntheticWeights final : public WeightSource {
 public:
  SyntheticWeights(const LlamaConfig& config, std::uint64_t seed) : config_(config), seed_(seed) {}

  const LlamaConfig& config() const noexcept override { return config_; }

  void read(TensorKind kind, std::uint32_t layer, std::span<Bf16> out) const override {
    const SyntheticTensor tensor = generator(kind, layer);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = to_bf16(synthetic_value(tensor, i));
  }

  std::optional<SyntheticTensor> synthetic(TensorKind kind, std::uint32_t layer) const override {
    return generator(kind, layer);
  }

 private:
  SyntheticTensor generator(TensorKind kind, std::uint32_t layer) const {
    // A tied head is the embedding.
    if (kind == TensorKind::kHead && config_.tied_embeddings) kind = TensorKind::kEmbedding;
    const auto row = static_cast<std::uint64_t>(kind);
    if (row >= kLayerTensors) layer = 0;
    const std::uint64_t key = mix(mix(seed_ + 0x632BE59BD9B4E019ULL) + (std::uint64_t{layer} << 8 | row));
    if (is_norm(kind)) return {key, 1.0F, 0.25F};
    if (kind == TensorKind::kEmbedding) return {key, 0.0F, std::sqrt(3.0F)};
    float width = std::sqrt(3.0F / static_cast<float>(shape_of(config_, kind).cols));
    // What is added to the residual stream is scaled down with depth, so that the stream's variance stays
    // bounded.
    if (kind == TensorKind::kOutput || kind == TensorKind::kDown) {
      width /= std::sqrt(2.0F * static_cast<float>(config_.layers));
    }
    return {key, 0.0F, width};
  }

  LlamaConfig config_;
  std::uint64_t seed_;
};

}  // namespace

std::unique_ptr<WeightSource> synthetic_weights(const LlamaConfig& config, std::uint64_t seed) {
  validate(config, "synthetic weights");
  return std::make_unique<SyntheticWeights>(config, seed);
}

std::vector<std::int32_t> synthetic_tokens(const LlamaConfig& config, std::size_t count, std::uint64_t seed) {
  std::vector<std::int32_t> tokens(count);
  const std::uint64_t key = mix(seed + 0xD6E8FEB86659FD93ULL);
  for (std::size_t i = 0; i < count; ++i) {
    tokens[i] = static_cast<std::int32_t>(mix(key + i * 0x9E3779B97F4A7C15ULL) % config.vocab);
  }
  return tokens;
}

}  // namespace offledger::model
