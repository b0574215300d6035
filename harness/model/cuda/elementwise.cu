// SPDX-License-Identifier: Apache-2.0
#include "harness/model/cuda/cuda_error.hpp"
#include "harness/model/cuda/kernels.hpp"
#include "harness/model/cuda/launch.cuh"

namespace offledger::model::cuda {
namespace {

constexpr unsigned kThreads = 256;

__global__ void __launch_bounds__(kThreads)
    rms_norm_rows(const Vector* x, const Vector* weight, Vector* out, unsigned vectors, float eps) {
  const std::size_t row = static_cast<std::size_t>(blockIdx.x) * vectors;
  float squares = 0.0F;
  for (unsigned i = threadIdx.x; i < vectors; i += kThreads) {
    float v[8];
    unpack(x[row + i], v);
#pragma unroll
    for (int j = 0; j < 8; ++j) squares = fmaf(v[j], v[j], squares);
  }
  const float scale = rsqrtf(block_sum<kThreads>(squares) / static_cast<float>(vectors * 8) + eps);
  for (unsigned i = threadIdx.x; i < vectors; i += kThreads) {
    float v[8], w[8];
    unpack(x[row + i], v);  // from L1: the row was just read
    unpack(weight[i], w);
#pragma unroll
    for (int j = 0; j < 8; ++j) v[j] = v[j] * scale * w[j];
    out[row + i] = pack(v);
  }
}

__global__ void __launch_bounds__(kThreads) swiglu_all(Vector* gate, const Vector* up, std::size_t vectors) {
  const std::size_t stride = static_cast<std::size_t>(gridDim.x) * kThreads;
  for (std::size_t i = static_cast<std::size_t>(blockIdx.x) * kThreads + threadIdx.x; i < vectors;
       i += stride) {
    float g[8], u[8];
    unpack(gate[i], g);
    unpack(up[i], u);
#pragma unroll
    for (int j = 0; j < 8; ++j) g[j] = g[j] / (1.0F + __expf(-g[j])) * u[j];
    gate[i] = pack(g);
  }
}

__global__ void __launch_bounds__(kThreads) embed_rows(const std::int32_t* tokens, const Vector* table,
                                                       Vector* out, unsigned vectors, unsigned vocab) {
  const auto token = static_cast<unsigned>(tokens[blockIdx.x]);
  const Vector* from = table + static_cast<std::size_t>(token < vocab ? token : 0) * vectors;
  Vector* to = out + static_cast<std::size_t>(blockIdx.x) * vectors;
  for (unsigned i = threadIdx.x; i < vectors; i += kThreads) to[i] = from[i];
}

__global__ void __launch_bounds__(kThreads)
    gather_rows(const Vector* in, Vector* out, unsigned group, unsigned vectors) {
  const Vector* from = in + ((static_cast<std::size_t>(blockIdx.x) + 1) * group - 1) * vectors;
  Vector* to = out + static_cast<std::size_t>(blockIdx.x) * vectors;
  for (unsigned i = threadIdx.x; i < vectors; i += kThreads) to[i] = from[i];
}

struct Best {
  float logit;
  int at;
};

__device__ __forceinline__ Best better(const Best& a, const Best& b) {
  if (b.at >= 0 && (a.at < 0 || b.logit > a.logit || (b.logit == a.logit && b.at < a.at))) return b;
  return a;
}

__global__ void __launch_bounds__(1024)
    argmax_rows(const float* logits, std::int32_t* tokens, unsigned columns) {
  __shared__ Best shared[32];
  const float* row = logits + static_cast<std::size_t>(blockIdx.x) * columns;
  Best best{-INFINITY, -1};
  for (unsigned i = threadIdx.x; i < columns; i += blockDim.x) {
    const float logit = row[i];
    if (!isnan(logit)) best = better(best, {logit, static_cast<int>(i)});
  }
#pragma unroll
  for (int offset = 16; offset > 0; offset /= 2) {
    best = better(best, {__shfl_xor_sync(0xFFFFFFFFU, best.logit, offset),
                         __shfl_xor_sync(0xFFFFFFFFU, best.at, offset)});
  }
  if (threadIdx.x % 32 == 0) shared[threadIdx.x / 32] = best;
  __syncthreads();
  if (threadIdx.x != 0) return;
  for (unsigned i = 1; i < blockDim.x / 32; ++i) best = better(best, shared[i]);
  tokens[blockIdx.x] = best.at < 0 ? 0 : best.at;
}

const Vector* vectors(const Element* pointer) {
  return reinterpret_cast<const Vector*>(pointer);
}
Vector* vectors(Element* pointer) {
  return reinterpret_cast<Vector*>(pointer);
}

}  // namespace

void rms_norm(const Element* x, const Element* weight, Element* out, std::uint32_t rows,
              std::uint32_t columns, float eps, cudaStream_t stream) {
  if (rows == 0) return;
  rms_norm_rows<<<rows, kThreads, 0, stream>>>(vectors(x), vectors(weight), vectors(out), columns / 8, eps);
  OFFLEDGER_CUDA(cudaGetLastError());
}

void swiglu(Element* gate, const Element* up, std::size_t count, cudaStream_t stream) {
  swiglu_all<<<blocks_for(count / 8, kThreads), kThreads, 0, stream>>>(vectors(gate), vectors(up), count / 8);
  OFFLEDGER_CUDA(cudaGetLastError());
}

void embed(const std::int32_t* tokens, const Element* table, Element* out, std::uint32_t rows,
           std::uint32_t columns, std::uint32_t vocab, cudaStream_t stream) {
  if (rows == 0) return;
  embed_rows<<<rows, kThreads, 0, stream>>>(tokens, vectors(table), vectors(out), columns / 8, vocab);
  OFFLEDGER_CUDA(cudaGetLastError());
}

void gather_last(const Element* in, Element* out, std::uint32_t rows, std::uint32_t group,
                 std::uint32_t columns, cudaStream_t stream) {
  if (rows == 0) return;
  gather_rows<<<rows, kThreads, 0, stream>>>(vectors(in), vectors(out), group, columns / 8);
  OFFLEDGER_CUDA(cudaGetLastError());
}

void argmax(const float* logits, std::int32_t* tokens, std::uint32_t rows, std::uint32_t columns,
            cudaStream_t stream) {
  if (rows == 0) return;
  argmax_rows<<<rows, 1024, 0, stream>>>(logits, tokens, columns);
  OFFLEDGER_CUDA(cudaGetLastError());
}

}  // namespace offledger::model::cuda
