// SPDX-License-Identifier: Apache-2.0
#include "harness/model/weights.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <set>

namespace offledger::model {
namespace {

LlamaConfig small() {
  LlamaConfig config;
  config.layers = 3;
  config.hidden = 64;
  config.ffn = 128;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_dim = 16;
  config.vocab = 100;
  return config;
}

std::vector<Bf16> read(const WeightSource& source, TensorKind kind, std::uint32_t layer) {
  std::vector<Bf16> out(shape_of(source.config(), kind).elements());
  source.read(kind, layer, out);
  return out;
}

TEST(Bf16, RoundsToNearestTiesToEven) {
  const auto bits = [](float value) { return static_cast<std::uint16_t>(to_bf16(value)); };
  EXPECT_EQ(bits(1.0F), 0x3F80);
  EXPECT_EQ(bits(-2.0F), 0xC000);
  EXPECT_EQ(bits(std::bit_cast<float>(0x3F808000U)), 0x3F80);  // a tie, to the even below
  EXPECT_EQ(bits(std::bit_cast<float>(0x3F818000U)), 0x3F82);  // a tie, to the even above
  EXPECT_EQ(bits(std::bit_cast<float>(0x3F808001U)), 0x3F81);
  EXPECT_EQ(bits(std::numeric_limits<float>::infinity()), 0x7F80);
  EXPECT_EQ(bits(std::numeric_limits<float>::max()), 0x7F80);
  EXPECT_TRUE(std::isnan(to_float(to_bf16(std::numeric_limits<float>::quiet_NaN()))));
  EXPECT_TRUE(std::isnan(to_float(to_bf16(std::bit_cast<float>(0x7F800001U)))));
}

RC_GTEST_PROP(Bf16, EveryValueSurvivesTheRoundTrip, (std::uint16_t raw)) {
  const float value = to_float(Bf16{raw});
  if (!std::isnan(value)) RC_ASSERT(to_bf16(value) == Bf16{raw});
}

TEST(Synthetic, GoldenBits) {
  // Fixed for good: recordings name weights by their seed.
  const auto source = synthetic_weights(small(), 1);
  const auto query = read(*source, TensorKind::kQuery, 0);
  std::uint64_t hash = 0;
  for (const Bf16 value : query) hash = mix(hash ^ static_cast<std::uint64_t>(value));
  EXPECT_EQ(hash, 17939556346403266594ULL);
}

TEST(Synthetic, TensorsLayersAndSeedsDiffer) {
  std::set<std::vector<Bf16>> seen;
  for (const std::uint64_t seed : {1, 2}) {
    const auto source = synthetic_weights(small(), seed);
    for (std::uint32_t layer = 0; layer < 3; ++layer) {
      for (const TensorKind kind : kLayerOrder) EXPECT_TRUE(seen.insert(read(*source, kind, layer)).second);
    }
  }
  EXPECT_EQ(seen.size(), 2U * 3U * kLayerTensors);
}

TEST(Synthetic, VarianceIsOneOverColumns) {
  const auto query = read(*synthetic_weights(small(), 3), TensorKind::kQuery, 1);
  double sum = 0.0, squares = 0.0;
  for (const Bf16 value : query) {
    const auto v = static_cast<double>(to_float(value));
    sum += v;
    squares += v * v;
  }
  const auto n = static_cast<double>(query.size());
  EXPECT_NEAR(sum / n, 0.0, 0.01);
  EXPECT_NEAR(squares / n * 64.0, 1.0, 0.05);
}

TEST(Synthetic, NormsAreNearOne) {
  for (const Bf16 value : read(*synthetic_weights(small(), 3), TensorKind::kPostNorm, 2)) {
    EXPECT_GE(to_float(value), 0.75F);
    EXPECT_LE(to_float(value), 1.25F);
  }
}

TEST(Synthetic, ATiedHeadIsTheEmbedding) {
  LlamaConfig tied = small();
  tied.tied_embeddings = true;
  const auto source = synthetic_weights(tied, 1);
  EXPECT_EQ(read(*source, TensorKind::kHead, 0), read(*source, TensorKind::kEmbedding, 0));
}

TEST(Synthetic, ReadingIsTheGenerator) {
  const auto source = synthetic_weights(small(), 5);
  const auto whole = read(*source, TensorKind::kDown, 1);
  const auto tensor = source->synthetic(TensorKind::kDown, 1);
  ASSERT_TRUE(tensor.has_value());
  for (std::size_t i = 0; i < whole.size(); i += 97)
    EXPECT_EQ(whole[i], to_bf16(synthetic_value(*tensor, i)));
}

TEST(Synthetic, TokensAreInTheVocabulary) {
  std::set<std::int32_t> seen;
  for (const std::int32_t token : synthetic_tokens(small(), 1000, 7)) {
    EXPECT_GE(token, 0);
    EXPECT_LT(token, 100);
    seen.insert(token);
  }
  EXPECT_GT(seen.size(), 90U);
}

TEST(Tensors, NamesAreFoundInBothSpellings) {
  EXPECT_EQ(find_layer_tensor("q_proj"), TensorKind::kQuery);
  EXPECT_EQ(find_layer_tensor("self_attn.q_proj"), TensorKind::kQuery);
  EXPECT_EQ(find_layer_tensor("post_norm"), TensorKind::kPostNorm);
  EXPECT_EQ(find_layer_tensor("lm_head"), std::nullopt);
  EXPECT_EQ(find_layer_tensor(""), std::nullopt);
  EXPECT_EQ(checkpoint_name(TensorKind::kGate, 12), "model.layers.12.mlp.gate_proj.weight");
  EXPECT_EQ(checkpoint_name(TensorKind::kHead, 0), "lm_head.weight");
}

}  // namespace
}  // namespace offledger::model
