// SPDX-License-Identifier: Apache-2.0
#include "harness/model/llama_config.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "schedules/base/error.hpp"

namespace offledger::model {
namespace {

constexpr const char* kSmall = R"({
  "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "attention_bias": false,
  "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4,
  "num_key_value_heads": 2, "vocab_size": 100, "rms_norm_eps": 1e-06, "rope_theta": 10000.0, "torch_dtype": "float32",
  "tie_word_embeddings": true, "rope_scaling": null, "some_new_key": {"x": 1}
})";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::logic_error("the test's own text lacks " + from);
  return text.replace(at, from.size(), to);
}

std::string error_of(const std::string& text) {
  try {
    (void)parse_config(text, "config.json");
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return error.what();
  }
}

TEST(LlamaConfig, ReadsAHuggingFaceConfig) {
  LlamaConfig expected;
  expected.layers = 2;
  expected.hidden = 64;
  expected.ffn = 128;
  expected.heads = 4;
  expected.kv_heads = 2;
  expected.head_dim = 16;  // hidden / heads
  expected.vocab = 100;
  expected.norm_eps = 1e-6F;
  expected.rope_theta = 10000.0F;
  expected.tied_embeddings = true;
  EXPECT_EQ(parse_config(kSmall, "config.json"), expected);
}

TEST(LlamaConfig, ReadsRopeScalingInBothOfItsPlaces) {
  const std::string scaling = R"("rope_type": "llama3", "factor": 32, "low_freq_factor": 1.0,
      "high_freq_factor": 4.0, "original_max_position_embeddings": 8192)";
  const RopeScaling expected{32.0F, 1.0F, 4.0F, 8192};
  const auto older =
      parse_config(replaced(kSmall, R"("rope_scaling": null)", R"("rope_scaling": {)" + scaling + "}"), "c");
  EXPECT_EQ(older.rope_scaling, expected);
  EXPECT_EQ(older.rope_theta, 10000.0F);
  const auto newer =
      parse_config(replaced(replaced(kSmall, R"("rope_theta": 10000.0, )", ""), R"("rope_scaling": null)",
                            R"("rope_parameters": {"rope_theta": 500000.0, )" + scaling + "}"),
                   "c");
  EXPECT_EQ(newer.rope_scaling, expected);
  EXPECT_EQ(newer.rope_theta, 500000.0F);
}

TEST(LlamaConfig, AbsentKeyValueHeadsMeanOneEach) {
  EXPECT_EQ(parse_config(replaced(kSmall, R"("num_key_value_heads": 2,)", ""), "c").kv_heads, 4U);
}

TEST(LlamaConfig, WhatIsNoLlamaIsRefusedByKey) {
  EXPECT_NE(error_of(replaced(kSmall, R"("model_type": "llama")", R"("model_type": "qwen3")")).find("qwen3"),
            std::string::npos);
  EXPECT_NE(error_of(replaced(kSmall, R"("hidden_act": "silu")", R"("hidden_act": "gelu")")).find("gelu"),
            std::string::npos);
  EXPECT_NE(
      error_of(replaced(kSmall, R"("attention_bias": false)", R"("attention_bias": true)")).find("bias"),
      std::string::npos);
  EXPECT_NE(error_of(replaced(kSmall, R"("rope_scaling": null)",
                              R"("rope_scaling": {"rope_type": "yarn", "factor": 4})"))
                .find("yarn"),
            std::string::npos);
}

TEST(LlamaConfig, DamagedConfigsAreRefused) {
  EXPECT_NE(error_of(""), "");
  EXPECT_NE(error_of("[]"), "");
  EXPECT_NE(error_of(replaced(kSmall, R"("hidden_size": 64,)", "")).find("hidden_size"), std::string::npos);
  EXPECT_NE(error_of(replaced(kSmall, R"("vocab_size": 100)", R"("vocab_size": 0)")).find("vocab_size"),
            std::string::npos);
  EXPECT_NE(error_of(replaced(kSmall, R"("vocab_size": 100)", R"("vocab_size": 1e300)")), "");
  EXPECT_NE(error_of(replaced(kSmall, R"("num_key_value_heads": 2)", R"("num_key_value_heads": 3)"))
                .find("multiple"),
            std::string::npos);
  EXPECT_NE(error_of(replaced(kSmall, R"("hidden_size": 64)", R"("hidden_size": 60)")).find("multiples of 8"),
            std::string::npos);
}

TEST(LlamaConfig, AWorkloadWithoutArchitectureCanOnlyBeSimulated) {
  Workload workload;
  workload.name = "times only";
  EXPECT_THROW((void)config_of(workload), Error);
}

LlamaConfig llama3() {
  LlamaConfig config;
  config.head_dim = 128;
  config.rope_theta = 500000.0F;
  return config;
}

TEST(RopeFrequencies, AreThePowersOfTheta) {
  const auto frequencies = rope_frequencies(llama3());
  ASSERT_EQ(frequencies.size(), 64U);
  EXPECT_FLOAT_EQ(frequencies[0], 1.0F);
  EXPECT_FLOAT_EQ(frequencies[32], 1.0F / std::sqrt(500000.0F));
  EXPECT_NEAR(frequencies[63], 2.4551e-6, 1e-10);  // 500000^(-126/128)
}

TEST(RopeFrequencies, ScalingStretchesLongWavesAndKeepsShortOnes) {
  LlamaConfig scaled = llama3();
  scaled.rope_scaling = RopeScaling{8.0F, 1.0F, 4.0F, 8192};
  const auto plain = rope_frequencies(llama3()), found = rope_frequencies(scaled);
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const double wavelength = 2.0 * 3.141592653589793 / static_cast<double>(plain[i]);
    const double ratio = static_cast<double>(plain[i]) / static_cast<double>(found[i]);
    if (wavelength < 8192.0 / 4.0) {
      EXPECT_DOUBLE_EQ(ratio, 1.0) << i;
    } else if (wavelength > 8192.0) {
      EXPECT_NEAR(ratio, 8.0, 1e-5) << i;
    } else {
      EXPECT_GT(ratio, 1.0) << i;
      EXPECT_LT(ratio, 8.0) << i;
    }
    EXPECT_LT(found[i], i > 0 ? found[i - 1] : 2.0F) << i;
  }
  // Midway, wavelength 4096: turns = 2, kept = (2 - 1) / (4 - 1), f (1/3 + 2/3 / 8) = f * 5/12.
  LlamaConfig one = scaled;
  one.head_dim = 2;  // one pair, frequency 1
  one.rope_scaling->original_context =
      static_cast<std::uint32_t>(std::lround(2.0 * 2.0 * 3.141592653589793 * 1000.0));
  one.rope_scaling->low_freq_factor = 1000.0F;
  one.rope_scaling->high_freq_factor = 4000.0F;
  EXPECT_NEAR(rope_frequencies(one)[0], 5.0 / 12.0, 1e-4);
}

}  // namespace
}  // namespace offledger::model
