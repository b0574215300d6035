// SPDX-License-Identifier: Apache-2.0
#include "harness/model/cuda/memory.hpp"

#include <fmt/format.h>

#include "harness/model/cuda/cuda_error.hpp"
#include "schedules/base/error.hpp"

namespace offledger::model::cuda {

DeviceMemory::DeviceMemory(std::size_t bytes) : bytes_(bytes) {
  if (bytes == 0) return;
  void* data = nullptr;
  const cudaError_t code = cudaMalloc(&data, bytes);
  if (code == cudaErrorMemoryAllocation) {
    (void)cudaGetLastError();
    std::size_t available = 0, total = 0;
    OFFLEDGER_CUDA(cudaMemGetInfo(&available, &total));
    throw Error(
        ErrorKind::kNotMeasured,
        fmt::format("device memory: wanted {} bytes more, {} of {} are free; use a smaller workload, fewer "
                    "slots, or a device that nothing else uses",
                    bytes, available, total));
  }
  OFFLEDGER_CUDA(code);
  data_ = static_cast<std::byte*>(data);
}

DeviceMemory::~DeviceMemory() {
  if (data_ != nullptr) OFFLEDGER_CUDA_NOTHROW(cudaFree(data_));
}

}  // namespace offledger::model::cuda
