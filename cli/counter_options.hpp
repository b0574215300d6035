// SPDX-License-Identifier: Apache-2.0
//
// --counters, for the commands that play schedules or run programs.

#pragma once

#include "cli/command.hpp"
#include "harness/suite/sitting.hpp"

namespace offledger::cli {

struct CounterOptions {
  std::string mode;  ///< empty: none
  std::uint32_t interval_us = 20;

  [[nodiscard]] device::CounterRequest request() const {
    device::CounterRequest made;
    made.mode = suite::counter_mode(mode).value_or(device::CounterRequest::Mode::kNone);
    made.interval = std::chrono::microseconds(interval_us);
    return made;
  }
};

inline CLI::Option* add_counters(CLI::App& command, CounterOptions& options) {
  auto* counters =
      command.add_option("--counters", options.mode,
                         "cuda: sample hardware counters: beside the records (alone, or `beside`); what the "
                         "front end stands at (`front-end`); or `only` counters, at no cost a launch");
  counters->expected(0, 1)->default_str("beside")->check(CLI::IsMember({"beside", "front-end", "only"}));
  command.add_option("--counters-us", options.interval_us, "microseconds a sample")
      ->needs(counters)
      ->check(CLI::Range(5, 1000))
      ->capture_default_str();
  return counters;
}

}  // namespace offledger::cli
