// SPDX-License-Identifier: Apache-2.0
//
// What the names that programs and profilers give mean to us. CUPTI, Kineto and Nsight Systems spell the same
// call, kernel and range differently; every collector asks here, so that analysis compares like with like.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "collectors/trace/timeline.hpp"

namespace offledger::trace {

/// A call's name without ABI suffixes: "cudaMemcpyAsync_v3020" and "cudaMemcpyAsync_ptsz" are
/// "cudaMemcpyAsync", "cuMemcpyHtoDAsync_v2" is "cuMemcpyHtoDAsync". A view into `name`.
std::string_view base_api_name(std::string_view name) noexcept;

/// kCollective for the communication kernels of NCCL and RCCL, kCompute for any other.
KernelClass kernel_class(std::string_view kernel_name) noexcept;

/// The step that PyTorch's profiler marks: 12 for "ProfilerStep#12".
std::optional<std::int32_t> profiler_step(std::string_view range_name) noexcept;

}  // namespace offledger::trace
