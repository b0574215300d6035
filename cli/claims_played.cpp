// SPDX-License-Identifier: Apache-2.0
#include "cli/claims_played.hpp"

#include "reports/analysis/analysis.hpp"

namespace offledger::cli {
namespace {

constexpr Setting kSettings[] = {{"1 GB/s", "seed-70b", false},
                                 {"5 GB/s", "seed-70b-fast", false},
                                 {"1 GB/s fenced", "seed-70b", true},
                                 {"5 GB/s fenced", "seed-70b-fast", true}};
constexpr std::uint64_t kLayerHostUs = 2000;
constexpr std::int32_t kSteadyLayers = 10;  ///< from the middle one on

PassFigures figures_of(const trace::Timeline& pass, std::int32_t middle) {
  const analysis::Report report = analysis::analyse(pass);
  const analysis::DeviceReport& device = report.devices.front();
  PassFigures figures;
  figures.wall_ms = milliseconds(pass_wall(pass));
  figures.held_ms =
      milliseconds(device.total.cpu_blocked.value_or(Nanos{0}) + device.total.host_work.value_or(Nanos{0}));
  Nanos steady_begin{}, steady_end{};
  for (const analysis::UnitReport& unit : device.units) {
    const double mega = h2d_bytes_in(pass, unit.compute.begin, unit.compute.end) / 1e6;
    if (unit.layer == 0) (unit.group == "attn" ? figures.first_mb.attn : figures.first_mb.ffn) = mega;
    if (unit.group == "attn" && unit.layer == middle) steady_begin = unit.compute.begin;
    if (unit.group == "attn" && unit.layer == middle + kSteadyLayers) steady_end = unit.compute.begin;
    if (unit.layer >= middle && unit.layer < middle + kSteadyLayers)
      figures.steady_idle_ms += milliseconds(unit.gap) / kSteadyLayers;
  }
  figures.steady_ms = milliseconds(steady_end - steady_begin) / kSteadyLayers;
  figures.steady_mb = h2d_bytes_in(pass, steady_begin, steady_end) / 1e6 / kSteadyLayers;
  return figures;
}

}  // namespace

std::span<const Setting> settings() {
  return kSettings;
}

Played::Played(const std::string& device)
    : workload_(model::find_workload("seed-70b")), make_device_(suite::find_device(device)) {}

const PassFigures& Played::pass(const std::string& schedule, const Setting& setting) {
  const auto [at, added] = passes_.try_emplace({schedule, setting.name});
  if (added) {
    const model::Workload workload = model::find_workload(setting.workload);
    const Scenario scenario{schedule, workload.link_bytes_per_s.value_or(0), setting.fenced, kLayerHostUs, 0,
                            {}};
    const auto middle = static_cast<std::int32_t>(layers() / 2);
    at->second = figures_of(play_pass(scenario, workload, *make_device_(0)), middle);
  }
  return at->second;
}

std::optional<double> Played::link_for(const std::string& schedule, double wall_ms) {
  const auto wall_at = [&](double link) {
    const Scenario scenario{schedule, static_cast<std::uint64_t>(link), true, kLayerHostUs, 0, {}};
    return milliseconds(pass_wall(play_pass(scenario, workload_, *make_device_(0))));
  };
  double slow = 0.1e9, fast = 100e9;
  if (wall_at(slow) < wall_ms || wall_at(fast) > wall_ms) return std::nullopt;
  for (int halving = 0; halving < 20; ++halving) {
    const double middle = (slow + fast) / 2;
    (wall_at(middle) > wall_ms ? slow : fast) = middle;
  }
  return fast;
}

}  // namespace offledger::cli
