// SPDX-License-Identifier: Apache-2.0
#include "reports/render/explain_sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/render/cells.hpp"
#include "reports/render/explain_story.hpp"
#include "reports/render/number.hpp"
#include "reports/render/table.hpp"

namespace offledger::render {
namespace {

using analysis::Figures;
using analysis::StepReport;
using analysis::Transfer;
using analysis::UnitReport;

constexpr std::size_t kMostSteps = 6;
constexpr std::size_t kMostUnits = 5;
constexpr double kWorthTelling = 0.001;  ///< a share of the wall

std::string ratio(Nanos part, Nanos whole) {
  return percent(part, whole);
}

}  // namespace

std::string ledger_section(const Figures& f, const Style& style) {
  const Nanos wall = f.ledger.wall();
  const std::size_t bar_cells = std::clamp<std::size_t>(style.width > 50 ? style.width - 50 : 0, 10, 50);
  Table table({{"", Align::kLeft}, {"time"}, {"of wall"}, {"", Align::kLeft}});
  const auto line = [&](const char* name, Nanos t, Ink ink) {
    table.row({name, time(t), percent(t, wall), {bar(share(t, wall), bar_cells), ink}});
  };
  line("compute only", f.ledger.compute_only, Ink::kGood);
  line("compute and copy (hidden)", f.ledger.hidden, Ink::kGood);
  line("copy only (exposed)", f.ledger.exposed, Ink::kBad);
  if (f.ledger.collective > Nanos{0}) line("collective", f.ledger.collective, Ink::kDoubt);
  line("nothing runs (idle)", f.ledger.idle, Ink::kBad);
  table.rule();
  table.row({{"wall", Ink::kStrong},
             time(wall),
             percent(wall, wall),
             fmt::format("GPU idle {} ({})", time(f.gpu_idle()), percent(f.gpu_idle(), wall))});
  return table.text(style);
}

std::string transfer_section(const Figures& f, const Style& style) {
  if (f.h2d.copies == 0 && f.d2h.copies == 0) return {};
  const bool pageable = f.h2d.pageable_copies + f.d2h.pageable_copies > 0;
  std::vector<Table::Column> columns{{"", Align::kLeft}, {"busy"},  {"hidden"}, {"exposed"},
                                     {"overlap"},        {"bytes"}, {"rate"},   {"copies"}};
  if (pageable) columns.push_back({"pageable"});
  Table table(columns);
  const auto line = [&](const char* name, const Transfer& t) {
    if (t.copies == 0) return;
    table.row({name,
               time(t.busy),
               time(t.hidden),
               time(t.exposed),
               ratio(t.hidden, t.busy),
               bytes(t.bytes),
               rate(t.moved, t.busy),
               count(t.copies),
               {count(t.pageable_copies), t.pageable_copies > 0 ? Ink::kBad : Ink::kPlain}});
  };
  line("H2D", f.h2d);
  line("D2H", f.d2h);
  std::string out = fmt::format("\n{}", table.text(style));
  std::string facts;
  const auto add = [&](const std::string& fact) { facts += (facts.empty() ? "" : "; ") + fact; };
  if (share(avoidable_exposed(f), f.ledger.wall()) >= kWorthTelling) {
    add(fmt::format("{} of exposed H2D is avoidable", time(avoidable_exposed(f))));
  }
  if (f.lead_median)
    add(fmt::format("weights arrive {} ahead of their kernel (median)", time(*f.lead_median)));
  if (f.steady_layer) add(fmt::format("steady state {} a layer", time(*f.steady_layer)));
  if (f.bound) {
    add(fmt::format("bound {}: efficiency {}", time(*f.bound), percent(share(*f.bound, f.ledger.wall()))));
  }
  return facts.empty() ? out : out + wrap(facts + ".", style.width, 2) + "\n";
}

std::string steps_section(const analysis::DeviceReport& device, const Style& style) {
  const auto& steps = device.steps;
  if (steps.size() < 2) return {};
  std::set<std::size_t> shown;
  for (std::size_t i = 0; i < steps.size() && i < kMostSteps; ++i) shown.insert(i);
  if (steps.size() > kMostSteps) {
    const auto slowest =
        std::max_element(steps.begin() + 1, steps.end(), [](const StepReport& a, const StepReport& b) {
          return a.figures.ledger.wall() < b.figures.ledger.wall();
        });
    shown = {0, 1, 2, static_cast<std::size_t>(slowest - steps.begin()), steps.size() - 2, steps.size() - 1};
  }
  Table table({{"step"},
               {"wall"},
               {"compute"},
               {"GPU idle"},
               {"exposed H2D"},
               {"overlap"},
               {"CPU blocked"},
               {"", Align::kLeft}});
  for (const std::size_t i : shown) {
    const Figures& f = steps[i].figures;
    table.row({count(steps[i].step),
               time(f.ledger.wall()),
               time(f.compute),
               time(f.gpu_idle()),
               time(f.h2d.exposed),
               ratio(f.h2d.hidden, f.h2d.busy),
               time(f.cpu_blocked),
               {steps[i].cold ? "cold" : "", Ink::kDoubt}});
  }
  std::string out = fmt::format("\n{}", table.text(style));
  if (shown.size() < steps.size()) {
    out += fmt::format("{} of {} steps: the first, the slowest, the last.\n", shown.size(), steps.size());
  }
  return out;
}

std::string units_section(const analysis::DeviceReport& device, const Style& style) {
  std::vector<const UnitReport*> units;
  for (const UnitReport& unit : device.units) {
    if (unit.gap > Nanos{0}) units.push_back(&unit);
  }
  if (units.empty()) return {};
  const std::size_t most = std::min(units.size(), kMostUnits);
  std::stable_sort(units.begin(), units.end(),
                   [](const UnitReport* a, const UnitReport* b) { return a->gap > b->gap; });
  Table table(
      {{"longest waits before", Align::kLeft}, {"step"}, {"gap"}, {"compute"}, {"H2D bytes"}, {"lead"}});
  for (std::size_t i = 0; i < most; ++i) {
    const UnitReport& u = *units[i];
    const std::string name =
        u.group.empty() ? fmt::format("L{}", u.layer) : fmt::format("L{}.{}", u.layer, u.group);
    table.row({name, count(u.step), time(u.gap), time(u.busy), bytes(u.h2d_bytes), time(u.lead)});
  }
  return fmt::format("\n{}", table.text(style));
}

std::string doubts_section(const analysis::Report& report, const Style& style) {
  std::string out;
  for (const analysis::Finding& finding : report.findings) {
    const std::string line = fmt::format("{}: {}{}", printable(finding.id), printable(finding.detail),
                                         finding.disqualifies ? " (the gate refuses this run)" : "");
    out += paint(wrap(line, style.width, 2), finding.disqualifies ? Ink::kBad : Ink::kDoubt, style) + "\n";
  }
  std::string unusable;
  const auto add = [&](std::uint64_t n, std::string_view what) {
    if (n > 0) unusable += fmt::format("{}{} {}", unusable.empty() ? "" : ", ", count(n), what);
  };
  add(report.defects.dropped_records, "dropped by the collector");
  add(report.defects.zero_timestamps, "without timestamps");
  add(report.defects.bad_timestamps, "with unreadable timestamps");
  add(report.defects.negative_durations, "that end before they begin");
  add(report.defects.missing_durations, "without an end");
  add(report.defects.unknown_records, "of an unknown kind");
  add(report.defects.orphan_references, "that refer to nothing");
  if (!unusable.empty())
    out += paint(wrap("Records not used: " + unusable + ".", style.width, 2), Ink::kDoubt, style) + "\n";
  return out.empty() ? out : fmt::format("\n{}\n{}", paint("Doubts", Ink::kStrong, style), out);
}

}  // namespace offledger::render
