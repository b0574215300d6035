// SPDX-License-Identifier: Apache-2.0
//
// The parts of an explanation that say why: the causes of idle time, the calls that held the host, the
// diagnoses.
#include <fmt/format.h>

#include <algorithm>

#include "reports/render/cells.hpp"
#include "reports/render/explain_sections.hpp"
#include "reports/render/number.hpp"
#include "reports/render/table.hpp"

namespace offledger::render {
namespace {

constexpr std::size_t kMostCauses = 6;
constexpr std::size_t kMostCalls = 4;

std::string name_of(const analysis::CauseTime& c) {
  std::string out = c.cause;
  if (!c.sub.empty()) out += "/" + c.sub;
  if (!c.via.empty()) out += " via " + c.via;
  return out;
}

}  // namespace

std::string causes_section(const analysis::DeviceReport& device, const Style& style) {
  if (device.causes.empty()) return {};
  const Nanos idle = device.total.gpu_idle();
  const std::size_t bar_cells = std::clamp<std::size_t>(style.width > 66 ? style.width - 66 : 0, 10, 40);
  Table table({{"GPU idle, by cause", Align::kLeft}, {"time"}, {"of idle"}, {"", Align::kLeft}});
  Nanos rest{0};
  for (std::size_t i = 0; i < device.causes.size(); ++i) {
    const analysis::CauseTime& c = device.causes[i];
    if (i >= kMostCauses) {
      rest += c.time;
      continue;
    }
    table.row({name_of(c),
               time(c.time),
               percent(c.time, idle),
               {bar(share(c.time, idle), bar_cells), c.cause == "unknown" ? Ink::kDoubt : Ink::kBad}});
  }
  if (rest > Nanos{0}) {
    table.row(
        {fmt::format("{} more", device.causes.size() - kMostCauses), time(rest), percent(rest, idle), ""});
  }
  return fmt::format("\n{}", table.text(style));
}

std::string host_section(const analysis::DeviceReport& device, const Style& style) {
  const analysis::Figures& f = device.total;
  const Nanos wall = f.ledger.wall();
  std::string facts;
  const auto add = [&](std::optional<Nanos> t, std::string_view what) {
    if (!t) return;
    facts += fmt::format("{}{} {} ({})", facts.empty() ? "" : "; ", what, time(*t), percent(*t, wall));
  };
  add(f.cpu_blocked, "blocked");
  add(device.cpu_blocked_gpu_idle, "held while the SMs were idle");
  add(f.step_join, "joins its step");
  add(f.host_work, "own work");
  std::string out;
  if (!facts.empty()) {
    out = fmt::format("\n{}\n", wrap(fmt::format("Launching thread: {}.", facts), style.width, 2));
  }
  if (device.cpu.empty()) return out;
  Table table(
      {{"held in", Align::kLeft}, {"for", Align::kLeft}, {"time"}, {"calls"}, {"thread", Align::kLeft}});
  for (std::size_t i = 0; i < std::min(device.cpu.size(), kMostCalls); ++i) {
    const analysis::CpuTime& c = device.cpu[i];
    table.row({c.api, c.waited_for, time(c.time), count(c.calls), c.thread});
  }
  return out + (out.empty() ? "\n" : "") + table.text(style);
}

std::string diagnoses_section(const analysis::Report& report, const Style& style) {
  std::string out;
  for (const analysis::Diagnosis& d : report.diagnoses) {
    const auto device = std::find_if(report.devices.begin(), report.devices.end(),
                                     [&](const analysis::DeviceReport& r) { return r.device == d.device; });
    const std::string of_wall =
        device == report.devices.end()
            ? ""
            : fmt::format(", {} of wall", percent(d.time, device->total.ledger.wall()));
    const std::string where = report.devices.size() > 1 ? fmt::format(" on GPU {}", index(d.device)) : "";
    const std::string head = fmt::format("{}{}", printable(d.id), where);
    std::string text = wrap(fmt::format("{} ({}{}): {}", head, time(d.time), of_wall, printable(d.evidence)),
                            style.width, 2);
    if (text.starts_with(head)) text = paint(head, Ink::kStrong, style).append(text, head.size());
    out += text + "\n";
    if (&d != report.diagnoses.data())
      out += fmt::format("  {}\n", wrap(printable(d.advice), style.width > 2 ? style.width - 2 : 1, 2));
  }
  return out.empty() ? out : fmt::format("\n{}\n{}", paint("Diagnoses", Ink::kStrong, style), out);
}

}  // namespace offledger::render
