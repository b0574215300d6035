// SPDX-License-Identifier: Apache-2.0
#include "reports/render/history_view.hpp"

#include <fmt/format.h>

#include <chrono>

#include "reports/render/cells.hpp"
#include "reports/render/json_text.hpp"
#include "reports/render/number.hpp"
#include "reports/render/table.hpp"
#include "schedules/base/calendar.hpp"

namespace offledger::render {
namespace {

/// A waiver holds through its last day, UTC.
bool expired(const history::Waiver& waiver, std::int64_t now_unix) {
  return days_of(waiver.expires).value_or(INT64_MIN) < days_of_unix(now_unix);
}

std::string or_any(const std::string& name) {
  return name.empty() ? "*" : name;
}

}  // namespace

std::string date_text(std::int64_t unix_seconds) {
  constexpr std::int64_t kLast = 253402300799;  // 9999-12-31 23:59:59
  if (unix_seconds <= 0 || unix_seconds > kLast) return kAbsent;
  using namespace std::chrono;
  const sys_seconds at{seconds{unix_seconds}};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss clock{at - day};
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count());
}

std::string runs_text(const std::vector<history::RunSummary>& runs, const Style& style) {
  if (runs.empty()) return "No runs yet: `offledger run` makes one.\n";
  Table table({{"run", Align::kLeft},
               {"started (UTC)", Align::kLeft},
               {"suite", Align::kLeft},
               {"device", Align::kLeft},
               {"cells"},
               {"reps"},
               {"commit", Align::kLeft},
               {"label", Align::kLeft},
               {"", Align::kLeft}});
  for (const history::RunSummary& run : runs) {
    table.row({run.id.substr(0, 12),
               date_text(run.started_at_unix),
               run.suite,
               run.device,
               count(run.cells),
               count(run.reps),
               run.commit.substr(0, 12),
               run.label,
               {run.complete ? "" : "incomplete", Ink::kDoubt}});
  }
  return table.text(style);
}

std::string runs_json(const std::vector<history::RunSummary>& runs) {
  Json out;
  out["schema"] = "offledger.runs/1";
  out["runs"] = Json::array();
  for (const history::RunSummary& run : runs) {
    out["runs"].push_back({{"run", run.id},
                           {"label", run.label},
                           {"commit", run.commit},
                           {"suite", run.suite},
                           {"device", run.device},
                           {"started_at_unix", run.started_at_unix},
                           {"cells", run.cells},
                           {"reps", run.reps},
                           {"complete", run.complete}});
  }
  return to_text(out);
}

std::string run_text(const history::Run& run, const Style& style, const RunTableOptions& options) {
  std::string facts;
  const auto add = [&](std::string_view what, const std::string& value) {
    if (!value.empty()) facts += fmt::format("{}{}{}", facts.empty() ? "" : " · ", what, printable(value));
  };
  add("started ", run.started_at_unix > 0 ? date_text(run.started_at_unix) + " UTC" : "");
  add("suite ", run.suite);
  add("label ", run.label);
  add("commit ", run.commit.substr(0, 12) + (run.dirty ? " with local changes" : ""));
  add("", run.machine_class.device_name);
  add("driver ", run.environment.driver);
  add("sitting ", run.sitting);
  std::string out = paint(fmt::format("run {}", printable(run.id)), Ink::kStrong, style) + "\n";
  if (!facts.empty()) out += wrap(facts, style.width, 2) + "\n";
  if (!run.complete) {
    out +=
        paint("Incomplete: the run was ended before its last cell; the gate refuses it.", Ink::kBad, style) +
        "\n";
  }
  const std::string tables = run_table(run, style, options);
  return tables.empty() ? out + "No cells.\n" : out + "\n" + tables;
}

std::string baselines_text(const std::vector<history::Baseline>& baselines, const Style& style) {
  if (baselines.empty()) return "No baselines yet: `offledger history baseline accept` sets one.\n";
  Table table({{"baseline", Align::kLeft},
               {"run", Align::kLeft},
               {"accepted (UTC)", Align::kLeft},
               {"reason", Align::kLeft}});
  for (const history::Baseline& b : baselines) {
    table.row({b.name, b.run.substr(0, 12), date_text(b.accepted_at_unix), b.reason});
  }
  return table.text(style);
}

std::string baselines_json(const std::vector<history::Baseline>& baselines) {
  Json out;
  out["schema"] = "offledger.baselines/1";
  out["baselines"] = Json::array();
  for (const history::Baseline& b : baselines) {
    out["baselines"].push_back(
        {{"name", b.name}, {"run", b.run}, {"reason", b.reason}, {"accepted_at_unix", b.accepted_at_unix}});
  }
  return to_text(out);
}

std::string waivers_text(const std::vector<history::Waiver>& waivers, std::int64_t now_unix,
                         const Style& style) {
  if (waivers.empty()) return "No waivers: `offledger history waiver add` makes one.\n";
  Table table({{"schedule", Align::kLeft},
               {"workload", Align::kLeft},
               {"metric", Align::kLeft},
               {"until", Align::kLeft},
               {"owner", Align::kLeft},
               {"reason", Align::kLeft},
               {"", Align::kLeft}});
  for (const history::Waiver& w : waivers) {
    table.row({or_any(w.schedule),
               or_any(w.workload),
               or_any(w.metric),
               w.expires,
               w.owner,
               w.reason,
               {expired(w, now_unix) ? "expired" : "", Ink::kDoubt}});
  }
  return table.text(style);
}

std::string waivers_json(const std::vector<history::Waiver>& waivers, std::int64_t now_unix) {
  Json out;
  out["schema"] = "offledger.waivers/1";
  out["waivers"] = Json::array();
  for (const history::Waiver& w : waivers) {
    out["waivers"].push_back({{"schedule", w.schedule},
                              {"workload", w.workload},
                              {"metric", w.metric},
                              {"reason", w.reason},
                              {"owner", w.owner},
                              {"expires", w.expires},
                              {"expired", expired(w, now_unix)}});
  }
  return to_text(out);
}

}  // namespace offledger::render
