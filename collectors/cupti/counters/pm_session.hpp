// SPDX-License-Identifier: Apache-2.0
//
// CUPTI's PM sampling on one device: the calls in their order, and the images that samples are decoded into.

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

/// A counter data image. CUPTI knows one by the address of its bytes when it was initialised, which moving
/// the vector keeps: a copy can be evaluated but not decoded into.
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

  /// Sees to so many initialised images: initialising one takes longer than decoding into it, so drain()
  /// should find one. Call it when there is time.
  void prepare(std::size_t batches);

  /// Takes what the hardware buffer holds, as one batch, none where there is nothing, and uses up an image,
  /// which it initialises where none is ready. Returns false where samples were lost because the buffer was
  /// full.
  bool drain(std::vector<Batch>& into);

 private:
  void initialize(Image& image) const;
  [[nodiscard]] std::vector<Batch::Span> spans_in(const Image& image) const;

  Config config_;  ///< CUPTI reads it while it decodes: it must live as long as the session
  CUpti_PmSampling_Object* sampling_ = nullptr;
  std::size_t image_bytes_ = 0;
  std::vector<Image> ready_;  ///< initialised, nothing decoded into them
};

}  // namespace offledger::counters
