// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reports/render/cells.hpp"
#include "reports/render/explain.hpp"
#include "reports/render/explain_sections.hpp"
#include "reports/render/explain_story.hpp"
#include "reports/render/number.hpp"

namespace offledger::render {
namespace {

using analysis::DeviceReport;
using analysis::Report;

std::string label_of(const DeviceReport& device) {
  const std::string number = fmt::format("GPU {}", index(device.device));
  return device.name.empty() ? number : number + ": " + printable(device.name);
}

const DeviceReport* most_idle(const Report& report) {
  const auto idle = [](const DeviceReport& d) { return share(d.total.gpu_idle(), d.total.ledger.wall()); };
  const auto it =
      std::max_element(report.devices.begin(), report.devices.end(),
                       [&](const DeviceReport& a, const DeviceReport& b) { return idle(a) < idle(b); });
  return it == report.devices.end() ? nullptr : &*it;
}

/// Whether kernels themselves read most of what the link carried. How full a link is that is not calibrated,
/// nobody knows.
bool mostly_zero_copy(const Report& report, const DeviceReport& device) {
  if (report.source.link_bytes_per_s == 0 || !device.counters || !device.counters->only) return false;
  const std::optional<analysis::Sampled>& sampled = device.counters->sampled;
  return sampled && sampled->zero_copy_time * 2 > sampled->h2d;
}

std::string verdict_lines(const Report& report, const Style& style) {
  const DeviceReport* device = most_idle(report);
  if (device == nullptr) return paint("Nothing ran on a GPU.", Ink::kStrong, style) + "\n";
  const Story story =
      story_of(device->total, device->cpu_blocked_gpu_idle, mostly_zero_copy(report, *device));
  std::string first = story.verdict;
  if (report.devices.size() > 1) first.insert(0, fmt::format("GPU {}: ", index(device->device)));
  std::string out = paint(wrap(first, style.width, 2), Ink::kStrong, style) + "\n";
  if (!story.hidden.empty()) out += wrap(story.hidden, style.width, 2) + "\n";
  if (report.diagnoses.empty()) return out + wrap("To change: " + story.advice, style.width, 2) + "\n";
  const analysis::Diagnosis& act_on = report.diagnoses.front();
  const std::string advice =
      fmt::format("To change ({}): {}", printable(act_on.id), printable(act_on.advice));
  return out + wrap(advice, style.width, 2) + "\n";
}

std::string source_line(const Report& report, const Style& style) {
  std::string out;
  const auto add = [&](const std::string& part) {
    if (part.empty()) return;
    if (!out.empty()) out += " · ";
    out += printable(part);
  };
  const trace::Provenance& source = report.source;
  add(source.schedule);
  add(source.workload);
  add(source.device_profile);
  add(source.tool);
  if (!source.complete) add("incomplete recording");
  return out.empty() ? out : paint(wrap(out, style.width, 2), Ink::kFaint, style) + "\n";
}

}  // namespace

std::string explain_text(const Report& report, const Style& style) {
  std::string out = verdict_lines(report, style) + source_line(report, style);
  for (const DeviceReport& device : report.devices) {
    out += fmt::format("\n{}\n", paint(label_of(device), Ink::kStrong, style));
    out += ledger_section(device.total, style);
    out += causes_section(device, style);
    out += transfer_section(device.total, style);
    out += counters_text(device, style);
    out += host_section(device, style);
    out += what_if_section(device, style);
    out += steps_section(device, style);
    out += units_section(device, style);
  }
  return out + diagnoses_section(report, style) + doubts_section(report, style);
}

}  // namespace offledger::render
