// SPDX-License-Identifier: Apache-2.0
//
// Decoded samples, on their way to Samples.

#pragma once

#include <cstdint>
#include <vector>

#include "collectors/cupti/counters/sampler.hpp"

namespace offledger::counters {

/// Samples as CUPTI decodes them: an image, whose figures ProfilerHost::evaluate() gives, and when each of
/// its samples was.
struct Stretch {
  std::vector<std::uint8_t> image;
  std::vector<Span> spans;
  bool cut_off = false;  ///< the image was full
};

/// By sample, by track.
using Figures = std::vector<std::vector<double>>;

/// Adds one stretch, as long as its spans are; figures are as many. Left out are its first sample, which
/// spans the set-up, and one without length, which the stop cut off. A gap makes the Samples partial.
void add_stretch(Samples& samples, const std::vector<Span>& spans, const Figures& figures);

}  // namespace offledger::counters
