// SPDX-License-Identifier: Apache-2.0
//
// CUPTI's PM sampling on one device: the calls in their order, and the image that samples are decoded into.

#pragma once

#include <cupti.h>
#include <cupti_pmsampling.h>

#include <cstdint>
#include <string>
#include <vector>

#include "collectors/cupti/counters/profiler_host.hpp"
#include "collectors/cupti/counters/stretch.hpp"
#include "schedules/base/units.hpp"

namespace offledger::counters {

/// CUPTI's profiler in this process, for as long as one of these exists. Left initialised when an activity
/// collector detaches (cuptiFinalize), it leaves the process without kernel and copy records and without
/// samples (CUPTI 13.0). Threads: any.
class Profiler {
 public:
  /// Throws Error(kNotMeasured).
  Profiler();
  ~Profiler();
  Profiler(const Profiler&) = delete;
  Profiler& operator=(const Profiler&) = delete;

  /// "GH100"; throws Error(kNotMeasured).
  [[nodiscard]] std::string chip_of(std::uint32_t device) const;
  /// What the device grants; throws Error(kNotMeasured), for lack of permission too.
  [[nodiscard]] std::vector<std::uint8_t> availability_of(std::uint32_t device) const;
};

/// One stretch of samples: start(), stop(), take(). Nothing is decoded while sampling: CUPTI cannot keep up
/// with 20 us on an H200, and drops what a full image cannot hold.
///
/// Invariant: sampling is enabled on the device from constructor to destructor. The host outlives it.
class PmSession {
 public:
  PmSession(std::uint32_t device, const ProfilerHost& host, Config config, Nanos interval,
            std::uint64_t hardware_buffer_bytes);
  ~PmSession();
  PmSession(const PmSession&) = delete;
  PmSession& operator=(const PmSession&) = delete;

  /// So many samples surely fit the hardware buffer.
  [[nodiscard]] std::uint32_t capacity() const noexcept { return capacity_; }

  void start();
  void stop();
  /// The stretch between start() and stop(), of at most so many samples. Throws Error(kNotMeasured) where the
  /// hardware buffer was full, for then CUPTI gives nothing of it, and where there is no memory for the
  /// image.
  Stretch take(std::uint32_t most);

 private:
  void disable() noexcept;
  [[nodiscard]] std::size_t image_bytes(std::uint32_t samples) const;
  [[nodiscard]] std::vector<Span> spans_in(const std::vector<std::uint8_t>& image) const;

  const ProfilerHost& host_;
  Config config_;  ///< CUPTI reads it while it decodes: it must live as long as the session
  CUpti_PmSampling_Object* sampling_ = nullptr;
  std::uint32_t capacity_ = 0;
};

}  // namespace offledger::counters
