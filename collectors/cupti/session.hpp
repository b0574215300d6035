// SPDX-License-Identifier: Apache-2.0
//
// One recording's buffers and decoder: what lies between CUPTI's callbacks, which carry no context of ours
// and come on any thread, and a Timeline.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

#include "collectors/cupti/buffers.hpp"
#include "collectors/cupti/decode.hpp"
#include "collectors/trace/timeline.hpp"

namespace offledger::cupti {

/// Registers the buffer callbacks with CUPTI, and prepares buffers for them. Throws Error(kNotMeasured).
void register_buffers(std::size_t buffer_bytes);

/// Invariant: one at a time in a process; its thread decodes each buffer that CUPTI completes while it lives.
/// Threads: members by one at a time, step() by any.
class Session {
 public:
  explicit Session(Nanos origin);
  /// Decodes what has come and ends the thread.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Decodes all that has come so far.
  void catch_up();
  void drain(const std::function<void(const trace::Timeline&)>& write);
  void step(Nanos begin, Nanos end);
  /// Ends the thread and gives the recording. Call once, last.
  trace::Timeline finish();

  [[nodiscard]] std::uint64_t records() const;
  [[nodiscard]] std::uint64_t buffers() const;
  /// Buffers that CUPTI holds. After a forced flush, those are lost.
  [[nodiscard]] std::uint64_t outstanding() const;

 private:
  void decode();
  void end();

  const std::uint64_t buffers_before_;
  mutable std::mutex mutex_;  ///< over decoder_; CUPTI takes it in no callback
  Decoder decoder_;
  std::atomic<std::uint32_t> steps_{0};
  std::thread thread_;
};

}  // namespace offledger::cupti
