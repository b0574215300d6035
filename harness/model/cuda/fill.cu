// SPDX-License-Identifier: Apache-2.0
#include "harness/model/cuda/cuda_error.hpp"
#include "harness/model/cuda/kernels.hpp"
#include "harness/model/cuda/launch.cuh"

namespace offledger::model::cuda {
namespace {

constexpr unsigned kThreads = 256;

__global__ void __launch_bounds__(kThreads)
    fill_values(const SyntheticTensor tensor, Element* out, std::size_t count) {
  const std::size_t stride = static_cast<std::size_t>(gridDim.x) * kThreads;
  for (std::size_t i = static_cast<std::size_t>(blockIdx.x) * kThreads + threadIdx.x; i < count;
       i += stride) {
    out[i] = __float2bfloat16_rn(synthetic_value(tensor, i));
  }
}

__global__ void do_nothing() {}

__global__ void spin_until(std::uint64_t duration_ns) {
  std::uint64_t begin, now;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(begin));
  do {
    __nanosleep(1000);
    asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
  } while (now - begin < duration_ns);
}

}  // namespace

void fill_synthetic(const SyntheticTensor& tensor, Element* out, std::size_t count, cudaStream_t stream) {
  if (count == 0) return;
  fill_values<<<blocks_for(count, kThreads), kThreads, 0, stream>>>(tensor, out, count);
  OFFLEDGER_CUDA(cudaGetLastError());
}

void no_work(cudaStream_t stream) {
  do_nothing<<<1, 1, 0, stream>>>();
  OFFLEDGER_CUDA(cudaGetLastError());
}

void spin(std::uint64_t duration_ns, cudaStream_t stream) {
  spin_until<<<1, 1, 0, stream>>>(duration_ns);
  OFFLEDGER_CUDA(cudaGetLastError());
}

}  // namespace offledger::model::cuda
