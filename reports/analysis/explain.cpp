// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

#include "reports/analysis/blame.hpp"
#include "reports/analysis/conformance.hpp"
#include "reports/analysis/counter_checks.hpp"
#include "reports/analysis/cpu_ledger.hpp"
#include "reports/analysis/critical_path.hpp"
#include "reports/analysis/diagnose.hpp"
#include "reports/analysis/host_time.hpp"
#include "reports/analysis/measure.hpp"
#include "reports/analysis/what_if.hpp"

namespace offledger::analysis {
namespace {

/// Sums pieces by (cause, sub, via), longest first.
class CauseSums {
 public:
  void add(const Piece& piece) { sums_[{piece.cause, piece.sub, piece.via}] += piece.time.length(); }
  [[nodiscard]] std::vector<CauseTime> list() const {
    std::vector<CauseTime> out;
    for (const auto& [key, time] : sums_) {
      const auto& [cause, sub, via] = key;
      out.push_back(
          {std::string(name_of(cause)), std::string(name_of(sub)), std::string(name_of(via)), time});
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const CauseTime& a, const CauseTime& b) { return a.time > b.time; });
    return out;
  }

 private:
  std::map<std::tuple<Cause, Sub, Via>, Nanos> sums_;
};

void put_causes(const BlameInput& in, const std::vector<Piece>& pieces, DeviceReport& report) {
  CauseSums total;
  std::vector<CauseSums> steps(report.steps.size());
  std::map<std::pair<std::uint32_t, std::size_t>, CauseSums> units;
  for (const Piece& piece : pieces) {
    total.add(piece);
    steps[in.device.step_row(kNoStep, piece.time.begin)].add(piece);
    if (piece.next == kNoRow32) continue;
    const GpuOp& kernel = in.links.ops.ops()[piece.next];
    if (kernel.unit != kNoUnit)
      units[{kernel.unit, in.device.step_row(kernel.step, kernel.begin)}].add(piece);
  }
  report.causes = total.list();
  for (std::size_t s = 0; s < steps.size(); ++s) report.steps[s].causes = steps[s].list();
  for (std::size_t u = 0; u < in.units.instances.size(); ++u) {
    const auto found = units.find({in.units.instances[u].unit, in.units.instances[u].step_row});
    if (found != units.end()) report.units[u].causes = found->second.list();
  }
}

std::optional<Nanos> blocked_while_idle(const std::optional<HostTime>& host,
                                        const std::vector<Piece>& pieces) {
  if (!host) return std::nullopt;
  std::vector<Interval> idle;
  for (const Piece& piece : pieces) idle.push_back(piece.time);
  return (host->blocked & IntervalSet(std::move(idle))).length();
}

/// Diagnoses rest on the warm steps, as medians do.
std::vector<Piece> warm_pieces(const DeviceWindow& device, const std::vector<Piece>& pieces) {
  const Nanos from = device.steps.size() > 1 ? device.steps[1].window.begin : device.window().begin;
  std::vector<Piece> warm;
  std::copy_if(pieces.begin(), pieces.end(), std::back_inserter(warm),
               [&](const Piece& piece) { return piece.time.begin >= from; });
  return warm;
}

Nanos warm_wall(const DeviceReport& report) {
  Nanos wall{};
  for (const StepReport* step : warm_steps(report)) wall += step->figures.ledger.wall();
  return wall;
}

/// What no schedule could have avoided is not in it. A last step is bounded by what its forerunners left
/// undone; what they lost shows in the run as a whole.
std::optional<Nanos> avoidable(const DeviceReport& report) {
  if (!report.total.bound) return std::nullopt;
  const Nanos run = std::max(Nanos{}, report.total.ledger.wall() - *report.total.bound);
  Nanos sum{};
  for (const StepReport* step : warm_steps(report)) {
    if (!step->figures.bound) return std::nullopt;
    sum += std::max(Nanos{}, step->figures.ledger.wall() - *step->figures.bound);
  }
  return std::max(run, sum);
}

/// What of the plan the recording shows, where there is a plan: a figure of the whole recording, and a
/// finding.
std::optional<Conformance> put_conformance(const ExplainOptions& options, const BlameInput& in,
                                           DeviceReport& device, std::vector<Finding>& findings) {
  if (options.plan == nullptr) return std::nullopt;
  std::optional<Conformance> found = conformance(*options.plan, in.links, in.device, in.units);
  if (!found) return found;
  device.total.nonconforming_copies = found->differing;
  for (StepReport& step : device.steps) step.figures.nonconforming_copies = found->differing;
  if (found->differing > 0) findings.push_back({"nonconforming", found->first(), false});
  return found;
}

Missing missing_of(const GraphCounts& counts) {
  return {counts.ops_without_call, counts.waits_without_record, counts.records_without_place,
          counts.inferred_waits,   counts.inferred_syncs,       counts.unresolved_waits};
}

void put_critical_path(const Dependencies& dependencies, const DeviceWindow& device, DeviceReport& report) {
  const std::vector<PathPiece> path = critical_path(dependencies, device);
  report.critical_path = path_within(path, device.window());
  for (std::size_t s = 0; s < report.steps.size(); ++s) {
    report.steps[s].critical_path = path_within(path, device.steps[s].window);
  }
}

}  // namespace

Report explain(const trace::Timeline& timeline, const ExplainOptions& options) {
  if (only_sampled(timeline)) return sampled_report(timeline);
  const Links links(timeline);
  const std::vector<DeviceWindow> windows = device_windows(links);
  std::vector<Booked> booked;
  Report report = measure(links, windows, booked);
  const Graph graph(links);
  const HostThreads host(links);
  const Dependencies dependencies(links, graph, host);
  report.missing = missing_of(graph.counts());
  std::vector<BlameInput> inputs;
  for (std::size_t d = 0; d < windows.size(); ++d) {
    const BlameInput& in = inputs.emplace_back(BlameInput{links, windows[d], booked[d].units, graph, host});
    const std::vector<Piece> pieces = blame(in);
    DeviceReport& device = report.devices[d];
    put_causes(in, pieces, device);
    put_evidence(timeline, pieces, device);
    const std::optional<Conformance> conforms = put_conformance(options, in, device, report.findings);
    put_critical_path(dependencies, windows[d], device);
    device.cpu = cpu_ledger(in);
    const std::optional<HostTime>& held = booked[d].host;
    device.cpu_blocked_gpu_idle = blocked_while_idle(held, pieces);
    const Races races = find_races(in);
    const std::vector<Piece> warm = warm_pieces(windows[d], pieces);
    const Case found{in,
                     warm,
                     warm_wall(device),
                     avoidable(device),
                     device,
                     races,
                     held ? &*held : nullptr,
                     options.plan,
                     report.clock_skew,
                     conforms ? &*conforms : nullptr};
    for (Diagnosis& diagnosis : diagnose(found, options.threshold))
      report.diagnoses.push_back(std::move(diagnosis));
  }
  if (options.what_if) predict(dependencies, inputs, report.devices);
  return report;
}

}  // namespace offledger::analysis
