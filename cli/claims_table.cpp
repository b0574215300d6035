// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "cli/claims.hpp"
#include "cli/map_picture.hpp"
#include "reports/render/json_text.hpp"
#include "reports/render/table.hpp"
#include "schedules/base/json.hpp"

namespace offledger::cli {
namespace {

using render::Align;
using render::Ink;
using render::Json;

std::string number(double value, const std::string& unit) {
  if (value > -0.005 && value < 0.005) return "0.00";
  return unit == "ms" && value >= 1000 ? fmt::format("{:.0f}", value) : fmt::format("{:.2f}", value);
}

std::string claimed(const Claim& claim) {
  if (claim.high >= 1e9) return "yes";
  const std::string low = fmt::format("{:g}", claim.low);
  return claim.low == claim.high ? fmt::format("{} {}", low, claim.unit)
                                 : fmt::format("{}-{:g} {}", low, claim.high, claim.unit);
}

Ink ink_of(Outcome outcome) {
  return outcome == Outcome::kReproduced   ? Ink::kGood
         : outcome == Outcome::kCannotHold ? Ink::kBad
                                           : Ink::kDoubt;
}

std::string relative(double percent) {
  return percent < kTiePercent ? "=" : fmt::format("+{:.1f} %", percent);
}

bool all_tie(const MapPoint& point) {
  for (const auto& [schedule, time] : point.wall) {
    if (time.count() >
        static_cast<std::int64_t>(static_cast<double>(point.fastest().count()) * (1 + kTiePercent / 100)))
      return false;
  }
  return true;
}

std::string winners(const MapPoint& point) {
  std::string out;
  for (const auto& [schedule, time] : point.wall) {
    const double by =
        (static_cast<double>(time.count()) / static_cast<double>(point.fastest().count()) - 1) * 100;
    if (by < kTiePercent) out += (out.empty() ? "" : ", ") + schedule;
  }
  return out;
}

std::string map_form(const std::vector<MapPoint>& map, bool fenced, double host, const render::Style& style) {
  std::vector<render::Table::Column> columns{{"transfer/compute", Align::kRight}};
  for (const auto& [schedule, time] : map.front().wall) columns.push_back({schedule});
  for (const auto& [depth, time] : map.front().by_depth) columns.push_back({fmt::format("depth {}", depth)});
  render::Table table(columns);
  std::string ties;
  for (const MapPoint& point : map) {
    if (point.fenced != fenced || point.host != host) continue;
    if (all_tie(point)) {
      ties += fmt::format("{}{}", ties.empty() ? "" : ", ", point.ratio);
      continue;
    }
    const double best = static_cast<double>(point.fastest().count());
    std::vector<render::Table::Cell> row{fmt::format("{}", point.ratio)};
    const auto add = [&](Nanos time) {
      row.emplace_back(relative((static_cast<double>(time.count()) / best - 1) * 100));
    };
    for (const auto& [schedule, time] : point.wall) add(time);
    for (const auto& [depth, time] : point.by_depth) add(time);
    table.row(std::move(row));
  }
  std::string out =
      fmt::format("\n{}, host busy for {:.0f} % of a layer's compute\n",
                  fenced ? "copies fenced behind compute" : "copies free to start when issued", host * 100);
  if (table.size() > 0) out += table.text(style);
  if (!ties.empty()) out += fmt::format("all tie at transfer/compute {}\n", ties);
  return out;
}

Json claim_json(const Claim& claim) {
  Json ours = Json::array();
  for (const ClaimFigure& figure : claim.ours)
    ours.push_back({{"where", figure.where}, {"value", figure.value}, {"judges", figure.judges}});
  Json seed = claim.low;
  if (claim.high >= 1e9)
    seed = "yes";
  else if (claim.low != claim.high)
    seed = {claim.low, claim.high};
  return {{"claim", claim.id},
          {"text", claim.text},
          {"unit", claim.unit},
          {"seed", seed},
          {"tolerance", claim.tolerance},
          {"ours", std::move(ours)},
          {"verdict", outcome_name(claim.outcome)},
          {"reason", claim.reason}};
}

Json point_json(const MapPoint& point) {
  Json walls = Json::object();
  for (const auto& [schedule, time] : point.wall) walls[schedule] = time.count();
  Json depths = Json::object();
  for (const auto& [depth, time] : point.by_depth) depths[std::to_string(depth)] = time.count();
  return {{"transfer_over_compute", point.ratio},
          {"host_over_compute", point.host},
          {"fenced", point.fenced},
          {"wall_ns", walls},
          {"stage12_wall_ns_by_depth", depths},
          {"fastest", winners(point)},
          {"async_slower_than_sync", point.slower("history", "history1") >= kTiePercent}};
}

}  // namespace

std::string claims_table(const std::vector<Claim>& claims, const render::Style& style) {
  render::Table table({{"", Align::kLeft},
                       {"claim", Align::kLeft},
                       {"seed"},
                       {"1 GB/s"},
                       {"5 GB/s"},
                       {"1, fenced"},
                       {"5, fenced"},
                       {"verdict", Align::kLeft}});
  std::string reasons;
  for (const Claim& claim : claims) {
    std::vector<render::Table::Cell> row{claim.id, claim.text, claimed(claim)};
    std::string beside;
    for (const ClaimFigure& figure : claim.ours) {
      if (row.size() < 7 && figure.where.find("GB/s") != std::string::npos)
        row.emplace_back(number(figure.value, claim.unit));
      else
        beside += fmt::format("; {} {}: {}", number(figure.value, claim.unit), claim.unit, figure.where);
    }
    while (row.size() < 7) row.emplace_back("");
    row.emplace_back(outcome_name(claim.outcome), ink_of(claim.outcome));
    table.row(std::move(row));
    const bool ordered = claim.high >= 1e9;
    const std::string tolerance = fmt::format("{} {:g} {}", ordered ? "by" : "within",
                                              ordered ? claim.low : claim.tolerance, claim.unit);
    reasons += fmt::format("{}  {}: {} ({}): {}{}\n", claim.id, claim.text, outcome_name(claim.outcome),
                           tolerance, claim.reason, beside);
  }
  const char* title =
      "the claims: a layer's figures halfway through one cold pass of 80 layers, totals of that whole pass";
  return fmt::format("\n{}\n{}\nwhy\n{}", paint(title, Ink::kStrong, style), table.text(style), reasons);
}

std::string map_table(const std::vector<MapPoint>& map, const render::Style& style) {
  const auto title = fmt::format(
      "who wins where: by how much each is slower than the fastest (= within {:g} %)", kTiePercent);
  std::string out = fmt::format("\n{}\n", paint(title, Ink::kStrong, style));
  for (const bool fenced : {false, true}) {
    std::vector<double> hosts;
    for (const MapPoint& point : map) {
      if (point.fenced == fenced && (hosts.empty() || hosts.back() != point.host))
        hosts.push_back(point.host);
    }
    for (const double host : hosts) out += map_form(map, fenced, host, style);
  }
  const auto line = [&](const char* async, const char* sync) {
    out += fmt::format("{} (async) slower than {} (sync): {}\n", async, sync,
                       where_slower(map, async, sync, kTiePercent, 1e9));
  };
  out += "\nasync slower than sync, where the host is free\n";
  line("history", "history1");
  line("history", "blocking1");
  line("stage1", "history1");
  line("stage12", "stage2");
  return out;
}

std::string add_claims(const std::string& shown, bool json, const std::string& device, const Study& study,
                       const render::Style& style, const std::string& map_file) {
  const std::vector<MapPoint> map = draw_map(device);
  if (!map_file.empty()) json::write_file_atomically(map_file, map_svg(map));
  const std::vector<Claim> claims = judge_claims(device, study, map);
  if (!json) return shown + claims_table(claims, style) + map_table(map, style);
  Json document = Json::parse(shown);
  document["claims"] = Json::array();
  for (const Claim& claim : claims) document["claims"].push_back(claim_json(claim));
  document["map"] = Json::array();
  for (const MapPoint& point : map) document["map"].push_back(point_json(point));
  return render::to_text(document);
}

}  // namespace offledger::cli
