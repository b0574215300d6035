// SPDX-License-Identifier: Apache-2.0
#include "reports/history/artifact_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "schedules/base/error.hpp"

namespace offledger::history {
namespace {

/// False where another holds it and `how` says not to wait.
bool lock(int file, int how) noexcept {
  while (::flock(file, how) != 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) return true;
  }
  return true;
}

}  // namespace

ArtifactLock::~ArtifactLock() {
  if (file_ >= 0) ::close(file_);
}

void ArtifactLock::open() {
  if (file_ >= 0) return;
  const std::string folder = database_ + ".artifacts";
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  const std::string path = folder + "/lock";
  if (!failure) file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file_ >= 0) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("history {}: cannot make {}: {}; may this user write there?", database_,
                          failure ? folder : path, failure ? failure.message() : std::strerror(errno)));
}

void ArtifactLock::share() {
  if (shared_) return;
  open();
  shared_ = lock(file_, LOCK_SH);
}

bool ArtifactLock::take() {
  open();
  if (lock(file_, LOCK_EX | LOCK_NB)) return true;
  if (shared_) lock(file_, LOCK_SH);  // a conversion that fails lets go of what was held
  return false;
}

void ArtifactLock::release() noexcept {
  lock(file_, shared_ ? LOCK_SH : LOCK_UN);
}

}  // namespace offledger::history
