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

/// Samples as CUPTI decodes them: a counter data image, whose figures ProfilerHost::evaluate() gives, and
/// when each of its samples was, on CUPTI's clock.
struct Batch {
  struct Span {
    Nanos begin{}, end{};
  };
  std::vector<std::uint8_t> image;
  std::vector<Span> spans;
};

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

  /// Takes what the hardware buffer holds, as batches appended in order; none is empty. While sampling goes
  /// on there is always more: ends once `enough` is true, too. Returns false where samples were lost because
  /// the buffer was full.
  bool drain(std::vector<Batch>& into, const std::atomic<bool>& enough);

 private:
  void clear_image();
  [[nodiscard]] std::vector<Batch::Span> spans() const;

  CUpti_PmSampling_Object* sampling_ = nullptr;
  /// The one image that is decoded into: CUPTI knows it by its address from clear_image() on.
  std::vector<std::uint8_t> image_;
};

}  // namespace offledger::counters
