// SPDX-License-Identifier: Apache-2.0
//
// What is sampled: roles, which analysis knows, and for each the metrics that may fill it on a chip, best
// first. Names differ by chip, and not every combination fits the one pass that sampling has: a set is
// resolved, never assumed.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace offledger::counters {

struct Counter {
  std::string role;                  ///< "h2d_engine"
  std::string unit;                  ///< "percent" of the interval, or "bytes_per_second"
  std::vector<std::string> metrics;  ///< candidates
  std::uint64_t wire_ppm = 0;        ///< of a bus: bytes on the wire for 10^6 of payload, as measured; 0: not
};

/// In order of importance: what does not fit is left out from the end.
struct CounterSet {
  std::string chip;
  std::vector<Counter> counters;
};

/// A pass holds so many counters: which of them are wanted.
enum class Purpose : std::uint8_t {
  kActivity,  ///< engines, SMs, buses
  kFrontEnd,  ///< what the front end stands at while the SMs have no work
};

/// The set of a chip ("GH100"), or the default one.
CounterSet set_for(std::string_view chip, Purpose purpose = Purpose::kActivity);

/// Reads a set's file. Throws Error(kUsage) with the place.
CounterSet parse_set(std::string_view text, const std::string& name);

/// A role with the metric that fills it.
struct Chosen {
  std::string role, unit, metric;
  std::uint64_t wire_ppm = 0;
};
struct Resolved {
  std::vector<Chosen> counters;
  std::vector<std::string>
      left_out;  ///< "dram_read: does not fit the pass", "…: this chip has none of its metrics"
};

/// How many passes a list of metrics takes; 0 where the chip does not have one of them.
using Passes = std::function<std::size_t(const std::vector<std::string>& metrics)>;

/// Takes each role's first metric that the chip has and that fits one pass with those before it.
Resolved resolve(const CounterSet& set, const Passes& passes);

}  // namespace offledger::counters
