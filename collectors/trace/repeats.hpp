// SPDX-License-Identifier: Apache-2.0
//
// Steps of a recording that marks none: the launch pattern that repeats.
//
// A step of a model launches the same kernels in the same order; layers within it repeat too, and more often.
// What tells steps from layers is a kernel that a step launches once (an embedding, a sampler). So: of the
// kernel names that come at regular distances, in launch order, with like kernels between them, the rarest
// marks the steps; of equally rare ones, the first. Where no kernel is rarer than a layer's own, layers and
// steps cannot be told apart, and each layer counts as a step.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "collectors/trace/timeline.hpp"

namespace offledger::trace {

/// Where repetitions begin in a sequence, ascending: two at least. `end` is where the last one ends.
struct Repeats {
  std::vector<std::size_t> begins;
  std::size_t end = 0;
};

/// `ids`: kernel names in launch order. Tolerates a beginning and an end that do not repeat, and repetitions
/// that differ in a tenth of their kernels. Null where nothing repeats. Cost: O(n log n) in the sequence.
std::optional<Repeats> find_repeats(std::span<const std::uint32_t> ids);

/// Marks the repetitions on the thread that launches most kernels as steps, numbered from 0, in place of
/// steps that ranges mark. How many; 0, and nothing is changed, where nothing repeats.
std::size_t mark_repeats(Timeline& timeline);

/// Makes each range of that name a step, in place of steps that other ranges mark. How many; 0, and nothing
/// is changed, where no range has the name.
std::size_t mark_ranges(Timeline& timeline, std::string_view name);

}  // namespace offledger::trace
