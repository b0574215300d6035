// SPDX-License-Identifier: Apache-2.0
//
// A program that is recorded from outside tells who started it when a capture begins and ends, through a
// named pipe: so that the GPU's counters, which any process may sample, are sampled meanwhile.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "schedules/base/units.hpp"

namespace offledger::cupti {

struct CaptureNotice {
  std::uint32_t pid = 0;
  std::uint32_t begins = 0;  ///< 1: begins, 0: ends
  std::int64_t at = 0;       ///< ns since the Unix epoch
  bool operator==(const CaptureNotice&) const = default;
};

/// Of this process. Never blocks; lost where nobody reads: the program must not feel it. Opens the pipe for
/// each notice, since a program may close descriptors that it does not know. Threads: any.
void give_notice(const std::string& pipe, bool begins, Nanos at) noexcept;

constexpr std::uint32_t kNobody = 0;  ///< no process has this pid: no more is to be looked for

/// The pipe's other end. Threads: one at a time; wake() by any.
class CaptureNotices {
 public:
  /// Makes the pipe. Throws Error(kNotMeasured).
  explicit CaptureNotices(const std::string& pipe);
  ~CaptureNotices();
  CaptureNotices(const CaptureNotices&) = delete;
  CaptureNotices& operator=(const CaptureNotices&) = delete;

  /// Those that have come, in order; waits for one. What is no notice is passed over.
  std::vector<CaptureNotice> wait();
  /// Sends wait() a notice of kNobody's, after those that are there. False where the pipe is full.
  [[nodiscard]] bool wake() const noexcept;

 private:
  int descriptor_ = -1;
};

}  // namespace offledger::cupti
