// SPDX-License-Identifier: Apache-2.0
//
// Sees a capture begin and end, in the callbacks that CUPTI makes for the program's profiler and NVTX calls.

#pragma once

#include <cupti.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "collectors/cupti/capture.hpp"

namespace offledger::cupti {

enum class CaptureEdge : std::uint8_t { kNone, kBegin, kEnd };

/// Threads: any.
class CaptureWatch {
 public:
  explicit CaptureWatch(Capture capture) : capture_(std::move(capture)) {}

  /// Asks CUPTI for the callbacks that tell. Throws Error(kNotMeasured).
  void subscribe(CUpti_SubscriberHandle handle) const;

  /// What a callback means: the first of overlapping captures begins, the last one ends.
  CaptureEdge on_callback(CUpti_CallbackDomain domain, CUpti_CallbackId id, const void* data);

 private:
  using Stack =
      std::pair<std::uint64_t, const void*>;  ///< a thread, and an NVTX domain (null: the default one)

  CaptureEdge on_api(CUpti_CallbackDomain domain, CUpti_CallbackId id, const CUpti_CallbackData& data);
  CaptureEdge on_nvtx(CUpti_CallbackId id, const CUpti_NvtxData& data);
  CaptureEdge push(const void* domain, bool matches);
  CaptureEdge pop(const void* domain);
  CaptureEdge start(bool matches, std::uint64_t id);
  CaptureEdge end(std::uint64_t id);
  CaptureEdge open();
  CaptureEdge close();
  [[nodiscard]] bool matches(const void* attributes) const;

  Capture capture_;
  std::mutex mutex_;
  bool profiler_running_ = false;
  std::uint32_t open_ = 0;
  std::map<Stack, std::vector<bool>> stacks_;
  std::set<std::uint64_t> started_;  ///< matching ranges of nvtxRangeStart, by id
  std::unordered_map<const void*, std::string> registered_;
};

}  // namespace offledger::cupti
