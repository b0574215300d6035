// SPDX-License-Identifier: Apache-2.0
//
// What the collector's programs record: kernels, and the check around CUDA's calls. The programs measure or
// show; they are not part of the library.

#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

namespace offledger::cupti::bench {

/// Launches a kernel that runs for `ns` on the device's own timer. One thread: it holds an SM, not the GPU.
void launch_spin(std::int64_t ns, cudaStream_t stream);
/// Launches a kernel that does nothing.
void launch_tiny(cudaStream_t stream);
/// Launches a kernel that adds up the 32-bit words at `from`, a multiple of 16 bytes of memory that the
/// device can read, into `to`, on all SMs. Pinned host memory is read over the bus without a copy.
void launch_sum(const void* from, std::size_t bytes, unsigned* to, cudaStream_t stream);
/// launch_tiny's kernel, for those who launch it otherwise.
const void* tiny_symbol();

/// Ends the program with exit code 4 where a call failed.
void check(cudaError_t result, const char* call);
/// Ends the program, successfully and with the reason, where there is no GPU.
void require_device();

}  // namespace offledger::cupti::bench

#define OFFLEDGER_CUDART(call) ::offledger::cupti::bench::check((call), #call)
