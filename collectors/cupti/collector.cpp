// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/collector.hpp"

#include <cupti.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include <atomic>
#include <cstdlib>

#include "collectors/cupti/capture_watch.hpp"
#include "collectors/cupti/clock.hpp"
#include "collectors/cupti/driver.hpp"
#include "collectors/cupti/error.hpp"
#include "collectors/cupti/kinds.hpp"
#include "collectors/cupti/nested_calls.hpp"
#include "collectors/cupti/session.hpp"
#include "collectors/cupti/subscriber.hpp"

namespace offledger::cupti {
namespace {

std::atomic<bool> collector_exists{false};

/// Takes the process's one place for a Collector for its lifetime.
struct Place {
  Place() {
    if (collector_exists.exchange(true)) {
      throw Error(ErrorKind::kNotMeasured, "this process has a collector already: stop and destroy it first");
    }
  }
  ~Place() { collector_exists = false; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
};

}  // namespace

struct Collector::State {
  explicit State(Options chosen) : options(std::move(chosen)), watch(options.capture) {}

  Place place;
  Options options;
  CaptureWatch watch;
  std::unique_ptr<Subscriber> subscriber;
  std::unique_ptr<Session> session;
  Report report;
  Nanos clock_offset{};
  /// Between start() and stop(): captures outside count for nothing.
  std::atomic<bool> armed{false};
  /// Whether activity kinds are enabled. Changed by exchange, never under a lock: CUPTI may hold its own
  /// while a callback of ours changes it.
  std::atomic<bool> collecting{false};
  std::atomic<std::int64_t> capture_begin{0};

  void tell(bool begins) const {
    if (options.on_collecting) options.on_collecting(begins, now());
  }

  void resume() {
    if (collecting.exchange(true)) return;
    try {
      if (options.records) enable_kinds(options);
    } catch (...) {
      disable_host_kinds(options);
      disable_device_kinds(options);
      collecting = false;
      throw;
    }
    tell(true);
  }

  void pause() noexcept {
    if (!collecting.exchange(false)) return;
    tell(false);
    disable_host_kinds(options);
    disable_device_kinds(options);
  }

  /// On the program's threads, inside a callback: nothing may be thrown.
  void on_callback(CUpti_CallbackDomain domain, CUpti_CallbackId id, const void* data) noexcept {
    try {
      const CaptureEdge edge = watch.on_callback(domain, id, data);
      if (!armed || edge == CaptureEdge::kNone) return;
      if (edge == CaptureEdge::kBegin) {
        resume();
        capture_begin = now().count();
      } else {
        session->step(Nanos(capture_begin), now());
        pause();
      }
    } catch (const std::exception&) {
      armed = false;
    }
  }
};

Collector::Collector(Options options) : state_(std::make_unique<State>(std::move(options))) {
  if (state_->options.nvtx || state_->options.capture.by == Capture::By::kRange) forward_nvtx();
  State* state = state_.get();
  state->subscriber =
      std::make_unique<Subscriber>([state](CUpti_CallbackDomain domain, CUpti_CallbackId id,
                                           const void* data) { state->on_callback(domain, id, data); });
  state->watch.subscribe(state->subscriber->handle());
  // Ids as the system has them (gettid), which outlive a thread and can be found in /proc.
  OFFLEDGER_CUPTI(cuptiSetThreadIdType(CUPTI_ACTIVITY_THREAD_ID_TYPE_SYSTEM));
  register_buffers(state->options.streaming ? kSmallBufferBytes : kBufferBytes);
}

Collector::~Collector() {
  try {
    if (recording()) stop();
  } catch (const Error&) {
    // The recording is discarded anyway.
  }
  detach();
}

void Collector::start() {
  if (recording())
    throw Error(ErrorKind::kNotMeasured, "the collector records already: stop() comes before start()");
  State& state = *state_;
  state.report = {};
  state.clock_offset = realtime_offset();
  state.session = std::make_unique<Session>(now());
  if (state.options.capture.by == Capture::By::kAlways) {
    try {
      state.resume();
    } catch (...) {
      state.session.reset();
      throw;
    }
  }
  state.armed = true;
}

void Collector::drain(const std::function<void(const trace::Timeline&)>& write) {
  if (!recording()) return;
  OFFLEDGER_CUPTI(cuptiActivityFlushAll(0));
  state_->session->catch_up();
  state_->session->drain(write);
}

void Collector::pause() {
  if (recording()) state_->pause();
}

void Collector::resume() {
  if (recording()) state_->resume();
}

trace::Timeline Collector::stop() {
  if (!recording())
    throw Error(ErrorKind::kNotMeasured, "the collector does not record: start() comes before stop()");
  State& state = *state_;
  state.armed = false;
  // The collector's own waiting stays out of the recording; the kernels that it waits for are in it.
  disable_host_kinds(state.options);
  state.report.synchronized = synchronize_contexts();
  const CUptiResult flushed = cuptiActivityFlushAll(0);
  disable_device_kinds(state.options);
  if (state.collecting.exchange(false)) state.tell(false);
  const CUptiResult forced = cuptiActivityFlushAll(CUPTI_ACTIVITY_FLAG_FLUSH_FORCED);
  state.session->catch_up();

  state.report.buffers = state.session->buffers();
  state.report.lost_buffers = state.session->outstanding();
  state.report.clock_step = realtime_offset() - state.clock_offset;
  trace::Timeline timeline = state.session->finish();
  state.report.records = state.session->records();
  state.session.reset();
  check(flushed, "cuptiActivityFlushAll");
  check(forced, "cuptiActivityFlushAll(FORCED)");
  if (state.report.lost_buffers > 0 || !state.report.synchronized) timeline.source.complete = false;
  return timeline;
}

bool Collector::recording() const noexcept {
  return state_->session != nullptr;
}

const Report& Collector::report() const noexcept {
  return state_->report;
}

bool Collector::detach() {
  return state_->subscriber == nullptr || state_->subscriber->detach();
}

Nanos Collector::now() noexcept {
  return read_clock(CLOCK_REALTIME);
}

void finish_recording(trace::Timeline& timeline) {
  fold_nested_calls(timeline);
  if (timeline.defects.dropped_records > 0) timeline.source.complete = false;
}

std::string library_version() {
  std::uint32_t version = 0;
  if (cuptiGetVersion(&version) != CUPTI_SUCCESS) return "unknown";
  return fmt::format("{}.{}.{} ({})", version / 10000, version / 100 % 100, version % 100, version);
}

std::optional<std::string> why_unavailable() {
  if (collector_exists) return std::nullopt;
  try {
    const Subscriber probe;
    return std::nullopt;
  } catch (const Error& error) {
    return error.what();
  }
}

std::optional<std::uint32_t> stream_id(void* stream) {
  return stream_number(stream);
}

void forward_nvtx() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&cuptiGetVersion), &info) == 0 || info.dli_fname == nullptr)
    return;
  setenv("NVTX_INJECTION64_PATH", info.dli_fname, 0);
}

}  // namespace offledger::cupti
