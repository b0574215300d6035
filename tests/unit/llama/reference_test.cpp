// SPDX-License-Identifier: Apache-2.0
//
// The CPU decoder against numbers by hand and against its own symmetries.
#include "harness/model/llama_reference.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "schedules/base/error.hpp"

namespace offledger::model {
namespace {

LlamaConfig small() {
  LlamaConfig config;
  config.layers = 2;
  config.hidden = 16;
  config.ffn = 24;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_dim = 8;
  config.vocab = 40;
  return config;
}

/// Weights by a rule, for models whose answer is known.
class RuleWeights final : public WeightSource {
 public:
  using Rule = std::function<float(TensorKind, std::uint64_t row, std::uint64_t column)>;
  RuleWeights(const LlamaConfig& config, Rule rule) : config_(config), rule_(std::move(rule)) {}
  const LlamaConfig& config() const noexcept override { return config_; }
  void read(TensorKind kind, std::uint32_t, std::span<Bf16> out) const override {
    const std::uint64_t columns = shape_of(config_, kind).cols;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = to_bf16(rule_(kind, i / columns, i % columns));
  }
  std::optional<SyntheticTensor> synthetic(TensorKind, std::uint32_t) const override { return std::nullopt; }

 private:
  LlamaConfig config_;
  Rule rule_;
};

TEST(LlamaReference, WithoutLayersItIsNormTimesHead) {
  // Layer matrices are zero, so x stays the embedding: (3, 4, 0…) with mean square 25/16.
  const RuleWeights source(small(), [](TensorKind kind, std::uint64_t row, std::uint64_t column) {
    if (kind == TensorKind::kEmbedding)
      return row == 5 && column == 0 ? 3.0F : row == 5 && column == 1 ? 4.0F : 0.0F;
    if (kind == TensorKind::kHead) return column == row % 2 ? 1.0F : 0.0F;
    return is_norm(kind) ? 2.0F : 0.0F;
  });
  const std::int32_t token = 5;
  const auto logits = LlamaReference(source, 1).forward({&token, 1});
  ASSERT_EQ(logits.size(), 40U);
  EXPECT_NEAR(logits[0], 2.0 * 3.0 / 1.25, 1e-4);
  EXPECT_NEAR(logits[1], 2.0 * 4.0 / 1.25, 1e-4);
}

TEST(LlamaReference, EqualScoresAverageTheValues) {
  // Queries are zero, so each token's attention is the mean of the values so far. Value head 0, dimension 0
  // is the normed x[0]; the output projection puts head 0's dimension 0 into x[1]. One layer.
  LlamaConfig config = small();
  config.layers = 1;
  const RuleWeights source(config, [](TensorKind kind, std::uint64_t row, std::uint64_t column) {
    if (is_norm(kind)) return 1.0F;
    if (kind == TensorKind::kEmbedding)
      return column == 0 ? (row == 0 ? 1.0F : -1.0F) : (column == 2 ? 1.0F : 0.0F);
    if (kind == TensorKind::kValue) return row == 0 && column == 0 ? 1.0F : 0.0F;
    if (kind == TensorKind::kOutput) return row == 1 && column == 0 ? 1.0F : 0.0F;
    return 0.0F;
  });
  const std::int32_t tokens[] = {0, 0, 1};
  const auto x = LlamaReference(source, 1).hidden(tokens);
  const double unit = 1.0 / std::sqrt(2.0 / 16.0);  // of the norm: two ones in sixteen
  EXPECT_NEAR(x[0 * 16 + 1], unit, 1e-3);
  EXPECT_NEAR(x[1 * 16 + 1], unit, 1e-3);
  EXPECT_NEAR(x[2 * 16 + 1], unit / 3.0, 1e-3);
}

TEST(LlamaReference, TheGateIsSwish) {
  // gate = 2 n[0], up = n[0] into ffn channel 0, down puts it into x[3]: x[3] = silu(2 n) n.
  LlamaConfig config = small();
  config.layers = 1;
  const RuleWeights source(config, [](TensorKind kind, std::uint64_t row, std::uint64_t column) {
    if (is_norm(kind)) return 1.0F;
    const bool first = row == 0 && column == 0;
    if (kind == TensorKind::kEmbedding) return column == 0 ? 1.0F : 0.0F;
    if (kind == TensorKind::kGate) return first ? 2.0F : 0.0F;
    if (kind == TensorKind::kUp) return first ? 1.0F : 0.0F;
    if (kind == TensorKind::kDown) return row == 3 && column == 0 ? 1.0F : 0.0F;
    return 0.0F;
  });
  const std::int32_t token = 1;
  const double n = 4.0;  // 1 / sqrt(1 / 16)
  EXPECT_NEAR(LlamaReference(source, 1).hidden({&token, 1})[3], 2.0 * n / (1.0 + std::exp(-2.0 * n)) * n,
              1e-2);
}

TEST(LlamaReference, PrefillIsDecodeTokenByToken) {
  const auto source = synthetic_weights(small(), 3);
  const auto tokens = synthetic_tokens(small(), 7, 9);
  LlamaReference at_once(*source, 1), stepwise(*source, 1);
  std::vector<float> last;
  for (const std::int32_t token : tokens) last = stepwise.forward({&token, 1});
  EXPECT_EQ(at_once.forward(tokens), last);
}

TEST(LlamaReference, SequencesOfABatchDoNotMix) {
  const auto source = synthetic_weights(small(), 4);
  const auto tokens = synthetic_tokens(small(), 10, 2);
  const auto both = LlamaReference(*source, 2).forward(tokens);
  const auto first = LlamaReference(*source, 1).forward(std::span(tokens).first(5));
  const auto second = LlamaReference(*source, 1).forward(std::span(tokens).last(5));
  EXPECT_EQ(std::vector(both.begin(), both.begin() + 40), first);
  EXPECT_EQ(std::vector(both.begin() + 40, both.end()), second);
}

TEST(LlamaReference, OrderMattersThroughRotation) {
  const auto source = synthetic_weights(small(), 5);
  const std::int32_t forwards[] = {1, 2, 3, 4}, swapped[] = {2, 1, 3, 4};
  EXPECT_NE(LlamaReference(*source, 1).forward(forwards), LlamaReference(*source, 1).forward(swapped));
}

TEST(LlamaReference, GroupedHeadsAreRepeatedHeads) {
  // Two kv heads of two queries each == four kv heads, each pair alike.
  LlamaConfig full = small();
  full.kv_heads = 4;
  const auto grouped = synthetic_weights(small(), 6);
  const auto rule = [&](TensorKind kind, std::uint64_t row, std::uint64_t column) {
    if (kind == TensorKind::kKey || kind == TensorKind::kValue) row = row / 16 * 8 + row % 8;
    std::vector<Bf16> whole(shape_of(small(), kind).elements());
    grouped->read(kind, 0, whole);
    return to_float(whole[row * shape_of(small(), kind).cols + column]);
  };
  const RuleWeights grouped_once(small(), [&](TensorKind kind, std::uint64_t row, std::uint64_t column) {
    std::vector<Bf16> whole(shape_of(small(), kind).elements());
    grouped->read(kind, 0, whole);
    return to_float(whole[row * shape_of(small(), kind).cols + column]);
  });
  const RuleWeights repeated(full, rule);
  const auto tokens = synthetic_tokens(small(), 6, 1);
  EXPECT_EQ(LlamaReference(grouped_once, 1).forward(tokens), LlamaReference(repeated, 1).forward(tokens));
}

TEST(LlamaReference, AliasedLayersAreTheFirstOnesAgain) {
  LlamaConfig config = small();
  config.layers = 3;
  const auto source = synthetic_weights(config, 7);
  const auto tokens = synthetic_tokens(config, 4, 1);
  EXPECT_EQ(LlamaReference(*source, 1, 3).forward(tokens), LlamaReference(*source, 1).forward(tokens));
  EXPECT_NE(LlamaReference(*source, 1, 2).forward(tokens), LlamaReference(*source, 1).forward(tokens));
}

TEST(LlamaReference, ResetForgets) {
  const auto source = synthetic_weights(small(), 8);
  const auto tokens = synthetic_tokens(small(), 4, 1);
  LlamaReference reference(*source, 1);
  const auto first = reference.forward(tokens);
  EXPECT_NE(reference.forward(tokens), first);
  reference.reset();
  EXPECT_EQ(reference.forward(tokens), first);
}

TEST(LlamaReference, TokensOutsideTheVocabularyAreRefused) {
  const auto source = synthetic_weights(small(), 8);
  LlamaReference reference(*source, 1);
  for (const std::int32_t token : {-1, 40}) EXPECT_THROW((void)reference.forward({&token, 1}), Error);
}

}  // namespace
}  // namespace offledger::model
