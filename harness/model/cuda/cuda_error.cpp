// SPDX-License-Identifier: Apache-2.0
#include "harness/model/cuda/cuda_error.hpp"

#include <cublasLt.h>

#include <string>

#include "schedules/base/error.hpp"

namespace offledger::model::cuda {
namespace {

std::string advice(cudaError_t code) {
  switch (code) {
    case cudaErrorMemoryAllocation:
      return "; free device or host memory, or use a smaller workload or unique_layers";
    case cudaErrorDevicesUnavailable:
      return "; another process holds the device exclusively: wait for it, or choose another with cuda:N";
    case cudaErrorNoDevice: return "; use --device sim, or run where there is a GPU";
    case cudaErrorInsufficientDriver: return "; update the NVIDIA driver to one for CUDA 13 (580 or later)";
    case cudaErrorNoKernelImageForDevice: return "; build for this device with CMAKE_CUDA_ARCHITECTURES";
    default: return "";
  }
}

/// "cudaMalloc(…) at harness/…/memory.cpp:17": the file from the project's root on.
std::string place(const char* call, std::string_view file, int line) {
  for (const std::string_view root : {"/harness/", "/collectors/", "/tests/"}) {
    if (const std::size_t at = file.rfind(root); at != std::string_view::npos) {
      file.remove_prefix(at + 1);
      break;
    }
  }
  return std::string(call) + " at " + std::string(file) + ":" + std::to_string(line);
}

}  // namespace

void throw_cuda(cudaError_t code, const char* call, const char* file, int line) {
  (void)cudaGetLastError();
  throw Error(ErrorKind::kNotMeasured, std::string("CUDA: ") + cudaGetErrorString(code) + " (" +
                                           cudaGetErrorName(code) + ") from " + place(call, file, line) +
                                           advice(code));
}

void throw_cublas(cublasStatus_t code, const char* call, const char* file, int line) {
  throw Error(ErrorKind::kNotMeasured, std::string("cuBLAS: ") + cublasLtGetStatusString(code) + " (" +
                                           cublasLtGetStatusName(code) + ") from " + place(call, file, line));
}

}  // namespace offledger::model::cuda
