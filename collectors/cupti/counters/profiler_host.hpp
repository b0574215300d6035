// SPDX-License-Identifier: Apache-2.0
//
// CUPTI's profiler host: what a chip can count, how metrics become a configuration, and counts become
// figures. It needs no GPU: any chip that this CUPTI knows can be asked about.

#pragma once

#include <cupti.h>
#include <cupti_profiler_host.h>

#include <cstdint>
#include <string>
#include <vector>

namespace offledger::counters {

/// The configuration of a list of metrics, for sampling.
struct Config {
  std::vector<std::uint8_t> image;
  std::size_t passes = 0;
};

/// Threads: one at a time.
class ProfilerHost {
 public:
  /// `availability`: what the device at hand grants (cuptiPmSamplingGetCounterAvailability); empty: all that
  /// the chip has. Throws Error(kNotMeasured) for a chip that this CUPTI does not know.
  explicit ProfilerHost(std::string chip, std::vector<std::uint8_t> availability = {});
  ~ProfilerHost();
  ProfilerHost(const ProfilerHost&) = delete;
  ProfilerHost& operator=(const ProfilerHost&) = delete;

  /// Passes that metrics take; 0 where one of them does not exist. Cost: some milliseconds.
  [[nodiscard]] std::size_t passes(const std::vector<std::string>& metrics) const;

  /// Chooses the metrics for good, and gives their configuration. Throws Error(kNotMeasured). Call once.
  Config configure(const std::vector<std::string>& metrics);

  /// The chosen metrics' values in a sample of a counter data image, in the order of configure().
  void evaluate(const std::vector<std::uint8_t>& image, std::size_t sample,
                std::vector<double>& values) const;

  [[nodiscard]] const std::vector<const char*>& metrics() const noexcept { return names_; }

 private:
  std::string chip_;
  std::vector<std::uint8_t> availability_;
  CUpti_Profiler_Host_Object* host_ = nullptr;
  std::vector<std::string> metrics_;
  std::vector<const char*> names_;
};

/// Chips that this CUPTI knows.
std::vector<std::string> known_chips();

}  // namespace offledger::counters
