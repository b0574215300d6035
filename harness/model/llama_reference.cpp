// SPDX-License-Identifier: Apache-2.0
#include "harness/model/llama_reference.hpp"

#include <algorithm>
#include <cmath>

#include "schedules/base/error.hpp"

namespace offledger::model {
namespace {

/// Eight partial sums, so that compilers vectorise it.
float dot(const Bf16* weight, const float* x, std::size_t n) {
  float sums[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (std::size_t j = 0; j < 8; ++j) sums[j] += to_float(weight[i + j]) * x[i + j];
  }
  for (; i < n; ++i) sums[0] += to_float(weight[i]) * x[i];
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

/// x W^T for one row.
std::vector<float> product(const std::vector<Bf16>& weight, std::span<const float> x) {
  std::vector<float> out(weight.size() / x.size());
  for (std::size_t row = 0; row < out.size(); ++row)
    out[row] = dot(weight.data() + row * x.size(), x.data(), x.size());
  return out;
}

std::vector<float> normalised(std::span<const float> x, const std::vector<Bf16>& weight, float eps) {
  double squares = 0.0;
  for (const float v : x) squares += static_cast<double>(v) * static_cast<double>(v);
  const auto scale =
      static_cast<float>(1.0 / std::sqrt(squares / static_cast<double>(x.size()) + static_cast<double>(eps)));
  std::vector<float> out(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) out[i] = x[i] * scale * to_float(weight[i]);
  return out;
}

std::vector<Bf16> read(const WeightSource& source, TensorKind kind, std::uint32_t layer) {
  std::vector<Bf16> out(shape_of(source.config(), kind).elements());
  source.read(kind, layer, out);
  return out;
}

}  // namespace

LlamaReference::LlamaReference(const WeightSource& source, std::uint32_t batch, std::uint32_t unique_layers)
    : config_(source.config()),
      batch_(batch),
      unique_layers_(unique_layers == 0 ? config_.layers : std::min(unique_layers, config_.layers)),
      frequencies_(rope_frequencies(config_)),
      layers_(config_.layers),
      embedding_(read(source, TensorKind::kEmbedding, 0)),
      final_norm_(read(source, TensorKind::kFinalNorm, 0)) {
  for (std::uint32_t layer = 0; layer < unique_layers_; ++layer) {
    for (const TensorKind kind : kLayerOrder) {
      layers_[layer].tensor[static_cast<std::size_t>(kind)] = read(source, kind, layer);
    }
  }
  if (!config_.tied_embeddings) head_ = read(source, TensorKind::kHead, 0);
}

void LlamaReference::reset() {
  position_ = 0;
  for (Layer& layer : layers_) {
    layer.keys.clear();
    layer.values.clear();
  }
}

const std::vector<Bf16>& LlamaReference::weights(const Layer& layer, TensorKind kind) const {
  const auto row = static_cast<std::size_t>(&layer - layers_.data()) % unique_layers_;
  return layers_[row].tensor[static_cast<std::size_t>(kind)];
}

void LlamaReference::rotate(std::span<float> head, std::uint32_t position) const {
  const std::size_t half = head.size() / 2;
  for (std::size_t i = 0; i < half; ++i) {
    const float angle = static_cast<float>(position) * frequencies_[i];
    const float c = std::cos(angle), s = std::sin(angle), a = head[i], b = head[i + half];
    head[i] = a * c - b * s;
    head[i + half] = b * c + a * s;
  }
}

/// One token of each sequence: normed and x are [batch][hidden].
void LlamaReference::attention_block(Layer& layer, std::uint32_t position, std::span<const float> normed,
                                     std::span<float> x) {
  const std::size_t dim = config_.head_dim, kv_row = config_.kv_heads * dim,
                    group = config_.heads / config_.kv_heads;
  for (std::size_t b = 0; b < batch_; ++b) {
    const auto n = normed.subspan(b * config_.hidden, config_.hidden);
    std::vector<float> query = product(weights(layer, TensorKind::kQuery), n);
    std::vector<float> key = product(weights(layer, TensorKind::kKey), n);
    const std::vector<float> value = product(weights(layer, TensorKind::kValue), n);
    for (std::size_t h = 0; h < config_.heads; ++h) rotate(std::span(query).subspan(h * dim, dim), position);
    for (std::size_t h = 0; h < config_.kv_heads; ++h) rotate(std::span(key).subspan(h * dim, dim), position);
    layer.keys.insert(layer.keys.end(), key.begin(), key.end());
    layer.values.insert(layer.values.end(), value.begin(), value.end());

    std::vector<float> attended(config_.heads * dim);
    std::vector<float> scores(position + 1);
    for (std::size_t h = 0; h < config_.heads; ++h) {
      const auto at = [&](std::size_t j) { return (j * batch_ + b) * kv_row + h / group * dim; };
      float highest = -INFINITY;
      for (std::size_t j = 0; j <= position; ++j) {
        float sum = 0.0F;
        for (std::size_t d = 0; d < dim; ++d) sum += query[h * dim + d] * layer.keys[at(j) + d];
        scores[j] = sum / std::sqrt(static_cast<float>(dim));
        highest = std::max(highest, scores[j]);
      }
      float total = 0.0F;
      for (float& score : scores) total += score = std::exp(score - highest);
      for (std::size_t j = 0; j <= position; ++j) {
        for (std::size_t d = 0; d < dim; ++d)
          attended[h * dim + d] += scores[j] / total * layer.values[at(j) + d];
      }
    }
    const std::vector<float> out = product(weights(layer, TensorKind::kOutput), attended);
    for (std::size_t i = 0; i < out.size(); ++i) x[b * config_.hidden + i] += out[i];
  }
}

void LlamaReference::ffn_block(const Layer& layer, std::span<const float> normed, std::span<float> x) const {
  for (std::size_t b = 0; b < batch_; ++b) {
    const auto n = normed.subspan(b * config_.hidden, config_.hidden);
    std::vector<float> gate = product(weights(layer, TensorKind::kGate), n);
    const std::vector<float> up = product(weights(layer, TensorKind::kUp), n);
    for (std::size_t i = 0; i < gate.size(); ++i) gate[i] = gate[i] / (1.0F + std::exp(-gate[i])) * up[i];
    const std::vector<float> out = product(weights(layer, TensorKind::kDown), gate);
    for (std::size_t i = 0; i < out.size(); ++i) x[b * config_.hidden + i] += out[i];
  }
}

std::vector<float> LlamaReference::hidden(std::span<const std::int32_t> tokens) {
  const std::size_t count = tokens.size() / batch_, width = config_.hidden;
  std::vector<float> all(batch_ * count * width);
  for (std::size_t i = 0; i < count; ++i, ++position_) {
    std::vector<float> x(batch_ * width);
    for (std::size_t b = 0; b < batch_; ++b) {
      const std::int32_t token = tokens[b * count + i];
      if (token < 0 || static_cast<std::uint32_t>(token) >= config_.vocab) {
        throw Error(ErrorKind::kUsage, "expected token ids in [0, " + std::to_string(config_.vocab) +
                                           "), found " + std::to_string(token));
      }
      for (std::size_t d = 0; d < width; ++d) {
        x[b * width + d] = to_float(embedding_[static_cast<std::size_t>(token) * width + d]);
      }
    }
    for (Layer& layer : layers_) {
      for (const bool attention : {true, false}) {
        std::vector<float> normed;
        for (std::size_t b = 0; b < batch_; ++b) {
          const auto row = normalised(
              std::span(x).subspan(b * width, width),
              weights(layer, attention ? TensorKind::kInputNorm : TensorKind::kPostNorm), config_.norm_eps);
          normed.insert(normed.end(), row.begin(), row.end());
        }
        if (attention) {
          attention_block(layer, position_, normed, x);
        } else {
          ffn_block(layer, normed, x);
        }
      }
    }
    for (std::size_t b = 0; b < batch_; ++b) {
      std::copy_n(x.begin() + static_cast<std::ptrdiff_t>(b * width), width,
                  all.begin() + static_cast<std::ptrdiff_t>((b * count + i) * width));
    }
  }
  return all;
}

std::vector<float> LlamaReference::forward(std::span<const std::int32_t> tokens) {
  const std::vector<float> x = hidden(tokens);
  const std::size_t count = tokens.size() / batch_;
  std::vector<float> logits;
  for (std::size_t b = 0; b < batch_; ++b) {
    const auto last = std::span(x).subspan(((b + 1) * count - 1) * config_.hidden, config_.hidden);
    const auto row = product(config_.tied_embeddings ? embedding_ : head_,
                             normalised(last, final_norm_, config_.norm_eps));
    logits.insert(logits.end(), row.begin(), row.end());
  }
  return logits;
}

std::vector<std::int32_t> LlamaReference::generate(std::span<const std::int32_t> prompt,
                                                   std::uint32_t steps) {
  std::vector<std::int32_t> out, next(prompt.begin(), prompt.end());
  for (std::uint32_t step = 0; step < steps; ++step) {
    next = argmax_rows(forward(next), config_.vocab);
    out.insert(out.end(), next.begin(), next.end());
  }
  return out;
}

std::vector<std::int32_t> argmax_rows(std::span<const float> logits, std::size_t columns) {
  std::vector<std::int32_t> out;
  for (std::size_t at = 0; at + columns <= logits.size(); at += columns) {
    const auto row = logits.subspan(at, columns);
    out.push_back(static_cast<std::int32_t>(std::max_element(row.begin(), row.end()) - row.begin()));
  }
  return out;
}

}  // namespace offledger::model
