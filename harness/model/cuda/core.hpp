// SPDX-License-Identifier: Apache-2.0
//
// The reference core on CUDA: a Llama decoder whose layers' weights come from wherever the caller points. One
// tensor is one call: work without weights (rotary embedding, attention, SwiGLU) runs with the matrix that
// consumes its result, so that a schedule may cut a layer into any units and the same kernels run on the same
// operands,
//
//     input_layernorm  n = norm(x)        post_attention_layernorm  n = norm(x)
//     q, k, v          q = n Wq^T, …      gate, up                  g = n Wg^T, u = n Wu^T
//     o                x += attend(rope(q, k), v) Wo^T       down   x += (silu(g) u) Wd^T
//
// and give the same bits.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "harness/model/cuda/attention.hpp"
#include "harness/model/cuda/gemm.hpp"
#include "harness/model/cuda/memory.hpp"
#include "harness/model/weights.hpp"

namespace offledger::model::cuda {

struct CoreShape {
  std::uint32_t batch = 1;
  std::uint32_t tokens = 1;    ///< a sequence and step, at most
  std::uint32_t capacity = 1;  ///< positions that the KV cache holds
};

/// Throws Error(kUsage) for a config that the kernels do not cover; the message says what they do.
void check_supported(const LlamaConfig& config, const CoreShape& shape);

/// Everything a Core allocates on the device: activations, KV cache, embedding, LM head, norms, tables.
[[nodiscard]] std::size_t core_bytes(const LlamaConfig& config, const CoreShape& shape);

/// What every tensor of a layer is aligned to, packed one after the other at a 256-byte boundary: at most
/// 256.
[[nodiscard]] std::uint32_t packed_alignment(const LlamaConfig& config) noexcept;

/// Fills device memory with a tensor: generated there where it is synthetic, else read and copied. `staging`
/// is host memory that it may grow. Returns once the tensor is there.
void load_tensor(const WeightSource& source, TensorKind kind, std::uint32_t layer, Element* to,
                 std::vector<Bf16>& staging, cudaStream_t stream);

/// One model, one KV cache, one step at a time. Calls enqueue and return; the caller orders the streams it
/// passes. Threads: one.
class Core {
 public:
  /// Allocates core_bytes(), loads what is resident, chooses every product's algorithm; returns when all is
  /// done. Layer l's norms are those of layer l % unique_layers of the source.
  Core(const WeightSource& source, const CoreShape& shape, std::uint32_t unique_layers,
       const StreamWork& work);

  [[nodiscard]] const LlamaConfig& config() const noexcept { return config_; }
  [[nodiscard]] const CoreShape& shape() const noexcept { return shape_; }

  /// The tokens that the next begin() embeds: [batch][tokens of that step]. Returns once they are on the
  /// device.
  void set_tokens(std::span<const std::int32_t> tokens, cudaStream_t stream);

  /// Starts a step of `tokens` tokens a sequence, the first at `position`: x = embedding. The step must fit
  /// the shape: tokens and positions.
  void begin(std::uint32_t position, std::uint32_t tokens, const StreamWork& work);
  /// A layer tensor's work. `weight` must be aligned to packed_alignment().
  void run(TensorKind kind, std::uint32_t layer, const Element* weight, const StreamWork& work);
  /// Ends a step: logits of each sequence's last token, and their argmax.
  void end(const StreamWork& work);
  /// Makes the argmax the input of the next step, which has one token.
  void feed(const StreamWork& work);

  /// Runs every kernel once, so that none is loaded in a measured step. `scratch` is finite device memory of
  /// the largest tensor's size.
  void warm_up(const Element* scratch, const StreamWork& work);

  /// Resident copies of the layers' norms, for plans that do not stream them.
  [[nodiscard]] const Element* norm(TensorKind kind, std::uint32_t layer) const noexcept;

  [[nodiscard]] const float* logits() const noexcept { return at<float>(logits_); }  ///< [batch][vocab]
  [[nodiscard]] const std::int32_t* next_tokens() const noexcept {
    return at<std::int32_t>(next_);
  }  ///< [batch]

  /// Attention alone, on the queries and caches that run() left: for benchmarks.
  void attend(std::uint32_t layer, const StreamWork& work);
  // Intermediate results, for tests: the residual stream [rows][hidden], rotated queries and attention's
  // output [rows][heads * head_dim], a layer's caches [batch][kv_heads][capacity][head_dim].
  [[nodiscard]] const Element* stream() const noexcept { return at<Element>(stream_); }
  [[nodiscard]] const Element* query() const noexcept { return at<Element>(query_); }
  [[nodiscard]] const Element* attended() const noexcept { return at<Element>(attended_); }
  [[nodiscard]] const Element* keys(std::uint32_t layer) const noexcept {
    return at<Element>(key_cache_ + layer * layer_cache_bytes_);
  }
  [[nodiscard]] const Element* values(std::uint32_t layer) const noexcept {
    return at<Element>(value_cache_ + layer * layer_cache_bytes_);
  }

 private:
  template <typename T>
  [[nodiscard]] T* at(std::size_t offset) const noexcept {
    return memory_.as<T>(offset);
  }
  [[nodiscard]] std::uint32_t rows() const noexcept { return shape_.batch * step_tokens_; }
  void load(const WeightSource& source, std::uint32_t unique_layers, const StreamWork& work);
  void prepare_products(const StreamWork& work);
  void product(TensorKind kind, const Element* weight, std::size_t x, std::size_t out, bool accumulate,
               const StreamWork& work);
  void rotate_and_append(std::uint32_t layer, const StreamWork& work);

  LlamaConfig config_;
  CoreShape shape_;
  Gemms gemms_;
  std::uint32_t position_ = 0;
  std::uint32_t step_tokens_ = 0;
  // Offsets into memory_.
  std::size_t tokens_ = 0, next_ = 0, stream_ = 0, normed_ = 0, query_ = 0, key_ = 0, value_ = 0,
              attended_ = 0, gate_ = 0, up_ = 0, last_ = 0, last_normed_ = 0, logits_ = 0, attention_ = 0,
              rotations_ = 0, frequencies_ = 0, key_cache_ = 0, value_cache_ = 0, embedding_ = 0,
              final_norm_ = 0, head_ = 0, norms_ = 0, layer_cache_bytes_ = 0, bytes_ = 0;
  DeviceMemory memory_;

  /// Places every array: sets the offsets and bytes_. Needs config_ and shape_.
  void place();
  Core(const LlamaConfig& config, const CoreShape& shape);
  friend std::size_t core_bytes(const LlamaConfig&, const CoreShape&);
};

}  // namespace offledger::model::cuda
