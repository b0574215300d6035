// SPDX-License-Identifier: Apache-2.0
//
// What the memory-bound kernels share: eight bf16 a 16-byte access, and sums over a block in a fixed order.

#pragma once

#include <cuda_bf16.h>

#include <cstddef>
#include <cstdint>

namespace offledger::model::cuda {

struct alignas(16) Vector {
  __nv_bfloat162 pair[4];
};

__device__ __forceinline__ void unpack(const Vector& vector, float (&out)[8]) {
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    const float2 pair = __bfloat1622float2(vector.pair[i]);
    out[2 * i] = pair.x;
    out[2 * i + 1] = pair.y;
  }
}

__device__ __forceinline__ Vector pack(const float (&in)[8]) {
  Vector vector;
#pragma unroll
  for (int i = 0; i < 4; ++i) vector.pair[i] = __floats2bfloat162_rn(in[2 * i], in[2 * i + 1]);
  return vector;
}

/// The sum over a block of kThreads threads, the same in all of them.
template <int kThreads>
__device__ __forceinline__ float block_sum(float value) {
  __shared__ float partial[kThreads / 32];
#pragma unroll
  for (int offset = 16; offset > 0; offset /= 2) value += __shfl_xor_sync(0xFFFFFFFFU, value, offset);
  if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = value;
  __syncthreads();
  float sum = 0.0F;
#pragma unroll
  for (int i = 0; i < kThreads / 32; ++i) sum += partial[i];
  return sum;
}

/// Blocks of `threads` threads for `items` items, capped where a grid-stride loop takes over.
inline unsigned blocks_for(std::size_t items, unsigned threads) {
  const std::size_t blocks = (items + threads - 1) / threads;
  return static_cast<unsigned>(blocks < 1 ? 1 : (blocks > 132U * 64U ? 132U * 64U : blocks));
}

}  // namespace offledger::model::cuda
