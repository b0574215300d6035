// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/bench/workload.hpp"

#include <cstdio>
#include <cstdlib>

namespace offledger::cupti::bench {
namespace {

__global__ void spin(long long ns) {
  long long begin = 0;
  long long now = 0;
  asm volatile("mov.u64 %0, %globaltimer;" : "=l"(begin));
  do {
    asm volatile("mov.u64 %0, %globaltimer;" : "=l"(now));
  } while (now - begin < ns);
}

__global__ void tiny() {}

__global__ void sum(const uint4* from, std::size_t count, unsigned* to) {
  unsigned total = 0;
  const std::size_t stride = std::size_t{gridDim.x} * blockDim.x;
  for (std::size_t i = std::size_t{blockIdx.x} * blockDim.x + threadIdx.x; i < count; i += stride) {
    const uint4 four = from[i];
    total += four.x + four.y + four.z + four.w;
  }
  atomicAdd(to, total);
}

}  // namespace

void launch_spin(std::int64_t ns, cudaStream_t stream) {
  spin<<<1, 1, 0, stream>>>(ns);
}

void launch_tiny(cudaStream_t stream) {
  tiny<<<1, 1, 0, stream>>>();
}

void launch_sum(const void* from, std::size_t bytes, unsigned* to, cudaStream_t stream) {
  constexpr int kBlocks = 1024, kThreads = 256;
  sum<<<kBlocks, kThreads, 0, stream>>>(static_cast<const uint4*>(from), bytes / sizeof(uint4), to);
}

const void* tiny_symbol() {
  return reinterpret_cast<const void*>(&tiny);
}

void check(cudaError_t result, const char* call) {
  if (result == cudaSuccess) return;
  std::fprintf(stderr, "%s failed: %s\n", call, cudaGetErrorString(result));
  std::exit(4);
}

void require_device() {
  int devices = 0;
  const cudaError_t result = cudaGetDeviceCount(&devices);
  if (result == cudaSuccess && devices > 0) return;
  std::printf("skipped: no CUDA device here (%s)\n", cudaGetErrorString(result));
  std::exit(0);
}

}  // namespace offledger::cupti::bench
