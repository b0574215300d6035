// SPDX-License-Identifier: Apache-2.0
//
// CUDA's and cuBLAS's return codes as Errors: OFFLEDGER_CUDA(call) throws with the call's text, its place,
// and the runtime's own words. OFFLEDGER_CUDA_NOTHROW(call) is for destructors: it drops the code, and clears
// the runtime's last error so that the next checked launch is not blamed for it.

#pragma once

#include <cublas_api.h>
#include <cuda_runtime.h>

namespace offledger::model::cuda {

[[noreturn]] void throw_cuda(cudaError_t code, const char* call, const char* file, int line);
[[noreturn]] void throw_cublas(cublasStatus_t code, const char* call, const char* file, int line);

}  // namespace offledger::model::cuda

#define OFFLEDGER_CUDA(call)                                                           \
  do {                                                                                 \
    const cudaError_t offledger_code = (call);                                         \
    if (offledger_code != cudaSuccess)                                                 \
      ::offledger::model::cuda::throw_cuda(offledger_code, #call, __FILE__, __LINE__); \
  } while (false)

#define OFFLEDGER_CUDA_NOTHROW(call)                     \
  do {                                                   \
    if ((call) != cudaSuccess) (void)cudaGetLastError(); \
  } while (false)

#define OFFLEDGER_CUBLAS(call)                                                           \
  do {                                                                                   \
    const cublasStatus_t offledger_code = (call);                                        \
    if (offledger_code != CUBLAS_STATUS_SUCCESS)                                         \
      ::offledger::model::cuda::throw_cublas(offledger_code, #call, __FILE__, __LINE__); \
  } while (false)
