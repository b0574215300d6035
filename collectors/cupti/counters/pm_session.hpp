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
#include "schedules/base/units.hpp"

namespace offledger::counters {

/// "GH100"; throws Error(kNotMeasured).
std::string chip_of(std::uint32_t device);
/// What the device grants; throws Error(kNotMeasured), for lack of permission too.
std::vector<std::uint8_t> availability_of(std::uint32_t device);

/// A counter data image. A copy of one can be evaluated; it cannot be decoded into.
using Image = std::vector<std::uint8_t>;

/// Samples as CUPTI decodes them: an image, whose figures ProfilerHost::evaluate() gives, and when each of
/// its samples was, on CUPTI's clock.
struct Batch {
  struct Span {
    Nanos begin{}, end{};
  };
  Image image;
  std::vector<Span> spans;
};

/// Decoding is what must keep up with the chip, and evaluating is what takes long (some 75 us a sample):
/// they are apart, so that the second can wait until sampling is over.
///
/// Invariant: sampling is enabled on the device from constructor to destructor.
class PmSession {
 public:
  PmSession(std::uint32_t device, const ProfilerHost& host, Config config, Nanos interval,
            std::uint64_t hardware_buffer_bytes);
  ~PmSession();
  PmSession(const PmSession&) = delete;
  PmSession& operator=(const PmSession&) = delete;

  void start();
  void stop();

  /// What an image holds, at some 16 kB a sample. One decoding takes out all that the hardware buffer has,
  /// and what is more than this is lost: drain() must be called several times in the time of so many samples.
  static constexpr std::uint32_t kImageSamples = 1024;

  /// Takes memory for so many batches ahead of time: drain() is then quick enough.
  void prepare(std::size_t batches);

  /// Takes what the hardware buffer holds, as one batch, none where there is nothing. Returns false where
  /// samples were lost because the buffer was full.
  bool drain(std::vector<Batch>& into);

 private:
  void clear_image();
  [[nodiscard]] std::vector<Batch::Span> spans();

  Config config_;  ///< CUPTI reads it while it decodes: it must live as long as the session
  CUpti_PmSampling_Object* sampling_ = nullptr;
  Image image_;               ///< decoded into; CUPTI knows it by its address from clear_image() on
  std::vector<Image> spare_;  ///< for copies of it
};

}  // namespace offledger::counters
