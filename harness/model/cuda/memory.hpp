// SPDX-License-Identifier: Apache-2.0
//
// Device memory that frees itself, and a layout of many arrays in one allocation, known before it is made:
// what a model needs can be said, and refused, without touching the device.

#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace offledger::model::cuda {

/// Every array begins at a multiple of this: cudaMalloc's own alignment, and what cuBLAS's fastest kernels
/// want.
inline constexpr std::size_t kAlignment = 256;

[[nodiscard]] constexpr std::size_t aligned(std::size_t bytes) noexcept {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

/// Owns cudaMalloc memory (plain, never managed: slots must not migrate). Move-only.
class DeviceMemory {
 public:
  DeviceMemory() = default;
  /// Throws Error(kNotMeasured), with the bytes asked for and free, where the device has too little.
  explicit DeviceMemory(std::size_t bytes);
  DeviceMemory(DeviceMemory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  DeviceMemory& operator=(DeviceMemory&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~DeviceMemory();

  [[nodiscard]] std::byte* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_; }
  template <typename T>
  [[nodiscard]] T* as(std::size_t offset = 0) const noexcept {
    return reinterpret_cast<T*>(data_ + offset);
  }

 private:
  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
};

/// Offsets of arrays placed one after the other.
class Layout {
 public:
  /// The offset of `bytes` bytes more.
  std::size_t add(std::size_t bytes) noexcept {
    const std::size_t at = bytes_;
    bytes_ += aligned(bytes);
    return at;
  }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  std::size_t bytes_ = 0;
};

}  // namespace offledger::model::cuda
