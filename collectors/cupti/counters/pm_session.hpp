// SPDX-License-Identifier: Apache-2.0
//
// CUPTI's PM sampling on one device: the calls in their order, and the image that samples are decoded into.

#pragma once

#include <cupti.h>
#include <cupti_pmsampling.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "collectors/cupti/counters/profiler_host.hpp"
#include "schedules/base/units.hpp"

namespace offledger::counters {

/// "GH100"; throws Error(kNotMeasured).
std::string chip_of(std::uint32_t device);
/// What the device grants; throws Error(kNotMeasured), for lack of permission too.
std::vector<std::uint8_t> availability_of(std::uint32_t device);

/// A counter data image: samples as CUPTI decodes them, whose figures ProfilerHost::evaluate() gives.
using Image = std::vector<std::uint8_t>;

/// Decoding is what must keep up with the chip, and evaluating is what takes long (some 0.2 ms a sample):
/// they are apart, so that the second can wait until sampling is over.
///
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

  /// Moves what the hardware buffer holds into images, appended in order; none is empty. While sampling goes
  /// on there is always more: ends once `enough` is true, too. Returns false where samples were lost because
  /// the buffer was full.
  bool drain(std::vector<Image>& into, const std::atomic<bool>& enough);

  struct Span {
    Nanos begin{}, end{};  ///< on CUPTI's clock
  };
  /// When the samples of an image were, in its order.
  [[nodiscard]] std::vector<Span> spans(const Image& image) const;

 private:
  CUpti_PmSampling_Object* sampling_ = nullptr;
  Image blank_;
};

}  // namespace offledger::counters
