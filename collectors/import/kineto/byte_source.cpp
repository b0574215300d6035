// SPDX-License-Identifier: Apache-2.0
#include "collectors/import/kineto/byte_source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <vector>

#include "schedules/base/error.hpp"

namespace offledger::importers {
namespace {

constexpr std::size_t kInputBlock = std::size_t{256} << 10;
constexpr unsigned char kGzipMagic[] = {0x1F, 0x8B};

class File {
 public:
  explicit File(const std::string& path) : path_(path), fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (fd_ < 0) throw error("cannot open");
    struct stat info {};
    if (::fstat(fd_, &info) != 0) throw error("cannot open");
    size_ = info.st_size > 0 ? static_cast<std::size_t>(info.st_size) : 0;
    if (S_ISDIR(info.st_mode)) {
      ::close(fd_);
      throw Error(ErrorKind::kUsage, fmt::format("{}: expected a trace file, found a directory", path));
    }
  }
  ~File() { ::close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  /// As read(2), but for interruptions.
  std::size_t read(char* out, std::size_t size) {
    for (;;) {
      const ssize_t n = ::read(fd_, out, size);
      if (n >= 0) {
        done_ += static_cast<std::size_t>(n);
        return static_cast<std::size_t>(n);
      }
      if (errno != EINTR) throw error("cannot read");
    }
  }
  [[nodiscard]] std::size_t done() const noexcept { return done_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  [[nodiscard]] Error error(const char* what) const {
    return Error(ErrorKind::kUsage, fmt::format("{}: {}: {}", path_, what, std::strerror(errno)));
  }

  std::string path_;
  int fd_;
  std::size_t size_ = 0;
  std::size_t done_ = 0;
};

}  // namespace

class ByteSource::Impl {
 public:
  explicit Impl(std::string path) : path_(std::move(path)), file_(path_), input_(kInputBlock) {
    fill();
    gzip_ = input_end_ >= 2 && std::memcmp(input_.data(), kGzipMagic, 2) == 0;
    // 16 + MAX_WBITS: a gzip header, not a zlib one.
    if (gzip_ && inflateInit2(&inflater_, 16 + MAX_WBITS) != Z_OK) throw broken("zlib found no memory");
  }
  ~Impl() {
    if (gzip_) inflateEnd(&inflater_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::size_t read(char* out, std::size_t size) {
    std::size_t done = std::min(size, returned_.size() - returned_at_);
    std::memcpy(out, returned_.data() + returned_at_, done);
    returned_at_ += done;
    while (done < size) {
      const std::size_t n = gzip_ ? inflated(out + done, size - done) : plain(out + done, size - done);
      if (n == 0) break;
      done += n;
    }
    offset_ += done;
    return done;
  }

  void unread(std::string_view bytes) {
    returned_ = std::string(bytes) + returned_.substr(returned_at_);
    returned_at_ = 0;
    offset_ -= bytes.size();
  }

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] bool is_gzip() const noexcept { return gzip_; }
  [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }
  [[nodiscard]] const File& file() const noexcept { return file_; }

 private:
  /// Reads another input block; false at the end of the file.
  bool fill() {
    input_at_ = 0;
    input_end_ = file_.read(input_.data(), input_.size());
    return input_end_ != 0;
  }

  /// What the first block left, then straight from the file.
  std::size_t plain(char* out, std::size_t size) {
    if (input_at_ == input_end_) return file_.read(out, size);
    const std::size_t n = std::min(size, input_end_ - input_at_);
    std::memcpy(out, input_.data() + input_at_, n);
    input_at_ += n;
    return n;
  }

  std::size_t inflated(char* out, std::size_t size) {
    const uInt room = static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
    inflater_.next_out = reinterpret_cast<Bytef*>(out);
    inflater_.avail_out = room;
    while (!finished_ && inflater_.avail_out == room) {
      if (input_at_ == input_end_ && !fill()) {
        throw broken("its gzip data ends early: the file was cut short");
      }
      inflater_.next_in = reinterpret_cast<Bytef*>(input_.data() + input_at_);
      inflater_.avail_in = static_cast<uInt>(input_end_ - input_at_);
      const int status = inflate(&inflater_, Z_NO_FLUSH);
      input_at_ = input_end_ - inflater_.avail_in;
      if (status == Z_STREAM_END) {
        finished_ = !next_member();
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        throw broken(
            fmt::format("its gzip data is damaged ({})", inflater_.msg ? inflater_.msg : "zlib error"));
      }
    }
    return room - inflater_.avail_out;
  }

  /// A gzip file may be several, one after the other; what follows the last and is no gzip is padding.
  bool next_member() {
    if (input_at_ == input_end_ && !fill()) return false;
    if (static_cast<unsigned char>(input_[input_at_]) != kGzipMagic[0]) return false;
    return inflateReset(&inflater_) == Z_OK;
  }

  [[nodiscard]] Error broken(std::string_view what) const {
    return Error(ErrorKind::kUsage, fmt::format("{}: {}; copy or export it again", path_, what));
  }

  std::string path_;
  File file_;
  std::vector<char> input_;
  std::size_t input_at_ = 0;
  std::size_t input_end_ = 0;
  bool gzip_ = false;
  bool finished_ = false;
  z_stream inflater_{};
  std::string returned_;
  std::size_t returned_at_ = 0;
  std::uint64_t offset_ = 0;
};

ByteSource::ByteSource(std::string path) : impl_(std::make_unique<Impl>(std::move(path))) {}
ByteSource::~ByteSource() = default;
std::size_t ByteSource::read(char* out, std::size_t size) {
  return impl_->read(out, size);
}
void ByteSource::unread(std::string_view bytes) {
  impl_->unread(bytes);
}
const std::string& ByteSource::path() const noexcept {
  return impl_->path();
}
bool ByteSource::is_gzip() const noexcept {
  return impl_->is_gzip();
}
std::uint64_t ByteSource::offset() const noexcept {
  return impl_->offset();
}
std::size_t ByteSource::file_done() const noexcept {
  return impl_->file().done();
}
std::size_t ByteSource::file_size() const noexcept {
  return impl_->file().size();
}

}  // namespace offledger::importers
