// SPDX-License-Identifier: Apache-2.0
#include "harness/model/cuda/core.hpp"

#include <vector>

#include "harness/model/llama_reference.hpp"
#include "schedules/base/error.hpp"
#include "tests/gpu/model_cuda/runner.hpp"
#include "tests/gpu/needs_gpu.hpp"
#include "tests/gpu/small_llama.hpp"

namespace offledger::model::cuda {
namespace {

using test::relative_error;
using test::Runner;

constexpr double kTolerance = 2e-2;  // bf16 activations through a few layers

class CoreTest : public test::GpuTest {
 protected:
  static void prefill_agrees(const LlamaConfig& config, std::uint32_t batch, std::uint32_t tokens) {
    const auto source = synthetic_weights(config, 11);
    const auto prompt = synthetic_tokens(config, std::size_t{batch} * tokens, 5);
    Runner runner(*source, {batch, tokens, tokens});
    LlamaReference reference(*source, batch);
    const auto expected = reference.forward(prompt), found = runner.step(prompt, 0);
    EXPECT_LT(relative_error(found, expected), kTolerance);
    ASSERT_EQ(found, runner.step(prompt, 0)) << "the same step gave other bits";
  }
};

TEST_F(CoreTest, PrefillAgreesWithTheReference) {
  prefill_agrees(test::small_llama(), 1, 37);
}

TEST_F(CoreTest, BatchesAgreeWithTheReference) {
  prefill_agrees(test::small_llama(), 3, 20);
}

TEST_F(CoreTest, RopeScalingAndTiedEmbeddingsAgreeWithTheReference) {
  LlamaConfig config = test::small_llama();
  config.head_dim = 128;
  config.kv_heads = 4;
  config.tied_embeddings = true;
  config.rope_scaling = RopeScaling{8.0F, 1.0F, 4.0F, 16};
  prefill_agrees(config, 1, 50);
}

TEST_F(CoreTest, DecodeAgreesWithTheReference) {
  const LlamaConfig config = test::small_llama();
  const auto source = synthetic_weights(config, 12);
  Runner runner(*source, {2, 1, 8});
  LlamaReference reference(*source, 2);
  std::vector<std::int32_t> tokens = synthetic_tokens(config, 2, 3);
  for (std::uint32_t position = 0; position < 6; ++position) {
    const auto expected = reference.forward(tokens);
    EXPECT_LT(relative_error(runner.step(tokens, position), expected), kTolerance) << "position " << position;
    tokens = argmax_rows(expected, config.vocab);
  }
}

TEST_F(CoreTest, DecodeContinuesAPrefill) {
  const LlamaConfig config = test::small_llama();
  const auto source = synthetic_weights(config, 15);
  const auto prompt = synthetic_tokens(config, 30, 5);
  Runner runner(*source, {1, 30, 40});
  LlamaReference reference(*source, 1);
  auto expected = reference.forward(prompt);
  EXPECT_LT(relative_error(runner.step(prompt, 0), expected), kTolerance);
  for (std::uint32_t position = 30; position < 40; ++position) {
    const auto tokens = argmax_rows(expected, config.vocab);
    expected = reference.forward(tokens);
    EXPECT_LT(relative_error(runner.step(tokens, position), expected), kTolerance) << "position " << position;
  }
}

TEST_F(CoreTest, AStepThatDoesNotFitIsRefused) {
  const auto source = synthetic_weights(test::small_llama(), 15);
  Runner runner(*source, {1, 8, 10});
  EXPECT_THROW(runner.step(synthetic_tokens(source->config(), 8, 1), 3), Error);
}

TEST_F(CoreTest, DecodeFeedsItsOwnTokens) {
  const LlamaConfig config = test::small_llama();
  const auto source = synthetic_weights(config, 13);
  Runner fed(*source, {1, 1, 8}), free(*source, {1, 1, 8});
  std::vector<std::int32_t> tokens = {7};
  for (std::uint32_t position = 0; position < 5; ++position) {
    const auto logits = fed.step(tokens, position);
    ASSERT_EQ(
        free.step(position == 0 ? std::span<const std::int32_t>(tokens) : std::span<const std::int32_t>(),
                  position),
        logits);
    tokens = argmax_rows(logits, config.vocab);
  }
}

TEST_F(CoreTest, AliasedLayersAgreeWithTheReference) {
  const LlamaConfig config = test::small_llama();
  const auto source = synthetic_weights(config, 14);
  const auto prompt = synthetic_tokens(config, 16, 5);
  Runner runner(*source, {1, 16, 16}, 2);
  EXPECT_LT(relative_error(runner.step(prompt, 0), LlamaReference(*source, 1, 2).forward(prompt)),
            kTolerance);
}

}  // namespace
}  // namespace offledger::model::cuda
