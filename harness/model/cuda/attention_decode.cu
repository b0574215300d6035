// SPDX-License-Identifier: Apache-2.0
//
// Decode attention: one query token a sequence, over a long cache. A block takes one chunk of keys for all
// the query heads that share a kv head, so that a cache line crosses the memory bus once; a second kernel
// merges the chunks in their order. The chunk length is fixed: results do not depend on how many blocks the
// device runs at once.
#include <cmath>
#include <string>

#include "harness/model/cuda/attention.hpp"
#include "harness/model/cuda/cuda_error.hpp"
#include "harness/model/cuda/launch.cuh"
#include "harness/model/cuda/tensor_ops.cuh"
#include "schedules/base/error.hpp"

namespace offledger::model::cuda {
namespace {

constexpr int kChunk = 128;    // keys a block: one a thread
constexpr int kMaxGroup = 16;  // query heads a block takes at once

struct Params {
  const __nv_bfloat16 *query, *keys, *values;
  __nv_bfloat16* out;
  float* partial;  // [batch][heads][chunks][kDim + 2]: unnormalised output, maximum, sum
  int heads, group, length, chunks, capacity;
  float scale_log2;
};

/// Maximum and sum of p over the block's threads, the same in all of them.
__device__ __forceinline__ float block_reduce(float value, float* scratch, bool sum) {
  const int warp = static_cast<int>(threadIdx.x) / 32;
#pragma unroll
  for (int offset = 16; offset > 0; offset /= 2) {
    const float other = __shfl_xor_sync(0xFFFFFFFFU, value, offset);
    value = sum ? value + other : fmaxf(value, other);
  }
  if (threadIdx.x % 32 == 0) scratch[warp] = value;
  __syncthreads();
  value = scratch[0];
#pragma unroll
  for (int i = 1; i < kChunk / 32; ++i) value = sum ? value + scratch[i] : fmaxf(value, scratch[i]);
  __syncthreads();
  return value;
}

/// The scores of this thread's key with `heads` query heads, scaled for exp2; -inf past the cache's end.
template <int kDim>
__device__ __forceinline__ void score(float (&scores)[kMaxGroup], const __nv_bfloat16* key,
                                      const float* query, int heads, float scale_log2, bool valid) {
#pragma unroll
  for (int h = 0; h < kMaxGroup; ++h) scores[h] = 0.0F;
  if (valid) {
    for (int chunk = 0; chunk < kDim / 8; ++chunk) {
      float k[8];
      unpack(*reinterpret_cast<const Vector*>(key + chunk * 8), k);
#pragma unroll
      for (int h = 0; h < kMaxGroup; ++h) {
        if (h >= heads) break;
        const float* q = query + h * kDim + chunk * 8;
#pragma unroll
        for (int i = 0; i < 8; ++i) scores[h] = fmaf(k[i], q[i], scores[h]);
      }
    }
  }
#pragma unroll
  for (int h = 0; h < kMaxGroup; ++h) scores[h] = valid ? scores[h] * scale_log2 : -INFINITY;
}

template <int kDim>
__global__ void __launch_bounds__(kChunk) decode_chunk(const Params p) {
  __shared__ float query[kMaxGroup * kDim];
  __shared__ float weights[kMaxGroup][kChunk];
  __shared__ float scratch[kChunk / 32];
  const int chunk = static_cast<int>(blockIdx.x), thread = static_cast<int>(threadIdx.x);
  const int tiles = (p.group + kMaxGroup - 1) / kMaxGroup;
  const int kv_head = static_cast<int>(blockIdx.y) / tiles;
  const int first_in_group = static_cast<int>(blockIdx.y) % tiles * kMaxGroup;
  const int heads = min(kMaxGroup, p.group - first_in_group);
  const int first_head = kv_head * p.group + first_in_group;
  const std::size_t batch = blockIdx.z;

  const __nv_bfloat16* q = p.query + (batch * p.heads + first_head) * kDim;
  for (int i = thread; i < heads * kDim; i += kChunk) query[i] = __bfloat162float(q[i]);
  __syncthreads();

  const int first_key = chunk * kChunk, keys = min(kChunk, p.length - first_key);
  const std::size_t row = (batch * (p.heads / p.group) + kv_head) * p.capacity + first_key;
  float scores[kMaxGroup];
  score<kDim>(scores, p.keys + (row + thread) * kDim, query, heads, p.scale_log2, thread < keys);

  float* partial = p.partial + ((batch * p.heads + first_head) * p.chunks + chunk) * (kDim + 2);
  const std::size_t head_stride = static_cast<std::size_t>(p.chunks) * (kDim + 2);
#pragma unroll
  for (int h = 0; h < kMaxGroup; ++h) {
    if (h >= heads) break;
    const float high = block_reduce(scores[h], scratch, false);
    const float weight = exp2_fast(scores[h] - high);
    const float total = block_reduce(weight, scratch, true);
    weights[h][thread] = weight;
    if (thread == 0) {
      partial[h * head_stride + kDim] = high;
      partial[h * head_stride + kDim + 1] = total;
    }
  }
  __syncthreads();

  if (thread >= kDim) return;
  float sums[kMaxGroup] = {};
  const __nv_bfloat16* value = p.values + row * kDim + thread;
  for (int j = 0; j < keys; ++j) {
    const float v = __bfloat162float(value[static_cast<std::size_t>(j) * kDim]);
#pragma unroll
    for (int h = 0; h < kMaxGroup; ++h) {
      if (h >= heads) break;
      sums[h] = fmaf(weights[h][j], v, sums[h]);
    }
  }
#pragma unroll
  for (int h = 0; h < kMaxGroup; ++h) {
    if (h >= heads) break;
    partial[h * head_stride + thread] = sums[h];
  }
}

template <int kDim>
__global__ void __launch_bounds__(kDim) decode_merge(const Params p) {
  const std::size_t head = static_cast<std::size_t>(blockIdx.y) * p.heads + blockIdx.x;
  const float* partial = p.partial + head * p.chunks * (kDim + 2);
  float high = -INFINITY;
  for (int c = 0; c < p.chunks; ++c) high = fmaxf(high, partial[c * (kDim + 2) + kDim]);
  float total = 0.0F, sum = 0.0F;
  for (int c = 0; c < p.chunks; ++c) {
    const float* part = partial + static_cast<std::size_t>(c) * (kDim + 2);
    const float rescale = exp2_fast(part[kDim] - high);
    total = fmaf(part[kDim + 1], rescale, total);
    sum = fmaf(part[threadIdx.x], rescale, sum);
  }
  p.out[head * kDim + threadIdx.x] = __float2bfloat16_rn(sum / total);
}

template <int kDim>
void launch(const Params& params, dim3 chunks, dim3 merge, cudaStream_t stream) {
  decode_chunk<kDim><<<chunks, kChunk, 0, stream>>>(params);
  OFFLEDGER_CUDA(cudaGetLastError());
  decode_merge<kDim><<<merge, kDim, 0, stream>>>(params);
  OFFLEDGER_CUDA(cudaGetLastError());
}

}  // namespace

bool attention_supports(std::uint32_t head_dim) noexcept {
  return head_dim == 32 || head_dim == 64 || head_dim == 128;
}

std::size_t attention_workspace_bytes(const AttentionShape& s) noexcept {
  const std::size_t chunks = (s.capacity + kChunk - 1) / kChunk;
  return std::size_t{s.batch} * s.heads * chunks * (s.head_dim + 2) * sizeof(float);
}

void attention_decode(const AttentionShape& s, const AttentionBuffers& b, cudaStream_t stream) {
  if (s.batch == 0) return;
  const auto heads = static_cast<int>(s.heads), group = heads / static_cast<int>(s.kv_heads);
  const auto length = static_cast<int>(s.first_position) + 1, chunk_count = (length + kChunk - 1) / kChunk;
  const Params params{b.query,
                      b.keys,
                      b.values,
                      b.out,
                      b.workspace,
                      heads,
                      group,
                      length,
                      chunk_count,
                      static_cast<int>(s.capacity),
                      static_cast<float>(1.4426950408889634 / std::sqrt(static_cast<double>(s.head_dim)))};
  const auto tiles = static_cast<unsigned>((group + kMaxGroup - 1) / kMaxGroup);
  const dim3 chunks(static_cast<unsigned>(chunk_count), s.kv_heads * tiles, s.batch), merge(s.heads, s.batch);
  switch (s.head_dim) {
    case 32: return launch<32>(params, chunks, merge, stream);
    case 64: return launch<64>(params, chunks, merge, stream);
    case 128: return launch<128>(params, chunks, merge, stream);
    default:
      throw Error(ErrorKind::kNotMeasured,
                  "attention: expected a head_dim of 32, 64 or 128, found " + std::to_string(s.head_dim));
  }
}

void attention(const AttentionShape& shape, const AttentionBuffers& buffers, cudaStream_t stream) {
  if (shape.tokens == 1) return attention_decode(shape, buffers, stream);
  attention_prefill(shape, buffers, stream);
}

}  // namespace offledger::model::cuda
