// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/counters/sampler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

#include "collectors/cupti/counters/pm_session.hpp"
#include "collectors/cupti/counters/stretch.hpp"
#include "schedules/base/error.hpp"

namespace offledger::counters {
namespace {

constexpr Nanos kLeastInterval{5'000}, kMostInterval{1'000'000};
/// How many threads evaluate: a second of sampling has 50 000 samples. One, unless the environment says more:
/// CUPTI does not promise that host objects of several threads keep apart.
constexpr const char* kThreadsVariable = "OFFLEDGER_COUNTER_THREADS";
constexpr std::size_t kEvaluatedAtOnce = 256;  ///< samples that a thread takes on

std::size_t threads_allowed() {
  std::size_t most = 1;
  if (const char* set = std::getenv(kThreadsVariable); set != nullptr) {
    const std::string_view text = set;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), most);
    if (error != std::errc() || end != text.data() + text.size() || most == 0 || most > 256) {
      throw Error(ErrorKind::kUsage, fmt::format("{}: expected a number of threads, 1 to 256, found '{}'",
                                                 kThreadsVariable, text));
    }
  }
  return most;
}

/// Beyond what the clock says that a stretch holds.
constexpr std::uint32_t kSpareSamples = 256;
/// The least that a hardware buffer must hold.
constexpr std::uint32_t kLeastCapacity = 512;

using Clock = std::chrono::steady_clock;

Options checked(Options options) {
  if (options.interval < kLeastInterval || options.interval > kMostInterval) {
    throw Error(ErrorKind::kUsage,
                fmt::format("sampling interval: expected {} to {} ns, found {}", kLeastInterval.count(),
                            kMostInterval.count(), options.interval.count()));
  }
  return options;
}

}  // namespace

struct Sampler::State {
  explicit State(const Options& chosen)
      : options(checked(chosen)),
        most_threads(threads_allowed()),
        chip(profiler.chip_of(options.device)),
        availability(profiler.availability_of(options.device)),
        host(chip, availability) {
    const Resolved resolved =
        resolve(set_for(chip, options.purpose),
                [this](const std::vector<std::string>& wanted) { return host.passes(wanted); });
    if (resolved.counters.empty()) {
      throw Error(ErrorKind::kNotMeasured,
                  fmt::format("chip {} has none of the counters that we know", chip));
    }
    for (const Chosen& counter : resolved.counters) {
      metrics.push_back(counter.metric);
      empty.tracks.push_back({counter.role, counter.unit, counter.metric, {}, counter.wire_ppm});
    }
    empty.chip = chip;
    empty.interval = options.interval;
    empty.left_out = resolved.left_out;
    session = std::make_unique<PmSession>(options.device, host, host.configure(metrics), options.interval,
                                          options.hardware_buffer_bytes);
    if (session->capacity() < kLeastCapacity) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("hardware buffer: expected room for {} samples, found {} in {} bytes",
                              kLeastCapacity, session->capacity(), options.hardware_buffer_bytes));
    }
    // Before it is full, with time to spare for a thread that wakes up late.
    most_samples = session->capacity() - session->capacity() / 16;
  }

  Options options;
  std::size_t most_threads;
  Profiler profiler;
  std::string chip;
  std::vector<std::uint8_t> availability;
  ProfilerHost host;
  std::vector<std::string> metrics;
  std::unique_ptr<PmSession> session;
  std::uint32_t most_samples = 0;  ///< that a stretch may have
  Samples empty;                   ///< tracks without values
  Clock::time_point started;
  bool sampling = false;  ///< of `watching` while it runs
  bool full = false;      ///< `watching` ended sampling
  bool stopping = false;  ///< guarded by `mutex`
  std::mutex mutex;
  std::condition_variable changed;
  std::exception_ptr failure;
  std::thread watching;

  /// Ends sampling before the buffer is full: CUPTI would give nothing of it.
  void run() noexcept {
    try {
      {
        std::unique_lock lock(mutex);
        if (changed.wait_until(lock, started + options.interval * most_samples, [this] { return stopping; }))
          return;
      }
      full = true;
      end_sampling();
    } catch (...) {
      failure = std::current_exception();
    }
  }

  void end_sampling() {
    if (std::exchange(sampling, false)) session->stop();
  }

  void begin() {
    full = stopping = false;
    failure = nullptr;
    started = Clock::now();
    session->start();
    sampling = true;
    try {
      watching = std::thread([this] { run(); });
    } catch (...) {
      end_sampling();
      throw;
    }
  }

  void join() {
    if (!watching.joinable()) return;
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    changed.notify_all();
    watching.join();
  }

  /// The figures of each sample, by threads with a host object each: CUPTI lets one thread at a time use one.
  [[nodiscard]] Figures evaluate(const Stretch& stretch) const;
};

Figures Sampler::State::evaluate(const Stretch& stretch) const {
  Figures figures(stretch.spans.size());
  std::atomic<std::size_t> next{0};
  std::mutex failing;
  std::exception_ptr failed;
  const auto work = [&] {
    try {
      ProfilerHost own(chip, availability);
      (void)own.configure(metrics);
      for (std::size_t from = next.fetch_add(kEvaluatedAtOnce); from < figures.size();
           from = next.fetch_add(kEvaluatedAtOnce)) {
        const std::size_t to = std::min(from + kEvaluatedAtOnce, figures.size());
        for (std::size_t sample = from; sample < to; ++sample)
          own.evaluate(stretch.image, sample, figures[sample]);
      }
    } catch (...) {
      const std::lock_guard lock(failing);
      failed = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> threads;
    const std::size_t most = std::min(most_threads, figures.size() / kEvaluatedAtOnce + 1);
    for (std::size_t i = 1; i < most; ++i) threads.emplace_back(work);
    work();
  }
  if (failed) std::rethrow_exception(failed);
  return figures;
}

Sampler::Sampler(Options options) : state_(std::make_unique<State>(options)) {}

Sampler::~Sampler() {
  state_->join();
  try {
    state_->end_sampling();
  } catch (const Error&) {
    // The samples are discarded anyway.
  }
}

void Sampler::start() {
  if (state_->watching.joinable()) throw Error(ErrorKind::kNotMeasured, "the sampler samples already");
  state_->begin();
}

Samples Sampler::stop() {
  State& state = *state_;
  if (!state.watching.joinable())
    throw Error(ErrorKind::kNotMeasured, "the sampler does not sample: start() comes first");
  state.join();
  if (state.failure) std::rethrow_exception(state.failure);
  state.end_sampling();
  const auto fitted = (Clock::now() - state.started) / state.options.interval;
  const Stretch stretch = state.session->take(
      static_cast<std::uint32_t>(std::min<std::int64_t>(fitted + fitted / 100, state.session->capacity())) +
      kSpareSamples);
  Samples samples = state.empty;
  add_stretch(samples, stretch.spans, state.evaluate(stretch));
  if (samples.begin.empty()) {
    throw Error(
        ErrorKind::kNotMeasured,
        fmt::format("no counter was sampled: expected one sample every {} ns, found none after {} intervals; "
                    "sample for longer, or more often",
                    state.options.interval.count(), fitted));
  }
  samples.cut_short = state.full || stretch.cut_off;
  return samples;
}

}  // namespace offledger::counters
