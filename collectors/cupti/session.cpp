// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/session.hpp"

#include <cupti.h>
#include <unistd.h>

#include "collectors/cupti/error.hpp"

namespace offledger::cupti {
namespace {

std::atomic<std::uint64_t> dropped_records{0};

/// Lives as long as the process: CUPTI may give a buffer back while the process exits.
Buffers& pool() {
  static Buffers& made = *new Buffers;
  return made;
}

void CUPTIAPI on_request(std::uint8_t** buffer, std::size_t* size, std::size_t* max_records) {
  *buffer = pool().request(*size);
  *max_records = 0;  // as many as fit
}

void count_dropped(CUcontext context, std::uint32_t stream) {
  std::size_t dropped = 0;
  if (cuptiActivityGetNumDroppedRecords(context, stream, &dropped) == CUPTI_SUCCESS)
    dropped_records += dropped;
}

void CUPTIAPI on_complete(CUcontext context, std::uint32_t stream, std::uint8_t* buffer, std::size_t size,
                          std::size_t valid) {
  count_dropped(context, stream);
  pool().complete(buffer, size, valid);
}

}  // namespace

void register_buffers(std::size_t buffer_bytes) {
  constexpr std::size_t kSpare = 4;
  pool().prepare(kSpare, buffer_bytes);
  // Buffers come zeroed from us: CUPTI would zero them on the program's own threads.
  std::uint8_t zeroed = 1;
  std::size_t size = sizeof zeroed;
  OFFLEDGER_CUPTI(cuptiActivitySetAttribute(CUPTI_ACTIVITY_ATTR_ZEROED_OUT_ACTIVITY_BUFFER, &size, &zeroed));
  OFFLEDGER_CUPTI(cuptiActivityRegisterCallbacks(on_request, on_complete));
}

Session::Session(Nanos origin)
    : buffers_before_(pool().completed()), decoder_(static_cast<std::uint32_t>(getpid()), origin.count()) {
  dropped_records = 0;
  pool().open();
  thread_ = std::thread([this] { decode(); });
}

Session::~Session() {
  end();
}

void Session::decode() {
  while (const auto buffer = pool().take()) {
    {
      const std::lock_guard lock(mutex_);
      decoder_.buffer(buffer->data, buffer->valid);
    }
    pool().recycle(*buffer);
  }
}

void Session::end() {
  if (!thread_.joinable()) return;
  pool().close();
  thread_.join();
}

void Session::catch_up() {
  pool().drain();
}

void Session::drain(const std::function<void(const trace::Timeline&)>& write) {
  const std::lock_guard lock(mutex_);
  decoder_.dropped(dropped_records.exchange(0));
  if (!decoder_.settle()) return;
  write(decoder_.settled());
  decoder_.forget_settled();
}

void Session::step(Nanos begin, Nanos end) {
  const std::lock_guard lock(mutex_);
  decoder_.step(steps_++, begin, end, static_cast<std::uint32_t>(gettid()));
}

trace::Timeline Session::finish() {
  count_dropped(nullptr, 0);
  end();
  const std::lock_guard lock(mutex_);
  decoder_.dropped(dropped_records.exchange(0));
  return decoder_.finish();
}

std::uint64_t Session::records() const {
  const std::lock_guard lock(mutex_);
  return decoder_.records();
}

std::uint64_t Session::buffers() const {
  return pool().completed() - buffers_before_;
}

std::uint64_t Session::outstanding() const {
  return pool().outstanding();
}

}  // namespace offledger::cupti
