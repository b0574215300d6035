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

}  // namespace

void launch_spin(std::int64_t ns, cudaStream_t stream) {
  spin<<<1, 1, 0, stream>>>(ns);
}

void launch_tiny(cudaStream_t stream) {
  tiny<<<1, 1, 0, stream>>>();
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
