// SPDX-License-Identifier: Apache-2.0
//
// Prefill attention: 128 queries of one head a block, 64 keys an iteration, four warps of 32 query rows each.
// Why so: a warp of 32 rows uses every key fragment it loads twice, which halves the shared-memory traffic
// that bounds 16-row warps; its output (128 registers a thread at head_dim 128) and scores (64) just fit 255
// registers, so two blocks share a multiprocessor and one's softmax runs under the other's products. Keys and
// values arrive a whole iteration ahead (cp.async, two stages), with one barrier an iteration. Blocks of late
// queries, which see the most keys, start first. Shared-memory rows are XOR-swizzled in 16-byte chunks:
// ldmatrix meets no bank twice.
#include <cmath>
#include <string>

#include "harness/model/cuda/attention.hpp"
#include "harness/model/cuda/cuda_error.hpp"
#include "harness/model/cuda/tensor_ops.cuh"
#include "schedules/base/error.hpp"

namespace offledger::model::cuda {
namespace {

constexpr int kQueries = 128, kKeys = 64, kWarps = 4, kThreads = kWarps * 32;
constexpr int kRowTiles = kQueries / kWarps / 16;  // m16 tiles a warp
constexpr int kKeyTiles = kKeys / 8;

struct Params {
  const __nv_bfloat16 *query, *keys, *values;
  __nv_bfloat16* out;
  int tokens, heads, group, first_position, capacity;
  float scale_log2;  // log2(e) / sqrt(head_dim): scores go through exp2
};

template <int kDim>
__host__ __device__ constexpr int shared_bytes() {
  return (kQueries + 4 * kKeys) * kDim * static_cast<int>(sizeof(__nv_bfloat16));
}

/// Byte offset of a 16-byte chunk in a tile of kDim columns. Chunks 2k + b of a row, b in {0, 1}, are at
/// swizzled(row, b) ^ (k << 5): one address a lane and an XOR with a constant reach a whole row.
template <int kDim>
__device__ __forceinline__ std::uint32_t swizzled(int row, int chunk) {
  const int key = kDim >= 64 ? row & 7 : (row >> 1) & 3;
  return static_cast<std::uint32_t>((row * kDim * 2) + ((chunk ^ key) << 4));
}

/// Starts the copy of `kRows` rows; rows from `valid` on become zero. A thread copies the same chunk of every
/// kStep-th row, so that its swizzle is one constant.
template <int kDim, int kRows>
__device__ __forceinline__ void fetch(std::uint32_t tile, const __nv_bfloat16* rows, std::uint32_t stride,
                                      int valid) {
  constexpr int kChunks = kDim / 8, kStep = kThreads / kChunks;
  static_assert(kStep % 8 == 0 && kRows % kStep == 0);
  const int row = static_cast<int>(threadIdx.x) / kChunks, chunk = static_cast<int>(threadIdx.x) % kChunks;
  const std::uint32_t to = tile + swizzled<kDim>(row, chunk);
  const __nv_bfloat16* from = rows + static_cast<std::uint32_t>(row) * stride + chunk * 8;
#pragma unroll
  for (int i = 0; i < kRows / kStep; ++i) {
    const bool in = row + i * kStep < valid;
    copy_async_16(to + i * kStep * kDim * 2, in ? from + i * kStep * stride : rows, in);
  }
}

template <int kDim>
struct Warp {
  float out[kRowTiles][kDim / 8][4];
  float high[kRowTiles][2];   // running maximum of raw scores, rows g and g + 8
  float total[kRowTiles][2];  // this lane's part of the running sum

