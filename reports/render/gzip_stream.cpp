// SPDX-License-Identifier: Apache-2.0
#include "reports/render/gzip_stream.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

namespace offledger::render {

class GzipStream::Buffer : public std::streambuf {
 public:
  Buffer(std::ostream& out, int level) : out_(out) {
    constexpr int kGzip = 15 + 16;  // the largest window, with a gzip wrapper
    ready_ = deflateInit2(&z_, std::clamp(level, 1, 9), Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) == Z_OK;
    setp(in_.data(), in_.data() + in_.size());
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() override { end(); }

  /// True where everything reached `out`; once closed, what it was the first time.
  bool finish() {
    if (!ready_) return whole_;
    const bool whole = compress(pbase(), static_cast<std::size_t>(pptr() - pbase()), Z_FINISH);
    setp(in_.data(), in_.data() + in_.size());
    end();
    out_.flush();
    whole_ = whole && out_.good();
    return whole_;
  }

 protected:
  int_type overflow(int_type c) override {
    if (!compress(pbase(), static_cast<std::size_t>(pptr() - pbase()), Z_NO_FLUSH)) return traits_type::eof();
    setp(in_.data(), in_.data() + in_.size());
    if (!traits_type::eq_int_type(c, traits_type::eof())) sputc(traits_type::to_char_type(c));
    return traits_type::not_eof(c);
  }
  std::streamsize xsputn(const char* data, std::streamsize n) override {
    if (n < static_cast<std::streamsize>(in_.size())) return std::streambuf::xsputn(data, n);
    if (traits_type::eq_int_type(overflow(traits_type::eof()), traits_type::eof())) return 0;
    return compress(data, static_cast<std::size_t>(n), Z_NO_FLUSH) ? n : 0;
  }

 private:
  bool compress(const char* data, std::size_t size, int flush) {
    if (!ready_) return false;
    do {
      const auto piece = static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
      z_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data));
      z_.avail_in = piece;
      do {
        z_.next_out = reinterpret_cast<Bytef*>(packed_.data());
        z_.avail_out = static_cast<uInt>(packed_.size());
        if (deflate(&z_, flush) == Z_STREAM_ERROR) return false;
        out_.write(packed_.data(), static_cast<std::streamsize>(packed_.size() - z_.avail_out));
      } while (z_.avail_out == 0 && out_.good());
      data += piece;
      size -= piece;
    } while (size > 0 && out_.good());
    return out_.good();
  }
  void end() {
    if (ready_) deflateEnd(&z_);
    ready_ = false;
  }

  std::ostream& out_;
  z_stream z_{};
  bool ready_ = false;
  bool whole_ = false;
  std::array<char, 1 << 16> in_{};
  std::array<char, 1 << 16> packed_{};
};

GzipStream::GzipStream(std::ostream& sink, int level)
    : std::ostream(nullptr), buffer_(std::make_unique<Buffer>(sink, level)) {
  rdbuf(buffer_.get());
}

GzipStream::~GzipStream() {
  close();
}

void GzipStream::close() {
  if (!buffer_->finish()) setstate(std::ios::badbit);
}

}  // namespace offledger::render
