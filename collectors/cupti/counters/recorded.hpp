// SPDX-License-Identifier: Apache-2.0
//
// Samples as part of a recording. A Timeline holds integers: what a counter counted in each sample, as active
// nanoseconds or bytes, in quanta coarse enough to deflate well and rounded so that sums stay exact.
//
// Counting is an extra: where counters cannot be had, the recording goes on without them and says which, why
// and what to do.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "collectors/cupti/counters/sampler.hpp"
#include "collectors/trace/timeline.hpp"

namespace offledger::counters {

/// Adds the samples, with times from the Timeline's clock origin. Quanta: 1/200 of the interval for activity,
/// and for bytes the largest power of two at most 1/256 of the track's largest sample. The sum of a counter's
/// values over neighbouring samples is within one quantum of the sum of what was sampled. What is missing
/// becomes the note `counters_partial`, which disqualifies where time is missing and the Timeline
/// has no records: they come first.
void add_samples(trace::Timeline& timeline, const Samples& samples, trace::DeviceId device);

/// Makes the source of samples; throws Error as Sampler does.
using MakeSource = std::function<std::unique_ptr<Source>(const Options&)>;
std::unique_ptr<Source> chip_source(const Options& options);

/// Sampling beside a recording. No member throws for what the chip, the driver or permissions do: the first
/// failure ends sampling, and becomes the note `counters_unavailable`.
/// Use: open(), start(), halt(), perhaps keep_within(), then add_to(). Threads: one at a time.
class Watch {
 public:
  explicit Watch(Options options, MakeSource make = chip_source);

  void open();  ///< what takes long: before what is measured
  void start();
  void halt();
  void keep_within(const std::vector<Span>& spans);  ///< of what halt() gave
  void add_to(trace::Timeline& timeline) const;
  [[nodiscard]] const Samples& samples() const noexcept { return samples_; }  ///< those that are kept

  /// Why there are no samples; empty as long as nothing has failed.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  template <typename Step>
  void attempt(Step step);

  Options options_;
  MakeSource make_;
  std::unique_ptr<Source> source_;
  Samples samples_;
  std::string problem_;
};

}  // namespace offledger::counters
