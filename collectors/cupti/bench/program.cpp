// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/bench/program.hpp"

#include <cuda.h>

#include <cstdlib>

#include "collectors/cupti/bench/workload.hpp"

namespace offledger::cupti::bench {

Program::Program() {
  OFFLEDGER_CUDART(cudaStreamCreateWithFlags(&compute_, cudaStreamNonBlocking));
  OFFLEDGER_CUDART(cudaStreamCreateWithFlags(&copy_, cudaStreamNonBlocking));
  OFFLEDGER_CUDART(cudaEventCreateWithFlags(&arrived_, cudaEventDisableTiming));
  OFFLEDGER_CUDART(cudaEventCreateWithFlags(&read_, cudaEventDisableTiming));
  OFFLEDGER_CUDART(cudaMalloc(&device_, kBytes));
  OFFLEDGER_CUDART(cudaMalloc(&other_, kBytes));
  OFFLEDGER_CUDART(cudaMallocHost(&pinned_, kBytes));
  pageable_ = std::calloc(kBytes, 1);
  domain_ = nvtxDomainCreateA("offledger.program");
  OFFLEDGER_CUDART(cudaDeviceSynchronize());
}

void Program::push(const char* name, std::uint64_t payload) {
  nvtxEventAttributes_t attributes{};
  attributes.version = NVTX_VERSION;
  attributes.size = NVTX_EVENT_ATTRIB_STRUCT_SIZE;
  attributes.messageType = NVTX_MESSAGE_TYPE_ASCII;
  attributes.message.ascii = name;
  attributes.payloadType = NVTX_PAYLOAD_TYPE_UNSIGNED_INT64;
  attributes.payload.ullValue = payload;
  nvtxDomainRangePushEx(domain_, &attributes);
  ++done_.ranges;
}

void Program::streamed_step(int step) {
  push("step", static_cast<std::uint64_t>(step));
  if (step > 0) {
    OFFLEDGER_CUDART(cudaStreamWaitEvent(copy_, read_, 0));
    ++done_.stream_waits;
  }
  OFFLEDGER_CUDART(cudaMemcpyAsync(device_, pinned_, kBytes, cudaMemcpyHostToDevice, copy_));
  OFFLEDGER_CUDART(cudaEventRecord(arrived_, copy_));
  OFFLEDGER_CUDART(cudaStreamWaitEvent(compute_, arrived_, 0));
  launch_spin(500'000, compute_);
  OFFLEDGER_CUDART(cudaEventRecord(read_, compute_));
  done_.copies += 1;
  done_.event_records += 2;
  done_.stream_waits += 1;
  done_.kernels += 1;
  nvtxDomainRangePop(domain_);
}

void Program::other_copies() {
  OFFLEDGER_CUDART(cudaMemcpyAsync(pinned_, device_, kBytes, cudaMemcpyDeviceToHost, copy_));
  OFFLEDGER_CUDART(cudaMemcpyAsync(other_, device_, kBytes, cudaMemcpyDeviceToDevice, compute_));
  OFFLEDGER_CUDART(cudaMemsetAsync(other_, 0, kBytes, compute_));
  OFFLEDGER_CUDART(cudaMemcpyAsync(device_, pageable_, kBytes, cudaMemcpyHostToDevice, copy_));
  done_.copies += 3;
  done_.memsets += 1;
  OFFLEDGER_CUDART(cudaEventSynchronize(read_));
  OFFLEDGER_CUDART(cudaStreamSynchronize(copy_));
}

void Program::graph() {
  cudaGraph_t graph{};
  cudaGraphExec_t executable{};
  OFFLEDGER_CUDART(cudaStreamBeginCapture(compute_, cudaStreamCaptureModeThreadLocal));
  for (int i = 0; i < 3; ++i) launch_tiny(compute_);
  OFFLEDGER_CUDART(cudaStreamEndCapture(compute_, &graph));
  OFFLEDGER_CUDART(cudaGraphInstantiate(&executable, graph, 0));
  OFFLEDGER_CUDART(cudaGraphLaunch(executable, compute_));
  OFFLEDGER_CUDART(cudaStreamSynchronize(compute_));
  OFFLEDGER_CUDART(cudaGraphExecDestroy(executable));
  OFFLEDGER_CUDART(cudaGraphDestroy(graph));
  done_.kernels += 3;
}

void Program::driver_launch() {
  void* entry = nullptr;
  cudaDriverEntryPointQueryResult found{};
  OFFLEDGER_CUDART(
      cudaGetDriverEntryPointByVersion("cuLaunchKernel", &entry, 12000, cudaEnableDefault, &found));
  cudaFunction_t function{};
  OFFLEDGER_CUDART(cudaGetFuncBySymbol(&function, tiny_symbol()));
  const auto launch = reinterpret_cast<decltype(&cuLaunchKernel)>(entry);
  const CUresult result = launch(reinterpret_cast<CUfunction>(function), 1, 1, 1, 1, 1, 1, 0,
                                 reinterpret_cast<CUstream>(compute_), nullptr, nullptr);
  if (result == CUDA_SUCCESS) done_.kernels += 1;
}

void Program::fill_queue() {
  constexpr int kBurst = 4000;
  launch_spin(20'000'000, compute_);
  for (int i = 0; i < kBurst; ++i) launch_tiny(compute_);
  done_.kernels += kBurst + 1;
  OFFLEDGER_CUDART(cudaDeviceSynchronize());
}

}  // namespace offledger::cupti::bench
