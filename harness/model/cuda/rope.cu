// SPDX-License-Identifier: Apache-2.0
//
// Rotary position embedding (Su et al. 2021) in the half-split form of Hugging Face checkpoints: dimension i
// rotates with i + head_dim / 2. Cosines and sines come from a table, computed once in full precision, so
// that prefill and decode see the same bits at a position.
#include "harness/model/cuda/cuda_error.hpp"
#include "harness/model/cuda/kernels.hpp"
#include "harness/model/cuda/launch.cuh"

namespace offledger::model::cuda {
namespace {

constexpr unsigned kThreads = 256;

__global__ void __launch_bounds__(kThreads)
    fill_rotations(const float* frequencies, float2* rotations, unsigned positions, unsigned pairs) {
  const std::size_t count = static_cast<std::size_t>(positions) * pairs;
  const std::size_t stride = static_cast<std::size_t>(gridDim.x) * kThreads;
  for (std::size_t i = static_cast<std::size_t>(blockIdx.x) * kThreads + threadIdx.x; i < count;
       i += stride) {
    const float angle = static_cast<float>(i / pairs) * frequencies[i % pairs];
    rotations[i] = make_float2(cosf(angle), sinf(angle));
  }
}

/// Rotates eight pairs of a head, dimensions d..d+7 with d + half...
__device__ __forceinline__ void rotate(const Element* from, Element* to, const float2* rotation, unsigned d,
                                       unsigned half) {
  float a[8], b[8];
  unpack(*reinterpret_cast<const Vector*>(from + d), a);
  unpack(*reinterpret_cast<const Vector*>(from + d + half), b);
#pragma unroll
  for (int i = 0; i < 8; ++i) {
    const float2 r = rotation[d + i];
    const float first = a[i] * r.x - b[i] * r.y;
    b[i] = b[i] * r.x + a[i] * r.y;
    a[i] = first;
  }
  *reinterpret_cast<Vector*>(to + d) = pack(a);
  *reinterpret_cast<Vector*>(to + d + half) = pack(b);
}

/// One block a token; an item is eight pairs of a query or key head, or sixteen elements of a value head.
__global__ void __launch_bounds__(kThreads) rope_append_tokens(const RopeAppend p) {
  const unsigned half = p.head_dim / 2, items_a_head = half / 8;
  const unsigned token = blockIdx.x, sequence = token / p.tokens;
  const unsigned position = p.first_position + token % p.tokens;
  const float2* rotation = p.rotations + static_cast<std::size_t>(position) * half;
  Element* query = p.query + static_cast<std::size_t>(token) * p.heads * p.head_dim;
  const std::size_t kv_row = static_cast<std::size_t>(token) * p.kv_heads * p.head_dim;
  const unsigned heads = p.heads + 2 * p.kv_heads;
  for (unsigned item = threadIdx.x; item < heads * items_a_head; item += kThreads) {
    unsigned head = item / items_a_head;
    const unsigned d = item % items_a_head * 8;
    if (head < p.heads) {
      Element* at = query + static_cast<std::size_t>(head) * p.head_dim;
      rotate(at, at, rotation, d, half);
      continue;
    }
    head -= p.heads;
    const bool is_key = head < p.kv_heads;
    if (!is_key) head -= p.kv_heads;
    const std::size_t from = kv_row + static_cast<std::size_t>(head) * p.head_dim;
    const std::size_t to =
        ((static_cast<std::size_t>(sequence) * p.kv_heads + head) * p.capacity + position) * p.head_dim;
    if (is_key) {
      rotate(p.key + from, p.key_cache + to, rotation, d, half);
    } else {
      const auto* in = reinterpret_cast<const Vector*>(p.value + from);
      auto* out = reinterpret_cast<Vector*>(p.value_cache + to);
      out[d / 8] = in[d / 8];
      out[(d + half) / 8] = in[(d + half) / 8];
    }
  }
}

}  // namespace

void rope_table(const float* frequencies, float2* rotations, std::uint32_t positions, std::uint32_t pairs,
                cudaStream_t stream) {
  fill_rotations<<<blocks_for(std::size_t{positions} * pairs, kThreads), kThreads, 0, stream>>>(
      frequencies, rotations, positions, pairs);
  OFFLEDGER_CUDA(cudaGetLastError());
}

void rope_append(const RopeAppend& p, cudaStream_t stream) {
  if (p.batch * p.tokens == 0) return;
  rope_append_tokens<<<p.batch * p.tokens, kThreads, 0, stream>>>(p);
  OFFLEDGER_CUDA(cudaGetLastError());
}

}  // namespace offledger::model::cuda
