// SPDX-License-Identifier: Apache-2.0
//
// The decoder's memory-bound kernels, and those of check mode. Each is one pass over its data in 16-byte
// accesses with fp32 arithmetic inside; each adds in an order that the shape alone decides.

#pragma once

#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

#include "harness/model/synthetic.hpp"

namespace offledger::model::cuda {

using Element = __nv_bfloat16;

/// out[r, :] = x[r, :] / sqrt(mean(x[r, :]^2) + eps) * weight. `columns` is a multiple of 8.
void rms_norm(const Element* x, const Element* weight, Element* out, std::uint32_t rows,
              std::uint32_t columns, float eps, cudaStream_t stream);

/// gate = silu(gate) * up, in place; `count` is a multiple of 8.
void swiglu(Element* gate, const Element* up, std::size_t count, cudaStream_t stream);

/// out[r, :] = table[tokens[r], :]. Tokens outside [0, vocab) give row 0.
void embed(const std::int32_t* tokens, const Element* table, Element* out, std::uint32_t rows,
           std::uint32_t columns, std::uint32_t vocab, cudaStream_t stream);

struct RopeAppend {
  Element* query;           ///< [batch * tokens][heads][head_dim], rotated in place
  const Element* key;       ///< [batch * tokens][kv_heads][head_dim]
  const Element* value;     ///< as key
  Element* key_cache;       ///< [batch][kv_heads][capacity][head_dim]: gets the rotated keys
  Element* value_cache;     ///< as key_cache
  const float2* rotations;  ///< [capacity][head_dim / 2]: cosine and sine
  std::uint32_t batch, tokens, heads, kv_heads, head_dim, first_position, capacity;
};
/// Rotates queries and keys to positions first_position + i and appends keys and values to the cache.
void rope_append(const RopeAppend& arguments, cudaStream_t stream);

/// rotations[p][i] = (cos, sin)(p * frequencies[i]).
void rope_table(const float* frequencies, float2* rotations, std::uint32_t positions, std::uint32_t pairs,
                cudaStream_t stream);

/// tokens[r] = the lowest index of the largest logit of row r. NaN counts as the smallest.
void argmax(const float* logits, std::int32_t* tokens, std::uint32_t rows, std::uint32_t columns,
            cudaStream_t stream);

/// out[r] = in[(r + 1) * group - 1]: the last token's row of each sequence.
void gather_last(const Element* in, Element* out, std::uint32_t rows, std::uint32_t group,
                 std::uint32_t columns, cudaStream_t stream);

/// out[i] = synthetic_value(tensor, i), in bf16.
void fill_synthetic(const SyntheticTensor& tensor, Element* out, std::size_t count, cudaStream_t stream);

/// A launch that does nothing: for measuring what launches cost.
void no_work(cudaStream_t stream);

/// Occupies one multiprocessor for about `duration_ns`: the delay of check mode.
void spin(std::uint64_t duration_ns, cudaStream_t stream);

}  // namespace offledger::model::cuda