  __device__ __forceinline__ void clear() {
#pragma unroll
    for (int m = 0; m < kRowTiles; ++m) {
      for (int n = 0; n < kDim / 8; ++n) {
        for (int i = 0; i < 4; ++i) out[m][n][i] = 0.0F;
      }
      for (int i = 0; i < 2; ++i) {
        high[m][i] = -INFINITY;
        total[m][i] = 0.0F;
      }
    }
  }
};

/// scores = Q K^T. `query` and `keys` are this lane's ldmatrix addresses in the tiles.
template <int kDim>
__device__ __forceinline__ void score(float (&scores)[kRowTiles][kKeyTiles][4], std::uint32_t query,
                                      std::uint32_t keys) {
#pragma unroll
  for (int m = 0; m < kRowTiles; ++m) {
#pragma unroll
    for (int n = 0; n < kKeyTiles; ++n) {
#pragma unroll
      for (int i = 0; i < 4; ++i) scores[m][n][i] = 0.0F;
    }
  }
#pragma unroll
  for (int k = 0; k < kDim / 16; ++k) {
    std::uint32_t a[kRowTiles][4];
#pragma unroll
    for (int m = 0; m < kRowTiles; ++m) load_matrices(a[m], (query ^ (k << 5)) + m * 16 * kDim * 2);
#pragma unroll
    for (int n = 0; n < kKeyTiles / 2; ++n) {
      std::uint32_t b[4];
      load_matrices(b, (keys ^ (k << 5)) + n * 16 * kDim * 2);
#pragma unroll
      for (int m = 0; m < kRowTiles; ++m) {
        multiply_add(scores[m][2 * n], a[m], b[0], b[1]);
        multiply_add(scores[m][2 * n + 1], a[m], b[2], b[3]);
      }
    }
  }
}

/// Hides the keys after each query. `first_row` is the position of this warp's first query relative to the
/// tile's first key.
__device__ __forceinline__ void mask(float (&scores)[kRowTiles][kKeyTiles][4], int first_row) {
  const int lane = static_cast<int>(threadIdx.x) & 31;
  const int ahead = first_row + (lane >> 2) - 2 * (lane & 3);
#pragma unroll
  for (int m = 0; m < kRowTiles; ++m) {
#pragma unroll
    for (int n = 0; n < kKeyTiles; ++n) {
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        if (n * 8 + (i & 1) > ahead + m * 16 + (i >> 1) * 8) scores[m][n][i] = -INFINITY;
      }
    }
  }
}

/// Turns scores into 2^(scale (score - maximum)), rescales what came before to the new maximum.
template <int kDim>
__device__ __forceinline__ void softmax(Warp<kDim>& warp, float (&scores)[kRowTiles][kKeyTiles][4],
                                        float scale_log2) {
#pragma unroll
  for (int m = 0; m < kRowTiles; ++m) {
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      float high = warp.high[m][half];
#pragma unroll
      for (int n = 0; n < kKeyTiles; ++n) {
        high = fmaxf(high, fmaxf(scores[m][n][2 * half], scores[m][n][2 * half + 1]));
      }
      high = fmaxf(high, __shfl_xor_sync(0xFFFFFFFFU, high, 1));
      high = fmaxf(high, __shfl_xor_sync(0xFFFFFFFFU, high, 2));
      // Every row sees key 0 in its first tile, so `high` is finite here.
      const float offset = high * scale_log2;
      const float rescale = exp2_fast(warp.high[m][half] * scale_log2 - offset);
      float sum = 0.0F;
#pragma unroll
      for (int n = 0; n < kKeyTiles; ++n) {
#pragma unroll
        for (int i = 0; i < 2; ++i) {
          const float p = exp2_fast(fmaf(scores[m][n][2 * half + i], scale_log2, -offset));
          scores[m][n][2 * half + i] = p;
          sum += p;
        }
      }
      warp.high[m][half] = high;
      warp.total[m][half] = warp.total[m][half] * rescale + sum;
#pragma unroll
      for (int n = 0; n < kDim / 8; ++n) {
        warp.out[m][n][2 * half] *= rescale;
        warp.out[m][n][2 * half + 1] *= rescale;
      }
    }
  }
}

/// out += P V. `values` is this lane's ldmatrix address in the tile.
template <int kDim>
__device__ __forceinline__ void accumulate(Warp<kDim>& warp, const float (&scores)[kRowTiles][kKeyTiles][4],
                                           std::uint32_t values) {
#pragma unroll
  for (int k = 0; k < kKeyTiles / 2; ++k) {
    std::uint32_t a[kRowTiles][4];
#pragma unroll
    for (int m = 0; m < kRowTiles; ++m) {
      a[m][0] = pack_bf16(scores[m][2 * k][0], scores[m][2 * k][1]);
      a[m][1] = pack_bf16(scores[m][2 * k][2], scores[m][2 * k][3]);
      a[m][2] = pack_bf16(scores[m][2 * k + 1][0], scores[m][2 * k + 1][1]);
      a[m][3] = pack_bf16(scores[m][2 * k + 1][2], scores[m][2 * k + 1][3]);
    }
#pragma unroll
    for (int n = 0; n < kDim / 16; ++n) {
      std::uint32_t b[4];
      load_matrices_transposed(b, (values ^ (n << 5)) + k * 16 * kDim * 2);
#pragma unroll
      for (int m = 0; m < kRowTiles; ++m) {
        multiply_add(warp.out[m][2 * n], a[m], b[0], b[1]);
        multiply_add(warp.out[m][2 * n + 1], a[m], b[2], b[3]);
      }
    }
  }
}

template <int kDim>
__device__ __forceinline__ void store(const Warp<kDim>& warp, __nv_bfloat16* out, std::size_t stride,
                                      int row0, int valid) {
  const int lane = static_cast<int>(threadIdx.x) & 31;
#pragma unroll
  for (int m = 0; m < kRowTiles; ++m) {
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      float total = warp.total[m][half];
      total += __shfl_xor_sync(0xFFFFFFFFU, total, 1);
      total += __shfl_xor_sync(0xFFFFFFFFU, total, 2);
      const float inverse = 1.0F / total;
      const int row = row0 + m * 16 + half * 8 + (lane >> 2);
      if (row >= valid) continue;
      __nv_bfloat16* to = out + static_cast<std::size_t>(row) * stride + 2 * (lane & 3);
#pragma unroll
      for (int n = 0; n < kDim / 8; ++n) {
        *reinterpret_cast<std::uint32_t*>(to + n * 8) =
            pack_bf16(warp.out[m][n][2 * half] * inverse, warp.out[m][n][2 * half + 1] * inverse);
      }
    }
  }
}

