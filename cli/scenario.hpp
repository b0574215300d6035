// SPDX-License-Identifier: Apache-2.0
//
// A catalogue schedule on the seed's model, with what the seed varies: link, fence, depth, a host that is
// slow. One cold pass through the model on a simulated device. A pass and not a warm step, because the seed's
// figures are of one pass: without a synchronisation between steps a warm step runs into the next, and hides
// how it began.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "harness/suite/suite.hpp"

namespace offledger::cli {

struct Scenario {
  std::string schedule;  ///< in the catalogue
  std::uint64_t link_bytes_per_s = 0;
  bool fenced = false;                 ///< every issue point waits for the compute issued before it
  std::uint64_t layer_host_us = 0;     ///< what a blocking readiness costs the host a layer; others ignore it
  std::uint64_t unit_host_us = 0;      ///< a slow host: time before each unit
  std::optional<std::uint32_t> depth;  ///< layers ahead, for schedules that state a range; slots follow
};

/// The schedule's file with the scenario's knobs turned, compiled anew.
std::unique_ptr<language::Schedule> turn_knobs(const Scenario& scenario);

/// The pass; `workload` with the scenario's link and one step.
trace::Timeline play_pass(const Scenario& scenario, model::Workload workload, device::Device& device);

/// From the first op's issue to the last kernel's end.
Nanos pass_wall(const trace::Timeline& pass);

/// Bytes that H2D copies moved in the window, a copy's spread evenly over its time.
double h2d_bytes_in(const trace::Timeline& pass, Nanos begin, Nanos end);

/// Compute of one pass, and of the transfer of its weights at a link speed.
Nanos compute_of(const model::Workload& workload);
std::uint64_t bytes_of(const model::Workload& workload);

}  // namespace offledger::cli
