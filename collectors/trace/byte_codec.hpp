// SPDX-License-Identifier: Apache-2.0
//
// The bytes that recordings are made of: little-endian words, variable-length integers (seven bits a byte,
// low bits first, the high bit set on all but the last), zigzag for signed ones, and texts as length and
// bytes.

#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace offledger::trace {

/// What is wrong with a recording's bytes; decode() adds which file and where.
struct Damage : std::runtime_error {
  using std::runtime_error::runtime_error;
};

constexpr std::uint64_t zigzag(std::uint64_t v) noexcept {
  return (v << 1) ^ (0 - (v >> 63));
}
constexpr std::uint64_t unzigzag(std::uint64_t v) noexcept {
  return (v >> 1) ^ (0 - (v & 1));
}

class ByteWriter {
 public:
  void word(std::uint32_t v) {
    for (int shift = 0; shift < 32; shift += 8) bytes_.push_back(static_cast<char>((v >> shift) & 0xFF));
  }
  void varint(std::uint64_t v) {
    for (; v >= 0x80; v >>= 7) bytes_.push_back(static_cast<char>((v & 0x7F) | 0x80));
    bytes_.push_back(static_cast<char>(v));
  }
  void text(std::string_view s) {
    varint(s.size());
    bytes_.append(s);
  }
  [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

 private:
  std::string bytes_;
};

/// Reads within `bytes` only: running out of them, or an integer of more than 64 bits, throws Damage.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) noexcept : bytes_(bytes) {}

  [[nodiscard]] std::size_t left() const noexcept { return bytes_.size() - at_; }
  [[nodiscard]] std::size_t position() const noexcept { return at_; }

  std::string_view take(std::size_t size) {
    if (size > left()) throw Damage("it ends inside a value");
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }
  std::uint32_t word() {
    std::uint32_t v = 0;
    int shift = 0;
    for (const char c : take(4)) {
      v |= static_cast<std::uint32_t>(static_cast<unsigned char>(c)) << shift;
      shift += 8;
    }
    return v;
  }
  std::uint64_t varint() {
    std::uint64_t v = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at_ == bytes_.size()) throw Damage("it ends inside an integer");
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      if (shift == 63 && byte > 1) break;
      v |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return v;
    }
    throw Damage("an integer has more than 64 bits");
  }
  std::string_view text() {
    const std::uint64_t size = varint();
    if (size > left()) throw Damage("it ends inside a text");
    return take(static_cast<std::size_t>(size));
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace offledger::trace
