// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <bit>

#include "harness/model/cuda/core.hpp"
#include "harness/model/cuda/cuda_error.hpp"
#include "schedules/base/error.hpp"

namespace offledger::model::cuda {

void check_supported(const LlamaConfig& c, const CoreShape& s) {
  if (!attention_supports(c.head_dim)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("the CUDA core has attention for head_dim 32, 64 and 128, found {}: run "
                            "it on sim, or change the architecture",
                            c.head_dim));
  }
  const std::uint64_t rows = std::uint64_t{s.batch} * s.tokens, most = 1U << 24;
  if (rows == 0 || rows > most || s.batch > 65535 || s.capacity < s.tokens || s.capacity > most) {
    throw Error(ErrorKind::kUsage,
                fmt::format("expected 1 to {} tokens a step in all and at most {} positions, found "
                            "batch {} x {} tokens, {} positions",
                            most, most, s.batch, s.tokens, s.capacity));
  }
}

std::uint32_t packed_alignment(const LlamaConfig& config) noexcept {
  std::uint64_t bits = kAlignment;
  for (const TensorKind kind : kLayerOrder) bits |= shape_of(config, kind).bytes();
  return std::uint32_t{1} << std::countr_zero(bits);
}

void load_tensor(const WeightSource& source, TensorKind kind, std::uint32_t layer, Element* to,
                 std::vector<Bf16>& staging, cudaStream_t stream) {
  const std::size_t count = shape_of(source.config(), kind).elements();
  if (const auto synthetic = source.synthetic(kind, layer)) {
    fill_synthetic(*synthetic, to, count, stream);
  } else {
    if (staging.size() < count) staging.resize(count);
    source.read(kind, layer, std::span(staging).first(count));
    OFFLEDGER_CUDA(cudaMemcpyAsync(to, staging.data(), 2 * count, cudaMemcpyHostToDevice, stream));
  }
  OFFLEDGER_CUDA(cudaStreamSynchronize(stream));
}

void Core::place() {
  Layout layout;
  const std::size_t row_count = std::size_t{shape_.batch} * shape_.tokens, batch = shape_.batch,
                    hidden = config_.hidden, ffn = config_.ffn;
  const std::size_t query = std::size_t{config_.heads} * config_.head_dim;
  const std::size_t keys = std::size_t{config_.kv_heads} * config_.head_dim, pairs = config_.head_dim / 2;
  tokens_ = layout.add(row_count * sizeof(std::int32_t));
  next_ = layout.add(batch * sizeof(std::int32_t));
  stream_ = layout.add(2 * row_count * hidden);
  normed_ = layout.add(2 * row_count * hidden);
  query_ = layout.add(2 * row_count * query);
  key_ = layout.add(2 * row_count * keys);
  value_ = layout.add(2 * row_count * keys);
  attended_ = layout.add(2 * row_count * query);
  gate_ = layout.add(2 * row_count * ffn);
  up_ = layout.add(2 * row_count * ffn);
  last_ = layout.add(2 * batch * hidden);
  last_normed_ = layout.add(2 * batch * hidden);
  logits_ = layout.add(sizeof(float) * batch * config_.vocab);
  attention_ = layout.add(attention_workspace_bytes(
      {shape_.batch, 1, config_.heads, config_.kv_heads, config_.head_dim, 0, shape_.capacity}));
  rotations_ = layout.add(sizeof(float2) * shape_.capacity * pairs);
  frequencies_ = layout.add(sizeof(float) * pairs);
  layer_cache_bytes_ = aligned(2 * batch * keys * shape_.capacity);
  key_cache_ = layout.add(layer_cache_bytes_ * config_.layers);
  value_cache_ = layout.add(layer_cache_bytes_ * config_.layers);
  embedding_ = layout.add(shape_of(config_, TensorKind::kEmbedding).bytes());
  final_norm_ = layout.add(2 * hidden);
  head_ = config_.tied_embeddings ? embedding_ : layout.add(shape_of(config_, TensorKind::kHead).bytes());
  norms_ = layout.add(2 * std::size_t{config_.layers} * aligned(2 * hidden));
  bytes_ = layout.bytes();
}

void Core::load(const WeightSource& source, std::uint32_t unique_layers, const StreamWork& work) {
  std::vector<Bf16> staging;
  const cudaStream_t stream = work.stream();
  // Nothing reads what no step has written; zeros keep a context before step 0 (decode) finite.
  OFFLEDGER_CUDA(cudaMemsetAsync(memory_.data(), 0, memory_.size(), stream));
  // A context before step 0 is random: attention over zeros is no attention.
  const SyntheticTensor context{mix(0x5851F42D4C957F2DULL), 0.0F, 1.0F};
  const std::size_t cache_elements = layer_cache_bytes_ / sizeof(Element) * config_.layers;
  fill_synthetic(context, at<Element>(key_cache_), cache_elements, stream);
  fill_synthetic(context, at<Element>(value_cache_), cache_elements, stream);
  load_tensor(source, TensorKind::kEmbedding, 0, at<Element>(embedding_), staging, stream);
  load_tensor(source, TensorKind::kFinalNorm, 0, at<Element>(final_norm_), staging, stream);
  if (!config_.tied_embeddings)
    load_tensor(source, TensorKind::kHead, 0, at<Element>(head_), staging, stream);
  const std::uint32_t unique = unique_layers == 0 ? config_.layers : unique_layers;
  for (std::uint32_t layer = 0; layer < config_.layers; ++layer) {
    for (const TensorKind kind : {TensorKind::kInputNorm, TensorKind::kPostNorm}) {
      load_tensor(source, kind, layer % unique, const_cast<Element*>(norm(kind, layer)), staging, stream);
    }
  }
  const std::vector<float> frequencies = rope_frequencies(config_);
  OFFLEDGER_CUDA(cudaMemcpyAsync(at<float>(frequencies_), frequencies.data(),
                                 frequencies.size() * sizeof(float), cudaMemcpyHostToDevice, stream));
  rope_table(at<float>(frequencies_), at<float2>(rotations_), shape_.capacity, config_.head_dim / 2, stream);
  OFFLEDGER_CUDA(cudaStreamSynchronize(stream));
}

void Core::prepare_products(const StreamWork& work) {
  for (const TensorKind kind : kLayerOrder) {
    if (is_norm(kind)) continue;
    const MatrixShape shape = shape_of(config_, kind);
    const bool accumulate = kind == TensorKind::kOutput || kind == TensorKind::kDown;
    gemms_.prepare({rows(), shape.rows, shape.cols, accumulate, false}, work);
  }
  gemms_.prepare({shape_.batch, config_.vocab, config_.hidden, false, true}, work);
}

}  // namespace offledger::model::cuda
