// SPDX-License-Identifier: Apache-2.0
//
// Causal grouped-query attention over a KV cache, for one layer:
//
//     out[b, i, h] = sum_j softmax_j(q[b, i, h] . k[b, j, h / (heads / kv_heads)] / sqrt(head_dim)) v[b, j,
//     ...] over keys j <= first_position + i.
//
// Nothing of size tokens x keys exists in memory: prefill keeps tiles of scores in registers (online softmax,
// after Milakov & Gimelshein 2018 and FlashAttention-2, Dao 2023), decode keeps one score a key of a chunk in
// shared memory. Both add in an order that the shape alone decides, and use no atomics: the same bits each
// time.

#pragma once

#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

namespace offledger::model::cuda {

struct AttentionShape {
  std::uint32_t batch = 1, tokens = 1, heads = 0, kv_heads = 0, head_dim = 0;
  std::uint32_t first_position = 0;  ///< position of the first query token: KV entries before this step
  std::uint32_t capacity = 0;        ///< positions a cache holds
};

struct AttentionBuffers {
  const __nv_bfloat16* query = nullptr;   ///< [batch * tokens][heads][head_dim], rotated
  const __nv_bfloat16* keys = nullptr;    ///< [batch][kv_heads][capacity][head_dim], rotated
  const __nv_bfloat16* values = nullptr;  ///< as keys
  __nv_bfloat16* out = nullptr;           ///< as query; may not alias it
  float* workspace = nullptr;             ///< attention_workspace_bytes(); unused in prefill
};

/// Whether there is a kernel for it: 32, 64 or 128.
[[nodiscard]] bool attention_supports(std::uint32_t head_dim) noexcept;

/// What decode needs, for any first_position up to the shape's capacity.
[[nodiscard]] std::size_t attention_workspace_bytes(const AttentionShape& shape) noexcept;

/// Enqueues attention: the decode kernels where tokens == 1, else the prefill kernel. Throws
/// Error(kNotMeasured) for a launch that failed, and for a head_dim without a kernel.
void attention(const AttentionShape& shape, const AttentionBuffers& buffers, cudaStream_t stream);

/// The kernels a call to attention() launches.
[[nodiscard]] constexpr std::uint32_t attention_kernels(const AttentionShape& shape) noexcept {
  return shape.tokens == 1 ? 2 : 1;
}

// The two paths, for the tests that hold one against the other.
void attention_prefill(const AttentionShape& shape, const AttentionBuffers& buffers, cudaStream_t stream);
void attention_decode(const AttentionShape& shape, const AttentionBuffers& buffers, cudaStream_t stream);

}  // namespace offledger::model::cuda
