// SPDX-License-Identifier: Apache-2.0
//
// A chip that counts exactly: a schedule of kernels and copies on a grid of microseconds, as records, and
// what counters would show of it in samples. Everything is worked out microsecond by microsecond.

#pragma once

#include <vector>

#include "collectors/trace/timeline.hpp"

namespace offledger::analysis {

class NaiveChip {
 public:
  static constexpr std::int64_t kUs = 1000;
  static constexpr std::int64_t kSampleUs = 20;
  static constexpr std::uint64_t kBytesPerUs = 55'000;
  static constexpr std::uint64_t kWirePpm = 1'050'000;

  explicit NaiveChip(std::size_t us) : compute(us), h2d(us) {
    timeline.source.link_bytes_per_s = kBytesPerUs * 1'000'000;
    stream_ = timeline.stream(timeline.process(1), trace::DeviceId{0}, 0, 7);
    copies_ = timeline.stream(timeline.process(1), trace::DeviceId{0}, 0, 8);
  }

  /// Microseconds [begin, end); a copy never overlaps another.
  void kernel(std::size_t begin, std::size_t end) {
    trace::Kernel kernel;
    kernel.begin = at(begin);
    kernel.end = at(end);
    kernel.stream = stream_;
    timeline.kernels.push_back(kernel);
    for (std::size_t i = begin; i < end; ++i) compute[i] = true;
  }
  void copy(std::size_t begin, std::size_t end) {
    trace::Copy copy;
    copy.begin = at(begin);
    copy.end = at(end);
    copy.stream = copies_;
    copy.bytes = (end - begin) * kBytesPerUs;
    copy.direction = trace::CopyDirection::kH2D;
    copy.channel = trace::Channel::kAsyncCopy;
    timeline.copies.push_back(copy);
    for (std::size_t i = begin; i < end; ++i) h2d[i] = true;
  }

  /// Adds the samples: the graphics and copy engines' time, the SMs' (all of them, in a kernel), bytes on the
  /// wire.
  void sample() {
    add("graphics_active", trace::CounterUnit::kActiveNs, compute, kUs);
    add("sm_active", trace::CounterUnit::kActiveNs, compute, kUs);
    add("h2d_engine", trace::CounterUnit::kActiveNs, h2d, kUs);
    add("pcie_read", trace::CounterUnit::kBytes, h2d, kBytesPerUs * kWirePpm / 1'000'000);
    for (std::size_t i = 0; i + kSampleUs <= compute.size(); i += kSampleUs) {
      timeline.samples.push_back({at(i), at(i + kSampleUs), trace::DeviceId{0}});
    }
  }

  /// Of the whole grid, in ns.
  [[nodiscard]] std::int64_t time_of(const std::vector<bool>& what) const {
    std::int64_t sum = 0;
    for (const bool on : what) sum += on ? kUs : 0;
    return sum;
  }
  [[nodiscard]] std::int64_t hidden() const {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < compute.size(); ++i) sum += compute[i] && h2d[i] ? kUs : 0;
    return sum;
  }

  trace::Timeline timeline;
  std::vector<bool> compute, h2d;

 private:
  static Nanos at(std::size_t us) { return Nanos(static_cast<std::int64_t>(us) * kUs); }

  void add(const char* role, trace::CounterUnit unit, const std::vector<bool>& active, std::uint64_t a_us) {
    const auto row = trace::CounterRow{static_cast<std::uint32_t>(timeline.counters.size())};
    const std::uint64_t ppm = unit == trace::CounterUnit::kBytes ? kWirePpm : 0;
    timeline.counters.push_back(
        {trace::DeviceId{0}, timeline.intern(role), timeline.intern("m"), unit, 1, ppm});
    std::uint32_t sample = 0;
    for (std::size_t i = 0; i + kSampleUs <= active.size(); i += kSampleUs, ++sample) {
      std::uint64_t sum = 0;
      for (std::size_t j = i; j < i + kSampleUs; ++j) sum += active[j] ? a_us : 0;
      timeline.counter_values.push_back({row, trace::SampleRow{sample}, sum});
    }
  }

  trace::StreamRow stream_{}, copies_{};
};

}  // namespace offledger::analysis
