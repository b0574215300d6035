// SPDX-License-Identifier: Apache-2.0
//
// Checkpoints of Hugging Face transformers give its logits and its greedy tokens. make_checkpoints.py writes
// them; the environment variable OFFLEDGER_CHECKPOINTS names the directory.
#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <vector>

#include "harness/model/llama_reference.hpp"
#include "harness/model/mapped_file.hpp"
#include "harness/model/safetensors.hpp"
#include "tests/gpu/model_cuda/runner.hpp"
#include "tests/gpu/needs_gpu.hpp"

namespace offledger::model {
namespace {

/// Our logits may be this many times as far from transformers' fp32 ones as its own bf16 ones are at their
/// worst step.
constexpr double kBf16Times = 1.5;
/// Two logits tie where each may be off by three times the tolerated mean.
constexpr double kTie = 2.0 * 3.0;

struct Expected {
  std::vector<std::int32_t> tokens;  ///< prompt, then the greedy continuation
  std::vector<float> logits;         ///< [steps][vocab], fp32 arithmetic
  std::vector<float> logits_bf16;    ///< the same by transformers in bf16
};

template <typename T>
std::vector<T> values(const StoredTensor& tensor) {
  std::vector<T> out(tensor.bytes.size() / sizeof(T));
  std::memcpy(out.data(), tensor.bytes.data(), out.size() * sizeof(T));
  return out;
}

Expected read_expected(const std::filesystem::path& directory) {
  const std::string path = (directory / "expected.safetensors").string();
  const MappedFile file(path);
  const StoredTensors tensors = parse_safetensors(file.bytes(), path);
  return {values<std::int32_t>(tensors.at("tokens")), values<float>(tensors.at("logits")),
          values<float>(tensors.at("logits_bf16"))};
}

/// How far the largest expected logit stands above that of `token`, in units of the mean error tolerated.
double lead(std::span<const float> expected, std::int32_t token, double tolerance) {
  double squares = 0.0;
  for (const float logit : expected) squares += static_cast<double>(logit) * static_cast<double>(logit);
  const double allowed = tolerance * std::sqrt(squares / static_cast<double>(expected.size()));
  const auto best = *std::max_element(expected.begin(), expected.end());
  return static_cast<double>(best - expected[static_cast<std::size_t>(token)]) / allowed;
}

/// Of logits relative to their norm: what bf16 arithmetic costs transformers itself on these tokens.
double bf16_tolerance(const Expected& expected, std::size_t vocab) {
  double worst = 0.0;
  for (std::size_t at = 0; at < expected.logits.size(); at += vocab) {
    worst = std::max(worst, test::relative_error(std::span(expected.logits_bf16).subspan(at, vocab),
                                                 std::span(expected.logits).subspan(at, vocab)));
  }
  return kBf16Times * worst;
}

class CheckpointTest : public test::GpuTest {
 protected:
  static void agrees(const std::filesystem::path& directory) {
    const auto source = open_checkpoint(directory.string());
    const Expected expected = read_expected(directory);
    const std::size_t vocab = source->config().vocab, steps = expected.logits.size() / vocab;
    const std::size_t prompt = expected.tokens.size() - steps;
    const auto positions = static_cast<std::uint32_t>(expected.tokens.size());
    test::Runner runner(*source, {1, static_cast<std::uint32_t>(prompt), positions});
    ASSERT_EQ(expected.logits_bf16.size(), expected.logits.size());
    const double tolerance = bf16_tolerance(expected, vocab);
    std::size_t same = 0;
    double worst = 0.0;
    for (std::size_t step = 0; step < steps; ++step) {
      const auto wanted = std::span(expected.logits).subspan(step * vocab, vocab);
      // Every step continues transformers' own tokens: after a tie the two would go on from different texts.
      const auto input = step == 0 ? std::span(expected.tokens).first(prompt)
                                   : std::span(expected.tokens).subspan(prompt + step - 1, 1);
      const auto found = runner.step(input, static_cast<std::uint32_t>(step == 0 ? 0 : prompt + step - 1));
      const double off = test::relative_error(found, wanted);
      EXPECT_LT(off, tolerance) << directory << " step " << step;
      worst = std::max(worst, off);
      const std::int32_t token = argmax_rows(found, vocab).at(0);
      const std::int32_t greedy = expected.tokens[prompt + step];
      const double ahead = lead(wanted, token, tolerance);
      EXPECT_LE(ahead, kTie) << directory << " step " << step << " token " << token;
      if (token == greedy) {
        ++same;
        continue;
      }
      const auto both = [&](std::span<const float> logits) {
        return fmt::format("{:.4f} and {:.4f}", logits[static_cast<std::size_t>(greedy)],
                           logits[static_cast<std::size_t>(token)]);
      };
      std::cout << fmt::format(
          "{} step {}: token {} by transformers, {} here; logits of the two {} by transformers in fp32, {} "
          "in "
          "bf16, {} here; {:.2f} times the mean error tolerated (a tie: up to {})\n",
          directory.filename().string(), step, greedy, token, both(wanted),
          both(std::span(expected.logits_bf16).subspan(step * vocab, vocab)), both(found), ahead, kTie);
    }
    std::cout << directory.filename() << ": " << same << " of " << steps
              << " greedy tokens the same, logits off by " << worst << " at most (tolerated: " << tolerance
              << ")\n";
  }
};

TEST_F(CheckpointTest, AgreesWithTransformers) {
  const char* root = std::getenv("OFFLEDGER_CHECKPOINTS");
  if (root == nullptr)
    GTEST_SKIP() << "OFFLEDGER_CHECKPOINTS is not set: make_checkpoints.py writes the checkpoints";
  std::size_t found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(root)) {
    if (!entry.is_directory()) continue;
    agrees(entry.path());
    ++found;
  }
  EXPECT_EQ(found, 2U) << "in " << root;
}

}  // namespace
}  // namespace offledger::model
