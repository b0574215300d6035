// SPDX-License-Identifier: Apache-2.0
//
// A file's bytes, mapped read-only: checkpoints are larger than the memory they are read through.

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>

namespace offledger::model {

/// Move-only. The file must not shrink while it is mapped.
class MappedFile {
 public:
  /// Throws Error(kUsage) with the path and the system's reason; an empty file maps to no bytes.
  explicit MappedFile(const std::string& path);
  MappedFile(MappedFile&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
    return {static_cast<const std::byte*>(data_), size_};
  }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace offledger::model
