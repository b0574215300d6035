// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/level.hpp"

#include <algorithm>
#include <iterator>

namespace offledger::cupti {
namespace {

constexpr std::string_view kNames[] = {"operations", "runtime", "sync", "driver"};

constexpr std::string_view kChatter[] = {
    "__cudaPopCallConfiguration",
    "__cudaPushCallConfiguration",
    "cudaDeviceGetAttribute",
    "cudaDeviceGetStreamPriorityRange",
    "cudaFuncGetAttributes",
    "cudaFuncSetAttribute",
    "cudaGetDevice",
    "cudaGetDeviceCount",
    "cudaGetDeviceProperties",
    "cudaGetErrorName",
    "cudaGetErrorString",
    "cudaGetLastError",
    "cudaOccupancyMaxActiveBlocksPerMultiprocessor",
    "cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags",
    "cudaOccupancyMaxActiveClusters",
    "cudaOccupancyMaxPotentialClusterSize",
    "cudaPeekAtLastError",
    "cudaPointerGetAttributes",
    "cudaSetDevice",
    "cudaStreamGetCaptureInfo",
    "cudaStreamGetPriority",
    "cudaStreamIsCapturing",
    "cudaThreadExchangeStreamCaptureMode",
};

constexpr std::string_view kWork[] = {
    "cuLaunch",           "cuGraphLaunch",      "cuMemcpy",       "cuMemset",          "cuMemPrefetch",
    "cuEventRecord",      "cuEventSync",        "cuStreamSync",   "cuCtxSync",         "cuStreamWait",
    "cuMemAlloc",         "cuMemFree",          "cuMemHostAlloc", "cuMemHostRegister", "cuMemHostUnregister",
    "cuStreamWriteValue", "cuStreamBatchMemOp", "cuMemMap",       "cuMemUnmap",        "cuMemCreate",
    "cuMemRelease",
};

}  // namespace

std::string_view name_of(Level level) noexcept {
  return kNames[static_cast<std::size_t>(level)];
}

std::optional<Level> level_of(std::string_view name) noexcept {
  const auto at = std::find(std::begin(kNames), std::end(kNames), name);
  if (at == std::end(kNames)) return std::nullopt;
  return static_cast<Level>(std::distance(std::begin(kNames), at));
}

bool is_runtime_chatter(std::string_view api) noexcept {
  return std::find(std::begin(kChatter), std::end(kChatter), api) != std::end(kChatter);
}

bool is_driver_work(std::string_view api) noexcept {
  return std::any_of(std::begin(kWork), std::end(kWork),
                     [&](std::string_view prefix) { return api.starts_with(prefix); });
}

}  // namespace offledger::cupti
