// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/counters/sampler.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "collectors/cupti/counters/pm_session.hpp"
#include "schedules/base/error.hpp"

namespace offledger::counters {
namespace {

constexpr Nanos kLeastInterval{5'000}, kMostInterval{1'000'000};
/// Decoding takes locks of the driver that launching threads want: seldom, and the buffer holds a second of
/// the densest sampling.
constexpr auto kDrainEvery = std::chrono::milliseconds(100);

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
      : options(checked(chosen)), chip(chip_of(options.device)), host(chip, availability_of(options.device)) {
    const Resolved resolved =
        resolve(set_for(chip, options.purpose),
                [this](const std::vector<std::string>& metrics) { return host.passes(metrics); });
    if (resolved.counters.empty()) {
      throw Error(ErrorKind::kNotMeasured,
                  fmt::format("chip {} has none of the counters that we know", chip));
    }
    std::vector<std::string> metrics;
    for (const Chosen& counter : resolved.counters) {
      metrics.push_back(counter.metric);
      empty.tracks.push_back({counter.role, counter.unit, counter.metric, {}, counter.wire_ppm});
    }
    empty.chip = chip;
    empty.interval = options.interval;
    empty.left_out = resolved.left_out;
    config = host.configure(metrics);
    session = std::make_unique<PmSession>(options.device, host, config, options.interval,
                                          options.hardware_buffer_bytes);
  }

  Options options;
  std::string chip;
  ProfilerHost host;
  Config config;
  std::unique_ptr<PmSession> session;
  Samples empty;  ///< tracks without values
  Samples samples;
  bool first = true;
  std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;
  std::exception_ptr failure;
  std::thread draining;

  void take(Nanos begin, Nanos end, const std::vector<double>& values) {
    // The first sample spans the set-up.
    if (std::exchange(first, false)) return;
    samples.begin.push_back(begin);
    samples.end.push_back(end);
    for (std::size_t i = 0; i < values.size(); ++i) samples.tracks[i].values.push_back(values[i]);
  }

  void drain() {
    const bool whole = session->drain(
        [this](Nanos begin, Nanos end, const std::vector<double>& values) { take(begin, end, values); });
    samples.overflowed = samples.overflowed || !whole;
  }

  void run() noexcept {
    try {
      std::unique_lock lock(mutex);
      while (!changed.wait_for(lock, kDrainEvery, [this] { return stopping; })) drain();
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
};

Sampler::Sampler(Options options) : state_(std::make_unique<State>(options)) {}

Sampler::~Sampler() {
  state_->end();
}

void Sampler::start() {
  State& state = *state_;
  if (state.draining.joinable()) throw Error(ErrorKind::kNotMeasured, "the sampler samples already");
  state.samples = state.empty;
  state.first = true;
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
  state.drain();
  return std::move(state.samples);
}

}  // namespace offledger::counters
