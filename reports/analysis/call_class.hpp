// SPDX-License-Identifier: Apache-2.0
//
// What a CUDA runtime or driver call does to the host thread that makes it, told by its name. Version and
// per-thread-stream suffixes are ignored.

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "collectors/trace/timeline.hpp"

namespace offledger::analysis {

enum class CallClass : std::uint8_t {
  kOther,       ///< queries, attributes: neither enqueues nor blocks
  kLaunch,      ///< kernels and graphs
  kAsyncCopy,   ///< enqueues a copy; blocks where the host memory is pageable
  kSyncCopy,    ///< returns when the copy is done
  kEnqueue,     ///< memset, event record, stream wait, stream-ordered allocation, host function
  kSync,        ///< waits for a stream, an event, or the device
  kAllocation,  ///< device memory
  kPinning,     ///< page-locked host memory: allocate, register, free
};

CallClass classify_call(std::string_view name) noexcept;

/// The class of every string of a Timeline, by StringId.
std::vector<CallClass> classify_strings(const trace::Timeline& timeline);

constexpr bool enqueues(CallClass c) noexcept {
  return c == CallClass::kLaunch || c == CallClass::kAsyncCopy || c == CallClass::kSyncCopy ||
         c == CallClass::kEnqueue;
}

}  // namespace offledger::analysis
