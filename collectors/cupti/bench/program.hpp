// SPDX-License-Identifier: Apache-2.0
//
// A small program that does one of everything that a collector records, and counts what it did.

#pragma once

#include <cuda_runtime_api.h>
#include <nvtx3/nvToolsExt.h>

#include <cstddef>
#include <cstdint>

namespace offledger::cupti::bench {

/// What was done, to be found again in the recording.
struct Done {
  std::size_t kernels = 0, copies = 0, memsets = 0, event_records = 0, stream_waits = 0, ranges = 0;
};

/// Ends the process with exit code 4 where CUDA fails. Threads: one.
class Program {
 public:
  static constexpr std::size_t kBytes = std::size_t{32} << 20;

  Program();

  /// A copy stream ahead of a compute stream, ordered by events both ways, in an NVTX range "step".
  void streamed_step(int step);
  /// D2H, D2D, memset, pageable H2D; waits for an event and a stream.
  void other_copies();
  /// Three kernels in a CUDA graph.
  void graph();
  /// One kernel launched through the driver alone, as Triton launches.
  void driver_launch();
  /// More launches than the command buffer holds, behind a kernel that keeps them waiting; waits for the
  /// device.
  void fill_queue();

  [[nodiscard]] const Done& done() const noexcept { return done_; }

 private:
  void push(const char* name, std::uint64_t payload);

  cudaStream_t compute_{}, copy_{};
  cudaEvent_t arrived_{}, read_{};
  void *device_ = nullptr, *other_ = nullptr, *pinned_ = nullptr, *pageable_ = nullptr;
  nvtxDomainHandle_t domain_{};
  Done done_;
};

}  // namespace offledger::cupti::bench
