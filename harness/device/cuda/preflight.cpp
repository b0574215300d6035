// SPDX-License-Identifier: Apache-2.0
#include "harness/device/cuda/preflight.hpp"

#include <cuda_runtime.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <climits>
#include <cstdlib>
#include <fstream>
#include <optional>

#include "harness/model/cuda/cuda_error.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cuda {
namespace {

constexpr const char* kHostMemoryVariable = "OFFLEDGER_HOST_MEMORY_BYTES";

std::optional<std::uint64_t> parse(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return value;
}

/// The number in a file that holds nothing else; "max" and a missing file are none.
std::optional<std::uint64_t> number_in(const char* path) {
  std::ifstream file(path);
  std::string word;
  return file >> word ? parse(word) : std::nullopt;
}

std::optional<std::uint64_t> meminfo_available() {
  std::ifstream file("/proc/meminfo");
  std::string key, unit;
  std::uint64_t kib = 0;
  while (file >> key >> kib) {
    std::getline(file, unit);
    if (key == "MemAvailable:") return kib * 1024;
  }
  return std::nullopt;
}

std::uint64_t host_available() {
  if (const char* set = std::getenv(kHostMemoryVariable)) {
    if (const auto value = parse(set)) return *value;
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: expected a number of bytes, found '{}'", kHostMemoryVariable, set));
  }
  std::uint64_t available = meminfo_available().value_or(UINT64_MAX);
  const auto limit = number_in("/sys/fs/cgroup/memory.max"),
             used = number_in("/sys/fs/cgroup/memory.current");
  if (limit && used) available = std::min(available, *limit - std::min(*limit, *used));
  return available;
}

std::string gigabytes(std::uint64_t bytes) {
  return fmt::format("{:.2f} GB", static_cast<double>(bytes) * 1e-9);
}

cudaDeviceProp properties_of(int ordinal) {
  int count = 0;
  const cudaError_t found = cudaGetDeviceCount(&count);
  if (found != cudaSuccess || ordinal < 0 || ordinal >= count) {
    (void)cudaGetLastError();
    throw Error(
        ErrorKind::kNotMeasured,
        found == cudaSuccess
            ? fmt::format("device 'cuda:{}': this machine has {} CUDA device(s); choose cuda:0 to cuda:{}",
                          ordinal, count, std::max(0, count - 1))
            : fmt::format(
                  "device 'cuda:{}': no usable CUDA device here: {}; install an NVIDIA driver for CUDA "
                  "13 (580 or later), or use --device sim",
                  ordinal, cudaGetErrorString(found)));
  }
  cudaDeviceProp properties{};
  OFFLEDGER_CUDA(cudaGetDeviceProperties(&properties, ordinal));
  return properties;
}

}  // namespace

std::string gpu_name(std::uint32_t ordinal) {
  return properties_of(static_cast<int>(std::min<std::uint32_t>(ordinal, INT_MAX))).name;
}

DeviceFacts look_at_device(int ordinal) {
  const cudaDeviceProp properties = properties_of(ordinal);
  DeviceFacts facts{properties.name,
                    fmt::format("{:04x}:{:02x}:{:02x}.0", properties.pciDomainID, properties.pciBusID,
                                properties.pciDeviceID),
                    properties.major,
                    properties.minor,
                    properties.multiProcessorCount,
                    0,
                    0};
  if (facts.major < 8) {
    throw Error(
        ErrorKind::kNotMeasured,
        fmt::format(
            "device 'cuda:{}' is {} of compute capability {}.{}: the reference core's kernels need 8.0 "
            "(Ampere) or later; choose another device, or --device sim",
            ordinal, facts.name, facts.major, facts.minor));
  }
  return facts;
}

DeviceFacts open_device(int ordinal) {
  DeviceFacts facts = look_at_device(ordinal);
  OFFLEDGER_CUDA(cudaSetDevice(ordinal));
  const cudaError_t opened = cudaFree(nullptr);  // makes the context
  if (opened == cudaErrorDevicesUnavailable || opened == cudaErrorMemoryAllocation) {
    (void)cudaGetLastError();
    throw Error(
        ErrorKind::kNotMeasured,
        fmt::format(
            "device 'cuda:{}' ({}) is busy: {}; end the process that holds it (nvidia-smi lists them), "
            "or choose another device",
            ordinal, facts.name, cudaGetErrorString(opened)));
  }
  OFFLEDGER_CUDA(opened);
  OFFLEDGER_CUDA(cudaDeviceGetStreamPriorityRange(&facts.least_priority, &facts.greatest_priority));
  return facts;
}

Available available_memory() {
  std::size_t free_bytes = 0, total = 0;
  OFFLEDGER_CUDA(cudaMemGetInfo(&free_bytes, &total));
  return {free_bytes, total, host_available()};
}

void check_memory(const Requirements& needed, const Available& available) {
  if (needed.device_bytes > available.device_bytes) {
    throw Error(
        ErrorKind::kNotMeasured,
        fmt::format(
            "device memory: the plan needs {} (slots, resident units, activations, KV cache, "
            "embedding and LM head), {} of {} are free; use fewer slots, tokens or resident layers, or "
            "end what else uses the device",
            gigabytes(needed.device_bytes), gigabytes(available.device_bytes),
            gigabytes(available.device_total)));
  }
  if (needed.host_bytes > available.host_bytes) {
    throw Error(
        ErrorKind::kNotMeasured,
        fmt::format(
            "host memory: the weights need {}, {} are available; set \"unique_layers\" in the workload "
            "so that layers share their host copies, or, where memory grows on demand, say how much "
            "there is in {}",
            gigabytes(needed.host_bytes), gigabytes(available.host_bytes), kHostMemoryVariable));
  }
}

}  // namespace offledger::cuda
