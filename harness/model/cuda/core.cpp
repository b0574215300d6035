// SPDX-License-Identifier: Apache-2.0
#include "harness/model/cuda/core.hpp"

#include <fmt/format.h>

#include "harness/model/cuda/cuda_error.hpp"
#include "schedules/base/error.hpp"

namespace offledger::model::cuda {

Core::Core(const LlamaConfig& config, const CoreShape& shape)
    : config_(config), shape_(shape), gemms_(packed_alignment(config)), step_tokens_(shape.tokens) {
  place();
}

Core::Core(const WeightSource& source, const CoreShape& shape, std::uint32_t unique_layers,
           const StreamWork& work)
    : Core(source.config(), shape) {
  check_supported(config_, shape_);
  memory_ = DeviceMemory(bytes_);
  load(source, unique_layers, work);
  prepare_products(work);
  OFFLEDGER_CUDA(cudaStreamSynchronize(work.stream()));
}

std::size_t core_bytes(const LlamaConfig& config, const CoreShape& shape) {
  return Core(config, shape).bytes_;
}

void Core::set_tokens(std::span<const std::int32_t> tokens, cudaStream_t stream) {
  OFFLEDGER_CUDA(cudaMemcpyAsync(at<std::int32_t>(tokens_), tokens.data(), tokens.size_bytes(),
                                 cudaMemcpyHostToDevice, stream));
  OFFLEDGER_CUDA(cudaStreamSynchronize(stream));
}

void Core::begin(std::uint32_t position, std::uint32_t tokens, const StreamWork& work) {
  if (tokens == 0 || tokens > shape_.tokens || position > shape_.capacity - tokens) {
    throw Error(ErrorKind::kUsage,
                fmt::format("a step of {} tokens at position {} does not fit a core of {} tokens a "
                            "step and {} positions",
                            tokens, position, shape_.tokens, shape_.capacity));
  }
  position_ = position;
  step_tokens_ = tokens;
  embed(at<std::int32_t>(tokens_), at<Element>(embedding_), at<Element>(stream_), rows(), config_.hidden,
        config_.vocab, work.stream());
}

void Core::product(TensorKind kind, const Element* weight, std::size_t x, std::size_t out, bool accumulate,
                   const StreamWork& work) {
  const MatrixShape shape = shape_of(config_, kind);
  gemms_.run({rows(), shape.rows, shape.cols, accumulate, false}, weight, at<Element>(x), at<Element>(out),
             work);
}

void Core::run(TensorKind kind, std::uint32_t layer, const Element* weight, const StreamWork& work) {
  switch (kind) {
    case TensorKind::kInputNorm:
    case TensorKind::kPostNorm:
      return rms_norm(at<Element>(stream_), weight, at<Element>(normed_), rows(), config_.hidden,
                      config_.norm_eps, work.stream());
    case TensorKind::kQuery: return product(kind, weight, normed_, query_, false, work);
    case TensorKind::kKey: return product(kind, weight, normed_, key_, false, work);
    case TensorKind::kValue: return product(kind, weight, normed_, value_, false, work);
    case TensorKind::kOutput:
      rotate_and_append(layer, work);
      attend(layer, work);
      return product(kind, weight, attended_, stream_, true, work);
    case TensorKind::kGate: return product(kind, weight, normed_, gate_, false, work);
    case TensorKind::kUp: return product(kind, weight, normed_, up_, false, work);
    case TensorKind::kDown:
      swiglu(at<Element>(gate_), at<Element>(up_), std::size_t{rows()} * config_.ffn, work.stream());
      return product(kind, weight, gate_, stream_, true, work);
    case TensorKind::kEmbedding:
    case TensorKind::kFinalNorm:
    case TensorKind::kHead: break;  // resident: begin() and end()
  }
}

void Core::rotate_and_append(std::uint32_t layer, const StreamWork& work) {
  const std::size_t cache = layer * layer_cache_bytes_;
  rope_append({at<Element>(query_), at<Element>(key_), at<Element>(value_), at<Element>(key_cache_ + cache),
               at<Element>(value_cache_ + cache), at<float2>(rotations_), shape_.batch, step_tokens_,
               config_.heads, config_.kv_heads, config_.head_dim, position_, shape_.capacity},
              work.stream());
}

void Core::attend(std::uint32_t layer, const StreamWork& work) {
  const std::size_t cache = layer * layer_cache_bytes_;
  attention({shape_.batch, step_tokens_, config_.heads, config_.kv_heads, config_.head_dim, position_,
             shape_.capacity},
            {at<Element>(query_), at<Element>(key_cache_ + cache), at<Element>(value_cache_ + cache),
             at<Element>(attended_), at<float>(attention_)},
            work.stream());
}

void Core::end(const StreamWork& work) {
  gather_last(at<Element>(stream_), at<Element>(last_), shape_.batch, step_tokens_, config_.hidden,
              work.stream());
  rms_norm(at<Element>(last_), at<Element>(final_norm_), at<Element>(last_normed_), shape_.batch,
           config_.hidden, config_.norm_eps, work.stream());
  gemms_.run({shape_.batch, config_.vocab, config_.hidden, false, true}, at<Element>(head_),
             at<Element>(last_normed_), at<float>(logits_), work);
  argmax(logits(), at<std::int32_t>(next_), shape_.batch, config_.vocab, work.stream());
}

void Core::feed(const StreamWork& work) {
  OFFLEDGER_CUDA(cudaMemcpyAsync(at<std::int32_t>(tokens_), at<std::int32_t>(next_),
                                 shape_.batch * sizeof(std::int32_t), cudaMemcpyDeviceToDevice,
                                 work.stream()));
}

void Core::warm_up(const Element* scratch, const StreamWork& work) {
  begin(shape_.capacity - shape_.tokens, shape_.tokens, work);
  for (const TensorKind kind : kLayerOrder) run(kind, 0, scratch, work);
  end(work);
  OFFLEDGER_CUDA(cudaStreamSynchronize(work.stream()));
}

const Element* Core::norm(TensorKind kind, std::uint32_t layer) const noexcept {
  const std::size_t row = 2 * std::size_t{layer} + (kind == TensorKind::kPostNorm ? 1 : 0);
  return at<Element>(norms_ + row * aligned(2 * std::size_t{config_.hidden}));
}

}  // namespace offledger::model::cuda
