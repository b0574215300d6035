// SPDX-License-Identifier: Apache-2.0
#include "collectors/nvml/sample.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace offledger::nvml {

std::string describe_reasons(std::uint64_t reasons) {
  constexpr std::pair<std::uint64_t, std::string_view> kNames[] = {
      {kGpuIdle, "idle"},
      {kApplicationClocks, "application clocks"},
      {kSoftwarePowerCap, "software power cap"},
      {kHardwareSlowdown, "hardware slowdown"},
      {kSyncBoost, "sync boost"},
      {kSoftwareThermal, "software thermal slowdown"},
      {kHardwareThermal, "hardware thermal slowdown"},
      {kHardwarePowerBrake, "hardware power brake"},
      {kDisplayClocks, "display clocks"},
  };
  std::string text;
  const auto add = [&](std::string_view name) {
    if (!text.empty()) text += ", ";
    text += name;
  };
  for (const auto& [bit, name] : kNames) {
    if (reasons & bit) add(name);
    reasons &= ~bit;
  }
  if (reasons != 0) add(fmt::format("{:#x}", reasons));
  return text.empty() ? "none" : text;
}

std::string to_string(const PcieLink& link) {
  return fmt::format("gen{} x{}", link.generation, link.width);
}

}  // namespace offledger::nvml
