// SPDX-License-Identifier: Apache-2.0
#include "harness/model/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "schedules/base/error.hpp"

namespace offledger::model {

MappedFile::MappedFile(const std::string& path) {
  const auto fail = [&](const char* what, int code) {
    return Error(ErrorKind::kUsage, path + ": cannot be " + what + ": " + std::strerror(code));
  };
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw fail("opened", errno);
  struct stat status {};
  const int code = ::fstat(file, &status) == 0 ? (S_ISREG(status.st_mode) ? 0 : EINVAL) : errno;
  if (code == 0 && status.st_size > 0) {
    size_ = static_cast<std::size_t>(status.st_size);
    data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
  }
  const int map_code = errno;
  ::close(file);
  if (code != 0) throw fail("read", code);
  if (data_ == MAP_FAILED) {
    data_ = nullptr;
    throw fail("mapped", map_code);
  }
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

}  // namespace offledger::model
