// SPDX-License-Identifier: Apache-2.0
//
// A sitting on a real device: every repetition is a process of its own (own CUDA context, own pinned memory),
// and the order of repetitions is shuffled by a recorded seed, so that drift falls on every cell alike.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/trace/timeline.hpp"
#include "harness/suite/suite.hpp"

namespace offledger::suite {

struct Turn {
  std::uint32_t cell = 0;    ///< row in the suite's cases
  std::uint32_t number = 0;  ///< of the repetition within its cell
};

/// Every repetition of every cell: round by round (all first repetitions, then all second ones…), each round
/// in an order of its own drawn from `seed`. The same seed gives the same order everywhere.
std::vector<Turn> order_turns(std::size_t cells, std::uint32_t reps, std::uint64_t seed);

/// What a child process is told on its command line after `program`: play one case, write the recording to
/// `output`.
std::vector<std::string> child_arguments(const Case& what, const std::string& device,
                                         const std::string& output,
                                         const device::CounterRequest& counters = {});

struct Played {
  trace::Timeline recording;
  std::uint32_t process = 0;
};

/// Plays one repetition in a fresh process of `program` and reads its recording back. Throws
/// Error(kNotMeasured) with the child's own message where it fails, and says which signal ended it where one
/// did. `started` is called with its pid as soon as it runs.
Played play_in_child(const std::string& program, const Case& what, const std::string& device,
                     const device::CounterRequest& counters = {},
                     const std::function<void(std::uint32_t pid)>& started = {});

/// "beside", "front-end", "only": what `--counters` takes; nullopt for anything else.
std::optional<device::CounterRequest::Mode> counter_mode(std::string_view name) noexcept;

}  // namespace offledger::suite
