// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/nested_calls.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace offledger::cupti {
namespace {

using trace::Correlation;
using Renames = std::unordered_map<Correlation, Correlation>;

/// For each driver call, in the order of `calls`, whether a runtime call of its thread encloses it.
std::vector<bool> nested_in_runtime(const std::vector<trace::HostCall>& calls, Renames& renames) {
  std::vector<std::size_t> order(calls.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    // A runtime call comes before a driver call that begins with it.
    return std::tuple(calls[a].thread, calls[a].begin, calls[a].api) <
           std::tuple(calls[b].thread, calls[b].begin, calls[b].api);
  });
  std::vector<bool> nested(calls.size(), false);
  const trace::HostCall* outer = nullptr;
  for (const std::size_t i : order) {
    const trace::HostCall& call = calls[i];
    if (outer != nullptr && outer->thread != call.thread) outer = nullptr;
    if (call.api == trace::Api::kRuntime) {
      if (outer == nullptr || call.end > outer->end) outer = &call;
    } else if (outer != nullptr && call.end <= outer->end) {
      nested[i] = true;
      if (call.correlation != outer->correlation) renames.emplace(call.correlation, outer->correlation);
    }
  }
  return nested;
}

template <typename Rows>
void rename(Rows& rows, const Renames& renames) {
  for (auto& row : rows) {
    const auto at = renames.find(row.correlation);
    if (at != renames.end()) row.correlation = at->second;
  }
}

}  // namespace

std::size_t fold_nested_calls(trace::Timeline& timeline) {
  auto& calls = timeline.calls;
  const bool any_driver = std::any_of(calls.begin(), calls.end(), [](const trace::HostCall& call) {
    return call.api == trace::Api::kDriver;
  });
  if (!any_driver) return 0;

  Renames renames;
  const std::vector<bool> nested = nested_in_runtime(calls, renames);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (!nested[i]) calls[kept++] = calls[i];
  }
  const std::size_t removed = calls.size() - kept;
  calls.resize(kept);
  if (!renames.empty()) {
    rename(timeline.kernels, renames);
    rename(timeline.copies, renames);
    rename(timeline.memsets, renames);
    rename(timeline.syncs, renames);
    rename(timeline.event_records, renames);
  }
  return removed;
}

}  // namespace offledger::cupti
