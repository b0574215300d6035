// SPDX-License-Identifier: Apache-2.0
#include "ci/gate/comparable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace offledger::gate {
namespace {

using history::Cell;
using history::Run;

std::string differs(const char* what, const std::string& base, const std::string& candidate) {
  return fmt::format("{} differs: baseline '{}', candidate '{}'", what, base, candidate);
}

std::string machine_difference(const Run& base, const Run& cand) {
  const auto& b = base.machine_class;
  const auto& c = cand.machine_class;
  if (b.device_kind != c.device_kind) return differs("the kind of device", b.device_kind, c.device_kind);
  if (b.device_name != c.device_name) return differs("the device", b.device_name, c.device_name);
  if (b.device_memory_bytes != c.device_memory_bytes) {
    return differs("the device's memory", std::to_string(b.device_memory_bytes),
                   std::to_string(c.device_memory_bytes));
  }
  if (b.pcie != c.pcie) return differs("the link", b.pcie, c.pcie);
  if (b.cpu != c.cpu) return differs("the CPU", b.cpu, c.cpu);
  if (b.device_kind == "sim" && base.environment.instance != cand.environment.instance) {
    return differs("the simulated device's profile", base.environment.instance, cand.environment.instance);
  }
  return "";
}

/// The same schedule and workload under another protocol or device profile, or with noise on one side only.
std::string cell_difference(const Run& base, const Run& cand) {
  for (const auto& b : base.cells) {
    const auto same_name = [&](const Cell& c) {
      return c.key.schedule == b.key.schedule && c.key.workload == b.key.workload;
    };
    const auto same_key =
        std::find_if(cand.cells.begin(), cand.cells.end(), [&](const Cell& c) { return c.key == b.key; });
    const auto where = fmt::format(" ({} on {})", b.key.schedule, b.key.workload);
    if (same_key != cand.cells.end()) {
      if (same_key->deterministic == b.deterministic) continue;
      return fmt::format("one side was measured with noise and the other without{}", where);
    }
    const auto other = std::find_if(cand.cells.begin(), cand.cells.end(), same_name);
    if (other == cand.cells.end()) continue;
    if (other->key.protocol != b.key.protocol) {
      return differs("the benchmark version", b.key.protocol, other->key.protocol) + where;
    }
    return differs("the device profile", b.key.device_profile, other->key.device_profile) + where;
  }
  return "";
}

bool noisy_hardware(const Run& run) {
  return run.machine_class.device_kind != "sim" &&
         std::any_of(run.cells.begin(), run.cells.end(), [](const Cell& c) { return !c.deterministic; });
}

}  // namespace

std::string why_not_comparable(const Run& base, const Run& candidate, const Config& config) {
  if (auto difference = machine_difference(base, candidate); !difference.empty()) return difference;
  if (auto difference = cell_difference(base, candidate); !difference.empty()) return difference;
  const bool one_sitting = !base.sitting.empty() && base.sitting == candidate.sitting;
  if (noisy_hardware(base) && !one_sitting && !config.across_sittings) {
    return fmt::format(
        "the two were measured in different sittings ('{}' and '{}'): measure both in one with `offledger "
        "ab`, or accept the machine's drift as part of the difference with --across-sittings",
        base.sitting, candidate.sitting);
  }
  return "";
}

std::string why_no_data(const Run& base, const Run& candidate) {
  if (base.cells.empty()) return "the baseline holds no cells";
  if (candidate.cells.empty()) return "the candidate holds no cells";
  if (!base.complete) return "the baseline is incomplete: it was cut off while it ran";
  if (!candidate.complete) return "the candidate is incomplete: it was cut off while it ran";
  return "";
}

}  // namespace offledger::gate
