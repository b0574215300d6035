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
#include "schedules/base/error.hpp"

namespace offledger::counters {
namespace {

constexpr Nanos kLeastInterval{5'000}, kMostInterval{1'000'000};
/// How many threads evaluate: a sample takes 0.03 to 0.08 ms on an H200, and a second of sampling has 50 000.
/// One, unless the environment says more: CUPTI does not promise that host objects of several threads keep
/// apart.
constexpr const char* kThreadsVariable = "OFFLEDGER_COUNTER_THREADS";
constexpr std::size_t kEvaluatedAtOnce = 256;  ///< samples that a thread takes on

std::size_t threads_for(std::size_t samples) {
  std::size_t most = 1;
  if (const char* set = std::getenv(kThreadsVariable); set != nullptr) {
    const std::string_view text = set;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), most);
    if (error != std::errc() || end != text.data() + text.size() || most == 0 || most > 256) {
      throw Error(ErrorKind::kUsage, fmt::format("{}: expected a number of threads, 1 to 256, found '{}'",
                                                 kThreadsVariable, text));
    }
  }
  return std::min(most, samples / kEvaluatedAtOnce + 1);
}

/// Beyond what the clock says that a stretch holds.
constexpr std::int64_t kSpareSamples = 256;

using Clock = std::chrono::steady_clock;
using Figures = std::vector<std::vector<double>>;  ///< by sample, by metric

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
  }

  Options options;
  Profiler profiler;
  std::string chip;
  std::vector<std::uint8_t> availability;
  ProfilerHost host;
  std::vector<std::string> metrics;
  std::unique_ptr<PmSession> session;
  Samples empty;  ///< tracks without values
  Samples samples;
  Clock::time_point started;  ///< of the present stretch
  std::atomic<bool> stopping{false};
  std::mutex mutex;  ///< of `changed` alone
  std::condition_variable changed;
  std::exception_ptr failure;
  std::thread emptying;

  void begin_stretch() {
    started = Clock::now();
    session->start();
  }

  /// Empties the buffer whenever it may be full; in most recordings never.
  void run() noexcept {
    try {
      const auto ended = [this] { return stopping.load(); };
      while (true) {
        const auto full = started + options.interval * session->capacity();
        {
          std::unique_lock lock(mutex);
          if (changed.wait_until(lock, full, ended)) return;
        }
        end_stretch();
        begin_stretch();
      }
    } catch (...) {
      failure = std::current_exception();
    }
  }

  void end() {
    if (!emptying.joinable()) return;
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    changed.notify_all();
    emptying.join();
  }

  /// Adds the samples of the stretch that ends here.
  void end_stretch();
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
  std::vector<std::thread> threads;
  const std::size_t most = threads_for(figures.size());
  for (std::size_t i = 1; i < most; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  if (failed) std::rethrow_exception(failed);
  return figures;
}

void Sampler::State::end_stretch() {
  session->stop();
  const auto fitted = (Clock::now() - started) / options.interval;
  const Stretch stretch = session->take(static_cast<std::uint32_t>(fitted + fitted / 100 + kSpareSamples));
  const Figures figures = evaluate(stretch);
  if (stretch.lost) samples.partial = true;
  for (std::size_t i = 1; i < figures.size(); ++i) {  // the first sample spans the set-up
    const auto [begin, end] = stretch.spans[i];
    if (end <= begin) continue;  // begun, and cut off by the stop
    if (!samples.end.empty() && begin - samples.end.back() > options.interval) samples.partial = true;
    samples.begin.push_back(begin);
    samples.end.push_back(end);
    for (std::size_t track = 0; track < samples.tracks.size(); ++track)
      samples.tracks[track].values.push_back(figures[i][track]);
  }
}

Sampler::Sampler(Options options) : state_(std::make_unique<State>(options)) {}

Sampler::~Sampler() {
  state_->end();
}

void Sampler::start() {
  State& state = *state_;
  if (state.emptying.joinable()) throw Error(ErrorKind::kNotMeasured, "the sampler samples already");
  state.samples = state.empty;
  state.stopping = false;
  state.failure = nullptr;
  state.begin_stretch();
  state.emptying = std::thread([&state] { state.run(); });
}

Samples Sampler::stop() {
  State& state = *state_;
  if (!state.emptying.joinable())
    throw Error(ErrorKind::kNotMeasured, "the sampler does not sample: start() comes first");
  state.end();
  if (state.failure) std::rethrow_exception(state.failure);
  state.end_stretch();
  return std::move(state.samples);
}

}  // namespace offledger::counters
