// SPDX-License-Identifier: Apache-2.0
//
// From decoded samples to Samples.

#pragma once

#include <vector>

#include "collectors/cupti/counters/sampler.hpp"

namespace offledger::counters {

/// When a sample was.
struct Span {
  Nanos begin{}, end{};
};

/// By sample, by track.
using Figures = std::vector<std::vector<double>>;

/// Adds one stretch, as long as its spans are; figures are as many. Left out are its first sample, which
/// spans the set-up, and one without length, which the stop cut off. A gap makes the Samples partial.
void add_stretch(Samples& samples, const std::vector<Span>& spans, const Figures& figures);

}  // namespace offledger::counters
