// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/capture_notice.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

#include "schedules/base/error.hpp"

namespace offledger::cupti {
namespace {

static_assert(sizeof(CaptureNotice) == 16 && PIPE_BUF % sizeof(CaptureNotice) == 0,
              "a notice is written whole or not at all");

bool send(int descriptor, const CaptureNotice& notice) noexcept {
  return ::write(descriptor, &notice, sizeof notice) == static_cast<ssize_t>(sizeof notice);
}

}  // namespace

void give_notice(const std::string& pipe, bool begins, Nanos at) noexcept {
  const int before = errno;
  // For reading too: writing to a pipe without a reader would raise SIGPIPE.
  const int descriptor = ::open(pipe.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (descriptor >= 0) {
    const CaptureNotice notice{static_cast<std::uint32_t>(::getpid()), begins ? 1U : 0U, at.count()};
    (void)send(descriptor, notice);
    ::close(descriptor);
  }
  errno = before;
}

CaptureNotices::CaptureNotices(const std::string& pipe) {
  if (::mkfifo(pipe.c_str(), 0600) == 0)
    descriptor_ = ::open(pipe.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);  // never at its end
  if (descriptor_ < 0) {
    throw Error(ErrorKind::kNotMeasured,
                fmt::format("{}: cannot make a named pipe: {}", pipe, std::strerror(errno)));
  }
}

CaptureNotices::~CaptureNotices() {
  ::close(descriptor_);
}

bool CaptureNotices::wake() const noexcept {
  return send(descriptor_, {kNobody, 0, 0});
}

std::vector<CaptureNotice> CaptureNotices::wait() {
  pollfd waiting{descriptor_, POLLIN, 0};
  while (::poll(&waiting, 1, -1) < 0 && errno == EINTR) {
  }
  std::vector<CaptureNotice> notices;
  std::array<CaptureNotice, 64> some{};
  for (;;) {
    const ssize_t bytes = ::read(descriptor_, some.data(), sizeof some);
    if (bytes <= 0) return notices;
    const auto whole = static_cast<std::ptrdiff_t>(static_cast<std::size_t>(bytes) / sizeof(CaptureNotice));
    for (auto at = some.begin(); at != some.begin() + whole; ++at) {
      if (at->begins <= 1) notices.push_back(*at);
    }
    // Somebody else wrote: what follows cannot be told apart any more.
    if (static_cast<std::size_t>(bytes) % sizeof(CaptureNotice) != 0) notices.push_back({kNobody, 0, 0});
  }
}

}  // namespace offledger::cupti
