// SPDX-License-Identifier: Apache-2.0
//
// Text at the speed of a trace: numbers and names appended to one buffer that is handed to an ostream when it
// is full. Times are printed from integers, as microseconds with three decimals, so a viewer reads exactly
// what was recorded.

#pragma once

#include <charconv>
#include <cstdint>
#include <cstring>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

namespace offledger::render {

/// Appends `text` as the inside of a JSON string: quotes, backslashes and control characters escaped, invalid
/// UTF-8 replaced by U+FFFD.
void append_escaped(std::string& out, std::string_view text);

/// Cost: no allocation after construction.
class TraceText {
 public:
  explicit TraceText(std::ostream& out) : out_(out), buffer_(std::make_unique<char[]>(kSize + kSlack)) {}
  ~TraceText() { flush(); }
  TraceText(const TraceText&) = delete;
  TraceText& operator=(const TraceText&) = delete;

  TraceText& text(std::string_view s) {
    if (s.empty()) return *this;
    if (s.size() > kSlack) return long_text(s);
    std::memcpy(buffer_.get() + used_, s.data(), s.size());
    return moved_by(s.size());
  }
  TraceText& number(std::uint64_t n) {
    char* const at = buffer_.get() + used_;
    return moved_by(static_cast<std::size_t>(std::to_chars(at, at + kSlack, n).ptr - at));
  }
  TraceText& number(std::int64_t n) {
    char* const at = buffer_.get() + used_;
    return moved_by(static_cast<std::size_t>(std::to_chars(at, at + kSlack, n).ptr - at));
  }
  /// n thousandths with their three decimals: ns as us, MB/s as GB/s.
  TraceText& thousandths(std::uint64_t n) {
    number(n / 1000);
    const auto rest = static_cast<unsigned>(n % 1000);
    char* const at = buffer_.get() + used_;
    at[0] = '.';
    at[1] = static_cast<char>('0' + rest / 100);
    at[2] = static_cast<char>('0' + rest / 10 % 10);
    at[3] = static_cast<char>('0' + rest % 10);
    return moved_by(4);
  }
  void flush() {
    out_.write(buffer_.get(), static_cast<std::streamsize>(used_));
    used_ = 0;
  }

 private:
  static constexpr std::size_t kSize = std::size_t{1} << 17;
  static constexpr std::size_t kSlack = 512;

  TraceText& moved_by(std::size_t n) {
    used_ += n;
    if (used_ > kSize) flush();
    return *this;
  }
  TraceText& long_text(std::string_view s) {
    if (used_ + s.size() > kSize) flush();
    if (s.size() > kSize) {
      out_.write(s.data(), static_cast<std::streamsize>(s.size()));
      return *this;
    }
    std::memcpy(buffer_.get() + used_, s.data(), s.size());
    return moved_by(s.size());
  }

  std::ostream& out_;
  std::unique_ptr<char[]> buffer_;
  std::size_t used_ = 0;
};

}  // namespace offledger::render
