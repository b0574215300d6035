// SPDX-License-Identifier: Apache-2.0
//
// Writes safetensors files, right ones and wrong ones.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace offledger::test {

template <typename T>
std::vector<std::byte> bytes_of(const std::vector<T>& values) {
  const auto bytes = std::as_bytes(std::span(values));
  return {bytes.begin(), bytes.end()};
}

/// The bytes of a file with this header and data.
inline std::vector<std::byte> safetensors(const std::string& header, const std::vector<std::byte>& data) {
  std::vector<std::byte> bytes = bytes_of(std::vector<std::uint64_t>{header.size()});
  const auto text = std::as_bytes(std::span(header));
  bytes.insert(bytes.end(), text.begin(), text.end());
  bytes.insert(bytes.end(), data.begin(), data.end());
  return bytes;
}

}  // namespace offledger::test
