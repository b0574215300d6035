// SPDX-License-Identifier: Apache-2.0
//
// CUPTI's PM sampling on one device: the calls in their order, and the image that samples are decoded into.

#pragma once

#include <cupti.h>
#include <cupti_pmsampling.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "collectors/cupti/counters/profiler_host.hpp"
#include "schedules/base/units.hpp"

namespace offledger::counters {

/// "GH100"; throws Error(kNotMeasured).
std::string chip_of(std::uint32_t device);
/// What the device grants; throws Error(kNotMeasured), for lack of permission too.
std::vector<std::uint8_t> availability_of(std::uint32_t device);

/// Invariant: sampling is enabled on the device from constructor to destructor.
class PmSession {
 public:
  PmSession(std::uint32_t device, const ProfilerHost& host, const Config& config, Nanos interval,
            std::uint64_t hardware_buffer_bytes);
  ~PmSession();
  PmSession(const PmSession&) = delete;
  PmSession& operator=(const PmSession&) = delete;

  void start();
  void stop();

  /// Called with a sample's begin and end (CUPTI's clock) and values.
  using Take = std::function<void(Nanos begin, Nanos end, const std::vector<double>& values)>;
  /// Hands over what the hardware buffer holds. Returns false where samples were lost because it was full.
  bool drain(const Take& take);

 private:
  void clear_image();
  /// Samples in the image, handed over.
  void take_image(const Take& take);

  const ProfilerHost& host_;
  CUpti_PmSampling_Object* sampling_ = nullptr;
  std::vector<std::uint8_t> image_;
  std::vector<double> values_;
};

}  // namespace offledger::counters
