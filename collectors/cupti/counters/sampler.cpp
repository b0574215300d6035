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
/// Samples between two drains: less than half of what one takes at most, so that a thread that comes late
/// loses none.
constexpr std::int64_t kDrainedSamples = 2 * PmSession::kImageSamples / 5;
/// Images that are ready before sampling begins: half a second at 20 us, 1 GB.
constexpr std::size_t kReadyAtFirst = 64;
/// And when these are used up: after each drain, in the time until the next, others take their place.
constexpr std::size_t kReadyAlways = 4;
/// How many threads evaluate: a sample takes 0.03 to 0.08 ms on an H200, and a second of sampling has 50 000.
/// One, unless the environment says more: CUPTI does not promise that host objects of several threads keep
/// apart.
constexpr const char* kThreadsVariable = "OFFLEDGER_COUNTER_THREADS";

std::size_t threads_for(std::size_t batches) {
  std::size_t most = 1;
  if (const char* set = std::getenv(kThreadsVariable); set != nullptr) {
    const std::string_view text = set;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), most);
    if (error != std::errc() || end != text.data() + text.size() || most == 0 || most > 256) {
      throw Error(ErrorKind::kUsage, fmt::format("{}: expected a number of threads, 1 to 256, found '{}'",
                                                 kThreadsVariable, text));
    }
  }
  return std::min(most, batches);
}

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
        chip(chip_of(options.device)),
        availability(availability_of(options.device)),
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
    session->prepare(kReadyAtFirst);
  }

  Options options;
  std::string chip;
  std::vector<std::uint8_t> availability;
  ProfilerHost host;
  std::vector<std::string> metrics;
  std::unique_ptr<PmSession> session;
  Samples empty;  ///< tracks without values
  std::vector<Batch> batches;
  bool whole = true;
  std::atomic<bool> stopping{false};
  std::mutex mutex;  ///< of `changed` alone
  std::condition_variable changed;
  std::exception_ptr failure;
  std::thread draining;

  void run() noexcept {
    try {
      const auto ended = [this] { return stopping.load(); };
      const auto period = options.interval * kDrainedSamples;
      for (auto next = Clock::now() + period;; next = std::max(next, Clock::now()) + period) {
        {
          std::unique_lock lock(mutex);
          if (changed.wait_until(lock, next, ended)) return;
        }
        whole = session->drain(batches) && whole;
        session->prepare(kReadyAlways);
      }
    } catch (...) {
      failure = std::current_exception();
    }
  }

  void end() {
    if (!draining.joinable()) return;
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    changed.notify_all();
    draining.join();
  }

  /// The figures of each batch, by threads with a host object each: CUPTI lets one thread at a time use one.
  [[nodiscard]] std::vector<Figures> evaluate() const;
  [[nodiscard]] Samples gather() const;
};

std::vector<Figures> Sampler::State::evaluate() const {
  std::vector<Figures> figures(batches.size());
  std::atomic<std::size_t> next{0};
  std::mutex failing;
  std::exception_ptr failed;
  const auto work = [&] {
    try {
      ProfilerHost own(chip, availability);
      (void)own.configure(metrics);
      for (std::size_t i = next++; i < batches.size(); i = next++) {
        figures[i].resize(batches[i].spans.size());
        for (std::size_t sample = 0; sample < figures[i].size(); ++sample)
          own.evaluate(batches[i].image, sample, figures[i][sample]);
      }
    } catch (...) {
      const std::lock_guard lock(failing);
      failed = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  const std::size_t most = threads_for(batches.size());
  for (std::size_t i = 1; i < most; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  if (failed) std::rethrow_exception(failed);
  return figures;
}

Samples Sampler::State::gather() const {
  Samples samples = empty;
  samples.overflowed = !whole;
  const std::vector<Figures> figures = evaluate();
  bool first = true;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    for (std::size_t sample = 0; sample < batches[i].spans.size(); ++sample) {
      // The first sample spans the set-up.
      if (std::exchange(first, false)) continue;
      const auto [begin, end] = batches[i].spans[sample];
      if (end <= begin) continue;  // begun, and cut off by the stop
      if (!samples.end.empty() && begin - samples.end.back() > options.interval) samples.overflowed = true;
      samples.begin.push_back(begin);
      samples.end.push_back(end);
      for (std::size_t track = 0; track < samples.tracks.size(); ++track) {
        samples.tracks[track].values.push_back(figures[i][sample][track]);
      }
    }
  }
  return samples;
}

Sampler::Sampler(Options options) : state_(std::make_unique<State>(options)) {}

Sampler::~Sampler() {
  state_->end();
}

void Sampler::start() {
  State& state = *state_;
  if (state.draining.joinable()) throw Error(ErrorKind::kNotMeasured, "the sampler samples already");
  state.batches.clear();
  state.session->prepare(kReadyAtFirst);
  state.whole = true;
  state.stopping = false;
  state.failure = nullptr;
  state.session->start();
  state.draining = std::thread([&state] { state.run(); });
}

Samples Sampler::stop() {
  State& state = *state_;
  if (!state.draining.joinable())
    throw Error(ErrorKind::kNotMeasured, "the sampler does not sample: start() comes first");
  state.end();
  state.session->stop();
  if (state.failure) std::rethrow_exception(state.failure);
  state.whole = state.session->drain(state.batches) && state.whole;
  return state.gather();
}

}  // namespace offledger::counters
