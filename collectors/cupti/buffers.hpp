// SPDX-License-Identifier: Apache-2.0
//
// Activity buffers between CUPTI and the thread that decodes them. CUPTI asks for a buffer on the program's
// own threads, so a buffer must be at hand, already zeroed and its pages touched; it gives them back full on
// threads of its own, where nothing slow may happen either.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace offledger::cupti {

/// Holds some 40 000 records: at that size a program that launches all the time asks for one every 100 ms or
/// so.
inline constexpr std::size_t kBufferBytes = std::size_t{8} << 20;
/// A buffer comes back only when all its records are complete, so a recording that must survive the program's
/// death uses small ones.
inline constexpr std::size_t kSmallBufferBytes = std::size_t{128} << 10;

/// A buffer that CUPTI gave back.
struct FullBuffer {
  std::uint8_t* data = nullptr;
  std::size_t size = 0;
  std::size_t valid = 0;
};

/// Invariant: a buffer is with CUPTI, in the queue, with the decoding thread, or spare.
/// Threads: any. Its lock is held for a few instructions and never across a call of CUPTI.
class Buffers {
 public:
  /// Makes none: prepare() does.
  Buffers() = default;
  ~Buffers();
  Buffers(const Buffers&) = delete;
  Buffers& operator=(const Buffers&) = delete;

  /// Makes `spare` buffers of `bytes`, of which all from now on are. To be called while CUPTI holds none.
  void prepare(std::size_t spare, std::size_t bytes);

  /// A zeroed, 8-aligned buffer; smaller than usual where memory is short. nullptr, with size 0, only when
  /// not even 16 KiB can be had, upon which CUPTI drops records and counts them.
  std::uint8_t* request(std::size_t& size) noexcept;
  /// Takes a buffer back from CUPTI and queues it.
  void complete(std::uint8_t* data, std::size_t size, std::size_t valid) noexcept;

  /// The next full buffer; waits for one. nullopt once closed and drained.
  std::optional<FullBuffer> take();
  /// Zeroes a decoded buffer and keeps it for CUPTI.
  void recycle(const FullBuffer& buffer) noexcept;
  /// Waits until every queued buffer has been recycled.
  void drain();
  /// No further buffer comes: take() ends. open() undoes it.
  void close();
  void open();

  /// Buffers that CUPTI holds: after a forced flush, any are with another client's callbacks.
  [[nodiscard]] std::size_t outstanding() const;
  [[nodiscard]] std::uint64_t completed() const;

 private:
  std::size_t bytes_ = kBufferBytes;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::uint8_t*> spare_;
  std::deque<FullBuffer> full_;
  std::size_t with_cupti_ = 0;
  std::size_t decoding_ = 0;
  std::uint64_t completed_ = 0;
  bool closed_ = false;
};

}  // namespace offledger::cupti