template <int kDim>
__global__ void __launch_bounds__(kThreads, 2) prefill_attention(const Params p) {
  constexpr std::uint32_t kTileBytes = kKeys * kDim * 2;
  extern __shared__ __align__(1024) unsigned char memory[];
  const std::uint32_t query = shared_address(memory);
  const std::uint32_t stages = query + kQueries * kDim * 2;  // keys 0, values 0, keys 1, values 1

  const int head = static_cast<int>(blockIdx.x);
  const int row_block = static_cast<int>(gridDim.y - 1 - blockIdx.y);
  const int first = row_block * kQueries;
  const int row0 = static_cast<int>(threadIdx.x / 32) * (kQueries / kWarps);
  const int queries = min(kQueries, p.tokens - first);
  const int last_position = p.first_position + first + queries - 1;
  const int tiles = last_position / kKeys + 1;

  const std::uint32_t row_stride = static_cast<std::uint32_t>(p.heads) * kDim;
  const std::size_t at = (static_cast<std::size_t>(blockIdx.z) * p.tokens + first) * row_stride +
                         static_cast<std::size_t>(head) * kDim;
  const std::size_t kv_head = static_cast<std::size_t>(blockIdx.z) * (p.heads / p.group) + head / p.group;
  const __nv_bfloat16* const keys = p.keys + kv_head * p.capacity * kDim;
  const __nv_bfloat16* const values = p.values + kv_head * p.capacity * kDim;
  const auto fetch_tile = [&](int tile) {
    const std::uint32_t stage = stages + (tile & 1) * 2 * kTileBytes;
    const std::size_t from = static_cast<std::size_t>(tile) * kKeys * kDim;
    const int valid = last_position + 1 - tile * kKeys;
    fetch<kDim, kKeys>(stage, keys + from, kDim, valid);
    fetch<kDim, kKeys>(stage + kTileBytes, values + from, kDim, valid);
  };

  fetch<kDim, kQueries>(query, p.query + at, row_stride, queries);
  fetch_tile(0);
  commit_copies();

  // ldmatrix takes row l % 8 of matrix l / 8 from lane l: see the fragments in tensor_ops.cuh.
  const int lane = static_cast<int>(threadIdx.x) & 31;
  const std::uint32_t query_lane = query + swizzled<kDim>(row0 + (lane & 15), lane >> 4);
  const std::uint32_t key_lane = swizzled<kDim>(((lane >> 4) << 3) + (lane & 7), (lane >> 3) & 1);
  const std::uint32_t value_lane = swizzled<kDim>(lane & 15, lane >> 4);

  Warp<kDim> warp;
  warp.clear();
  const int warp_position = p.first_position + first + row0;
  for (int tile = 0; tile < tiles; ++tile) {
    wait_for_copies();
    __syncthreads();  // this tile has arrived; the other stage's readers are done
    if (tile + 1 < tiles) {
      fetch_tile(tile + 1);
      commit_copies();
    }
    const int first_row = warp_position - tile * kKeys;
    if (first_row + kQueries / kWarps <= 0) continue;  // all keys come after all of this warp's queries
    const std::uint32_t stage = stages + (tile & 1) * 2 * kTileBytes;
    float scores[kRowTiles][kKeyTiles][4];
    score<kDim>(scores, query_lane, stage + key_lane);
    if (first_row < kKeys - 1) mask(scores, first_row);
    softmax<kDim>(warp, scores, p.scale_log2);
    accumulate<kDim>(warp, scores, stage + kTileBytes + value_lane);
  }
  store<kDim>(warp, p.out + at, row_stride, row0, queries);
}

template <int kDim>
void launch(const Params& params, dim3 grid, cudaStream_t stream) {
  OFFLEDGER_CUDA(cudaFuncSetAttribute(prefill_attention<kDim>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                      shared_bytes<kDim>()));
  prefill_attention<kDim><<<grid, kThreads, shared_bytes<kDim>(), stream>>>(params);
  OFFLEDGER_CUDA(cudaGetLastError());
}

}  // namespace

void attention_prefill(const AttentionShape& s, const AttentionBuffers& b, cudaStream_t stream) {
  if (s.tokens == 0 || s.batch == 0) return;
  const Params params{b.query,
                      b.keys,
                      b.values,
                      b.out,
                      static_cast<int>(s.tokens),
                      static_cast<int>(s.heads),
                      static_cast<int>(s.heads / s.kv_heads),
                      static_cast<int>(s.first_position),
                      static_cast<int>(s.capacity),
                      static_cast<float>(1.4426950408889634 / std::sqrt(static_cast<double>(s.head_dim)))};
  const dim3 grid(s.heads, (s.tokens + kQueries - 1) / kQueries, s.batch);
  switch (s.head_dim) {
    case 32: return launch<32>(params, grid, stream);
    case 64: return launch<64>(params, grid, stream);
    case 128: return launch<128>(params, grid, stream);
    default:
      throw Error(ErrorKind::kNotMeasured,
                  "attention: expected a head_dim of 32, 64 or 128, found " + std::to_string(s.head_dim));
  }
}

}  // namespace offledger::model::cuda
