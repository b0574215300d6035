// SPDX-License-Identifier: Apache-2.0
//
// What is sampled: roles, which analysis knows, and for each the metrics that may fill it on a chip, best
// first. Names differ by chip, and not every combination fits the one pass that sampling has: a set is
// resolved, never assumed.

#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace offledger::counters {

struct Counter {
  std::string role;                  ///< "copy_engine_0"
  std::string unit;                  ///< "percent" of the interval, or "bytes_per_second"
  std::vector<std::string> metrics;  ///< candidates
};

/// In order of importance: what does not fit is left out from the end.
struct CounterSet {
  std::string chip;
  std::vector<Counter> counters;
};

/// The set of a chip ("GH100"), or the default one.
CounterSet set_for(std::string_view chip);

/// Reads a set's file. Throws Error(kUsage) with the place.
CounterSet parse_set(std::string_view text, const std::string& name);

/// A role with the metric that fills it.
struct Chosen {
  std::string role, unit, metric;
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
