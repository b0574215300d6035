// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/buffers.hpp"

#include <cstdlib>
#include <cstring>

namespace offledger::cupti {
namespace {

constexpr std::size_t kAlignment = 8;
constexpr std::size_t kLeastBytes = std::size_t{16} << 10;

std::uint8_t* allocate(std::size_t size) noexcept {
  auto* data = static_cast<std::uint8_t*>(std::aligned_alloc(kAlignment, size));
  if (data != nullptr) std::memset(data, 0, size);  // touches the pages too
  return data;
}

}  // namespace

void Buffers::prepare(std::size_t spare, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  if (bytes != bytes_) {
    for (std::uint8_t* data : spare_) std::free(data);
    spare_.clear();
    bytes_ = bytes;
  }
  while (spare_.size() < spare) {
    std::uint8_t* data = allocate(bytes_);
    if (data == nullptr) return;  // request() tries again, with less
    spare_.push_back(data);
  }
}

Buffers::~Buffers() {
  for (std::uint8_t* data : spare_) std::free(data);
  for (const FullBuffer& buffer : full_) std::free(buffer.data);
}

std::uint8_t* Buffers::request(std::size_t& size) noexcept {
  std::uint8_t* data = nullptr;
  {
    const std::lock_guard lock(mutex_);
    size = bytes_;
    ++with_cupti_;
    if (!spare_.empty()) {
      data = spare_.back();
      spare_.pop_back();
    }
  }
  while (data == nullptr && size >= kLeastBytes) {
    data = allocate(size);
    if (data == nullptr) size /= 2;
  }
  if (data == nullptr) {
    size = 0;
    const std::lock_guard lock(mutex_);
    --with_cupti_;
  }
  return data;
}

void Buffers::complete(std::uint8_t* data, std::size_t size, std::size_t valid) noexcept {
  if (data == nullptr) return;
  {
    const std::lock_guard lock(mutex_);
    --with_cupti_;
    ++completed_;
    full_.push_back({data, size, valid});
  }
  changed_.notify_all();
}

std::optional<FullBuffer> Buffers::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return closed_ || !full_.empty(); });
  if (full_.empty()) return std::nullopt;
  const FullBuffer buffer = full_.front();
  full_.pop_front();
  ++decoding_;
  return buffer;
}

void Buffers::recycle(const FullBuffer& buffer) noexcept {
  std::memset(buffer.data, 0, buffer.size);
  {
    const std::lock_guard lock(mutex_);
    --decoding_;
    if (buffer.size == bytes_) {
      spare_.push_back(buffer.data);
    } else {
      std::free(buffer.data);
    }
  }
  changed_.notify_all();
}

void Buffers::drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return full_.empty() && decoding_ == 0; });
}

void Buffers::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

void Buffers::open() {
  const std::lock_guard lock(mutex_);
  closed_ = false;
}

std::size_t Buffers::outstanding() const {
  const std::lock_guard lock(mutex_);
  return with_cupti_;
}

std::uint64_t Buffers::completed() const {
  const std::lock_guard lock(mutex_);
  return completed_;
}

}  // namespace offledger::cupti
