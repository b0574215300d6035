// SPDX-License-Identifier: Apache-2.0
//
// Samples a GPU's hardware counters at a fixed interval, whatever program runs on it: what the copy engine,
// the SMs and the bus did, as the chip itself saw it. It costs nothing a launch and sees through CUDA graphs
// and zero-copy reads.
//
//     counters::Sampler sampler({.device = 0, .interval = 20us});
//     sampler.start();
//     …
//     counters::Samples samples = sampler.stop();
//
// No CUPTI type appears here. Where counters cannot be had (no permission, held by another tool, an unknown
// chip) the constructor says why: go by activity records alone.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/cupti/counters/counter_set.hpp"
#include "schedules/base/units.hpp"

namespace offledger::counters {

struct Options {
  std::uint32_t device = 0;  ///< CUDA's ordinal
  Nanos interval{20'000};    ///< 5 us to 1 ms
  Purpose purpose = Purpose::kActivity;
  /// Of pinned host memory: on an H200 it holds 1.25 s of samples at 20 us.
  std::uint64_t hardware_buffer_bytes = std::uint64_t{1} << 30;
};

struct Track {
  std::string role, unit, metric;  ///< as in counter_set.hpp
  std::vector<double> values;      ///< one a sample
  std::uint64_t wire_ppm = 0;      ///< as in counter_set.hpp
};

/// A stretch of time, since the Unix epoch.
struct Span {
  Nanos begin{}, end{};
};

/// Invariant: begin, end and every track's values are of one length; samples are in order and do not overlap.
struct Samples {
  std::string chip;
  Nanos interval{};
  std::vector<Nanos> begin, end;  ///< since the Unix epoch, on the clock of activity records
  std::vector<Track> tracks;
  std::vector<std::string> left_out;  ///< roles that this chip or this pass has no room for, with why
  bool partial = false;               ///< samples are missing between the first and the last
  bool cut_short = false;             ///< sampling ended before it was asked to, the buffer being full

  /// The track of a role, or nullptr.
  [[nodiscard]] const Track* find(std::string_view role) const noexcept;
};

/// What samples come from: a chip's Sampler; tests have their own.
class Source {
 public:
  virtual ~Source() = default;
  virtual void start() = 0;
  virtual Samples stop() = 0;
};

/// Nothing is done on the CPU while the hardware samples. Where that outlasts the hardware buffer, sampling
/// ends: what comes later is missing. stop() takes some 0.05 ms of CPU and 16 kB of memory a sample (H200);
/// evaluating runs on as many threads as OFFLEDGER_COUNTER_THREADS says (1).
/// A cupti::Collector of the process must outlive it: it detaches CUPTI. Threads: members by one at a time.
class Sampler final : public Source {
 public:
  /// Throws Error(kNotMeasured) with the reason and the fix, Error(kUsage) for an interval out of range, a
  /// buffer for fewer than 512 samples, and a number of threads that is none.
  explicit Sampler(Options options = {});
  ~Sampler() override;
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  void start() override;
  /// Ends sampling and gives what was sampled; throws Error(kNotMeasured) where that is nothing, and why. The
  /// first sample, which spans the set-up, is left out.
  Samples stop() override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Leaves out what does not lie wholly within one of the spans, which are in order and do not overlap. What
/// was cut short after the last of them is not missed.
void keep_within(Samples& samples, const std::vector<Span>& spans);

/// Bytes that a "bytes_per_second" track moved in [begin, end), samples at the ends counted by the part that
/// lies within.
double bytes_in(const Samples& samples, const Track& track, Nanos begin, Nanos end);
/// Time that a "percent" track was active in [begin, end), in the same way.
Nanos active_in(const Samples& samples, const Track& track, Nanos begin, Nanos end);

}  // namespace offledger::counters
