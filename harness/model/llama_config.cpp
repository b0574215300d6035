// SPDX-License-Identifier: Apache-2.0
#include "harness/model/llama_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "schedules/base/json.hpp"

namespace offledger::model {
namespace {

constexpr std::int64_t kMostDim = 1 << 24;

std::optional<json::Value> find(json::Object& object, std::string_view key) {
  auto value = object.find(key);
  if (value && value->kind() == json::Kind::kNull) return std::nullopt;
  return value;
}

std::uint32_t dimension(const json::Value& value) {
  return static_cast<std::uint32_t>(value.integer(1, kMostDim));
}

void refuse_flag(json::Object& object, std::string_view key) {
  if (const auto value = find(object, key); value && value->boolean()) {
    throw value->error("expected false: the reference core has no biases");
  }
}

/// {"rope_type": "llama3", "factor": …}, as `rope_scaling` or inside `rope_parameters`.
std::optional<RopeScaling> scaling_of(json::Object& object) {
  auto type = find(object, "rope_type");
  if (!type) type = find(object, "type");
  if (!type || type->string() == "default") return std::nullopt;
  if (type->string() != "llama3") {
    throw type->error("expected \"default\" or \"llama3\", found \"" + type->string() + "\"");
  }
  RopeScaling scaling;
  scaling.factor = static_cast<float>(object.at("factor").number(1.0, 1e6));
  scaling.low_freq_factor = static_cast<float>(object.at("low_freq_factor").number(1e-3, 1e6));
  const json::Value high = object.at("high_freq_factor");
  scaling.high_freq_factor = static_cast<float>(high.number(1e-3, 1e6));
  if (scaling.high_freq_factor <= scaling.low_freq_factor) {
    throw high.error("expected more than low_freq_factor");
  }
  scaling.original_context = dimension(object.at("original_max_position_embeddings"));
  return scaling;
}

void read_rope(json::Object& object, LlamaConfig& config) {
  const auto parameters = find(object, "rope_parameters");
  const auto scaling = find(object, "rope_scaling");
  config.rope_theta = 10000.0F;
  if (const auto theta = find(object, "rope_theta"))
    config.rope_theta = static_cast<float>(theta->number(1.0, 1e12));
  if (parameters) {
    json::Object inner = parameters->object();
    if (const auto theta = find(inner, "rope_theta")) {
      config.rope_theta = static_cast<float>(theta->number(1.0, 1e12));
    }
    config.rope_scaling = scaling_of(inner);
  } else if (scaling) {
    json::Object inner = scaling->object();
    config.rope_scaling = scaling_of(inner);
  }
}

}  // namespace

void validate(const LlamaConfig& c, const std::string& where) {
  const auto require = [&](bool good, const std::string& message) {
    if (!good) throw Error(ErrorKind::kUsage, where + ": " + message);
  };
  require(c.layers > 0 && c.hidden > 0 && c.ffn > 0 && c.heads > 0 && c.kv_heads > 0 && c.head_dim > 0 &&
              c.vocab > 0,
          "expected every dimension above zero");
  require(c.heads % c.kv_heads == 0,
          fmt::format("expected heads ({}) to be a multiple of kv_heads ({})", c.heads, c.kv_heads));
  require(
      c.head_dim % 8 == 0 && c.hidden % 8 == 0 && c.ffn % 8 == 0,
      fmt::format("expected hidden ({}), ffn ({}) and head_dim ({}) to be multiples of 8: rows of 16 bytes",
                  c.hidden, c.ffn, c.head_dim));
  require(c.norm_eps > 0.0F && c.rope_theta >= 1.0F,
          "expected norm_eps above 0 and rope_theta of at least 1");
}

LlamaConfig config_of(const Workload& workload) {
  if (!workload.architecture) {
    throw Error(ErrorKind::kUsage, "workload '" + workload.name +
                                       "' has no architecture: it can only be simulated (--device sim); add "
                                       "\"architecture\" to run it on cuda");
  }
  const Architecture& a = *workload.architecture;
  LlamaConfig config;
  config.layers = workload.shape.layers;
  config.hidden = a.hidden;
  config.ffn = a.ffn;
  config.heads = a.heads;
  config.kv_heads = a.kv_heads;
  config.head_dim = a.head_dim;
  config.vocab = a.vocab;
  config.norm_eps = a.norm_eps;
  config.rope_theta = a.rope_theta;
  validate(config, "workload '" + workload.name + "'");
  return config;
}

LlamaConfig parse_config(std::string_view text, const std::string& file) {
  const json::Document document = json::Document::parse(text, file);
  json::Object object = document.root().object();
  const json::Value type = object.at("model_type");
  if (type.string() != "llama") throw type.error("expected \"llama\", found \"" + type.string() + "\"");
  if (const auto act = find(object, "hidden_act"); act && act->string() != "silu") {
    throw act->error("expected \"silu\", found \"" + act->string() + "\"");
  }
  refuse_flag(object, "attention_bias");
  refuse_flag(object, "mlp_bias");
  LlamaConfig config;
  config.layers = dimension(object.at("num_hidden_layers"));
  config.hidden = dimension(object.at("hidden_size"));
  config.ffn = dimension(object.at("intermediate_size"));
  config.heads = dimension(object.at("num_attention_heads"));
  config.vocab = dimension(object.at("vocab_size"));
  const auto kv_heads = find(object, "num_key_value_heads");
  config.kv_heads = kv_heads ? dimension(*kv_heads) : config.heads;
  const auto head_dim = find(object, "head_dim");
  config.head_dim = head_dim ? dimension(*head_dim) : config.hidden / config.heads;
  const auto eps = find(object, "rms_norm_eps");
  config.norm_eps = eps ? static_cast<float>(eps->number(1e-12, 1.0)) : 1e-6F;
  const auto tied = find(object, "tie_word_embeddings");
  config.tied_embeddings = tied && tied->boolean();
  read_rope(object, config);
  validate(config, file);
  return config;
}

LlamaConfig load_config(const std::string& path) {
  return parse_config(json::read_file(path), path);
}

std::vector<float> rope_frequencies(const LlamaConfig& config) {
  std::vector<float> frequencies(config.head_dim / 2);
  for (std::size_t i = 0; i < frequencies.size(); ++i) {
    const double exponent = 2.0 * static_cast<double>(i) / static_cast<double>(config.head_dim);
    double frequency = std::pow(static_cast<double>(config.rope_theta), -exponent);
    if (const auto& s = config.rope_scaling) {
      // Rotations that the original context makes at this frequency decide between kept and stretched.
      const double turns = static_cast<double>(s->original_context) * frequency / (2.0 * std::numbers::pi);
      const double low = s->low_freq_factor, high = s->high_freq_factor;
      const double kept = std::clamp((turns - low) / (high - low), 0.0, 1.0);
      frequency = kept * frequency + (1.0 - kept) * frequency / static_cast<double>(s->factor);
    }
    frequencies[i] = static_cast<float>(frequency);
  }
  return frequencies;
}

}  // namespace offledger::model
