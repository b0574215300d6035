// SPDX-License-Identifier: Apache-2.0
//
// Policies played on a simulated device, for tests that know what they changed.

#pragma once

#include <string>

#include "harness/device/sim/sim_device.hpp"
#include "harness/execute/execute.hpp"
#include "harness/model/workload.hpp"
#include "schedules/base/json.hpp"
#include "schedules/language/compile.hpp"
#include "schedules/language/schedule.hpp"

namespace offledger::analysis::accuracy {

inline language::Policy policy_of(std::string_view text, const std::string& file) {
  const json::Document document = json::Document::parse(text, file);
  return language::parse_policy(document.root());
}

inline language::Policy catalogue_policy(std::string_view name) {
  std::string file(name);
  file.append(".json");
  return policy_of(find_embedded(language::catalogue_files(), file)->text, file);
}

inline trace::Timeline play_plan(const plan::Plan& plan, bool wraps, const model::Workload& workload,
                                 const sim::Profile& profile) {
  const model::Workload cut = model::regroup(workload, plan.model);
  const auto device = sim::make_device(profile);
  trace::Timeline timeline = execute::run(plan, cut, cut.steps, *device);
  timeline.source.wraps = wraps;
  return timeline;
}

inline trace::Timeline play(const language::Policy& policy, const model::Workload& workload,
                            const sim::Profile& profile) {
  return play_plan(language::compile(policy, workload.shape), policy.wrap, workload, profile);
}

/// With the workloads' own compute costs, which fit units of any size.
inline sim::Profile h200() {
  sim::Profile profile = sim::find_profile("h200");
  profile.compute.clear();
  return profile;
}

/// Twice the bandwidth, at any size and in either direction.
inline sim::Profile twice_the_link(sim::Profile profile) {
  for (auto* curve : {&profile.h2d_pinned, &profile.d2h_pinned}) {
    for (sim::BandwidthPoint& point : *curve) point.bytes_per_s *= 2;
  }
  profile.both_directions_bytes_per_s *= 2;
  return profile;
}

inline sim::Profile free_host(sim::Profile profile) {
  profile.launch = profile.event_record = profile.stream_wait = profile.copy_enqueue = profile.sync_call =
      Nanos{};
  profile.alloc = profile.free = Nanos{};
  return profile;
}

inline language::Policy without_host_work(language::Policy policy) {
  policy.host = {};
  policy.ready.host_cost = {};
  return policy;
}

}  // namespace offledger::analysis::accuracy
