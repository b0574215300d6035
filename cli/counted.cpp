// SPDX-License-Identifier: Apache-2.0
#include "cli/counted.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/render/explain.hpp"

namespace offledger::cli {

void Counted::add(const history::Cell& cell, const trace::Timeline& recording) {
  for (const trace::Note& note : recording.notes) {
    if (!recording.text(note.id).starts_with("counters_")) continue;
    const std::string& reason = recording.text(note.text);
    if (std::ranges::find(reasons_, reason) == reasons_.end()) reasons_.push_back(reason);
  }
  if (recording.samples.empty()) return;
  for (analysis::DeviceReport& device : analysis::explain(recording).devices) {
    if (!device.counters) continue;
    sampled_.push_back({fmt::format("{} on {}", cell.key.schedule, cell.key.workload), std::move(device)});
  }
}

std::string Counted::tables(const render::Style& style) const {
  std::string out;
  for (const Sampled& one : sampled_) {
    out += fmt::format("\n{}{}", one.cell, render::counters_text(one.device, style));
  }
  return out;
}

std::string Counted::missing() const {
  std::string out;
  for (const std::string& reason : reasons_) out.append(reason).append("\n");
  return out;
}

}  // namespace offledger::cli
